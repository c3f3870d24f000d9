import type { RecordedEvent } from '../domain/shared/envelope.js';
import type { EpochMs } from '../domain/shared/instant.js';
import { END_OF_TIME } from '../domain/shared/instant.js';
import { catalog } from '../event-catalog/catalog.js';
import type { EventStore } from '../event-store/event-store.port.js';
import { logPages } from '../event-store/log-pages.js';
import { openSqliteEventStore } from '../event-store/sqlite/sqlite-event-store.js';
import { handlingOf } from '../projection-engine/projection.js';
import type { Projection } from '../projection-engine/projection.js';
import { replay } from '../projection-engine/projection.js';
import type { KeyStore } from '../privacy/key-store.port.js';
import { openSqliteKeyStore } from '../privacy/sqlite/sqlite-key-store.js';
import type { ReadStore } from '../read-store/read-store.port.js';
import { openSqliteReadStore } from '../read-store/sqlite/sqlite-read-store.js';
import { UTC } from '../reporting/time/report-zone.js';
import type { ReportZone } from '../reporting/time/report-zone.js';
import { openAnswers } from '../../projections/answers/answers.js';
import type { Answers } from '../../projections/answers/answers.js';
import { dealDirectory } from '../../projections/deal-directory/deal-directory.js';
import { dimensionTimelines } from '../../projections/dimension-timelines/dimension-timelines.js';
import { pipelineSnapshot } from '../../projections/pipeline-snapshot/pipeline-snapshot.js';
import { byStream, HISTORY_BEGINS, toAppend } from './histories.js';

export interface Answering {
  readonly eventStore: EventStore;
  readonly readStore: ReadStore;
  readonly keyStore: KeyStore;
  readonly answers: Answers;
  /** As the log gave them back: its own positions, behind that of its identity. */
  readonly events: readonly RecordedEvent[];
  /** Appends more and projects all of it. */
  tell(events: readonly RecordedEvent[]): Promise<void>;
  close(): Promise<void>;
}

const APPENDED_AT_ONCE = 500;
const PROJECTIONS = [pipelineSnapshot, dimensionTimelines, dealDirectory] as readonly Projection[];

/** What was told, in real stores (SQLite, in memory), projected in one go, and asked about at a clock that stands at `now`. */
export async function openAnswering(
  told: readonly RecordedEvent[],
  options: { now: EpochMs; logMadeAt: EpochMs; zone?: ReportZone },
): Promise<Answering> {
  const keyStore = openSqliteKeyStore({ file: ':memory:' });
  const eventStore = openSqliteEventStore({
    file: ':memory:',
    clock: { now: () => options.logMadeAt },
    checkStored: (type, schemaVersion, data, metadata) => {
      catalog.checkStored(type, schemaVersion, data, metadata);
    },
    keyStoreId: keyStore.id,
    simulated: true,
  });
  const readStore = openSqliteReadStore({ file: ':memory:' });
  const events: RecordedEvent[] = [];
  let projected = 0;

  async function tell(more: readonly RecordedEvent[]): Promise<void> {
    for (let next = 0; next < more.length; next += APPENDED_AT_ONCE) {
      const requests = more
        .slice(next, next + APPENDED_AT_ONCE)
        .map((event) => ({ stream: event.stream, expected: 'any' as const, events: [toAppend(event)], recordedAt: event.recordedAt }));
      for (const outcome of await eventStore.appendMany(requests)) if (outcome.status === 'rejected') throw outcome.reason;
    }
    events.splice(0);
    for await (const page of logPages(eventStore, { limit: 10_000 })) for (const stored of page) events.push(catalog.decode(stored));
    await project();
  }

  async function project(): Promise<void> {
    const fresh = events.slice(projected);
    projected = events.length;
    const last = events.at(-1);
    if (last === undefined) return;
    const streams = byStream(events);
    const changed = new Set(fresh.map(({ stream }) => stream));
    for (const projection of PROJECTIONS) {
      const { model } = projection;
      await readStore.prepare(model);
      // A stream told further is replayed from its start: changes made before are repetitions, which rows do not mind.
      const changes = [...changed].flatMap((stream) => {
        const own = streams.get(stream) ?? [];
        return own.some((event) => handlingOf(projection, event) === 'handle') ? replay(projection, own).changes : [];
      });
      const checkpoint = {
        position: last.position,
        eventId: last.eventId,
        recordedAt: last.recordedAt,
        logId: eventStore.identity.logId,
        epoch: 0,
      };
      await readStore.commit([{ model, partition: 0, changes, checkpoint }]);
    }
  }

  await tell(told);
  const { now, zone } = options;
  const answers = openAnswers({ eventStore, readStore, keyStore, clock: { now: () => now }, timeZone: zone ?? UTC });
  return {
    ...{ eventStore, readStore, keyStore, answers, events, tell },
    close: async () => {
      await eventStore.close();
      await readStore.close();
      await keyStore.close();
    },
  };
}

/** A caller without the right to read personal data. */
export const nobody = { readPersonal: false };

/** Years that any text of an answer can name. */
export function askable(at: EpochMs): EpochMs {
  return Math.min(Math.max(at, Date.UTC(1000, 0, 1)), END_OF_TIME - 1_000);
}

/** Asks about a random history at the moment after its last event. */
export async function withAnswers(told: readonly RecordedEvent[], act: (answering: Answering) => Promise<void>): Promise<void> {
  const now = (told.at(-1)?.recordedAt ?? HISTORY_BEGINS) + 1;
  const answering = await openAnswering(told, { now, logMadeAt: HISTORY_BEGINS - 1 });
  try {
    await act(answering);
  } finally {
    await answering.close();
  }
}
