import type { DemoFinished, DemoStarted } from '../domain/log/log.events.js';
import type { JsonObject } from '../domain/shared/envelope.js';
import { streamName } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';
import { isoInstant } from '../domain/shared/instant.js';
import { catalog } from '../event-catalog/catalog.js';
import type { EventStore, EventToAppend, ExpectedRevision, IdSource } from '../event-store/event-store.port.js';
import { SYSTEM_ACTOR } from '../event-store/event-store.port.js';

const DEMO_STREAM = streamName('log', 'demo');

/** What a log says of its demo: none, one that is not told to the end, or one that is. */
export type DemoRecord =
  | { readonly state: 'none' }
  | {
      readonly state: 'unfinished' | 'finished';
      readonly deals: number;
      readonly seed: number;
      readonly endsAt: EpochMs;
      readonly simulated: boolean;
    };

/** Asked when a log is opened: an unfinished demo is finished, on its clock, before anything else is appended. */
export async function findDemo(eventStore: Pick<EventStore, 'readStream'>): Promise<DemoRecord> {
  const { events } = await eventStore.readStream(DEMO_STREAM);
  const recorded = events.map((event) => catalog.decode(event));
  const started = recorded.find((event) => event.type === 'DemoStarted');
  if (started === undefined) return { state: 'none' };
  const { deals, seed, endsAt, simulatedClock } = started.data as DemoStarted['data']; // its type says so
  const finished = recorded.some((event) => event.type === 'DemoFinished');
  return { state: finished ? 'finished' : 'unfinished', deals, seed, endsAt: Date.parse(endsAt), simulated: simulatedClock };
}

/** Writes one of the two events of a demo. `recordedAt` where the log takes simulated ones. */
export async function recordDemo(
  eventStore: Pick<EventStore, 'appendMany'>,
  ids: IdSource,
  event: DemoStarted | DemoFinished,
  when: { readonly at: EpochMs; readonly recordedAt: EpochMs | undefined },
): Promise<void> {
  const eventId = ids.eventId(when.at);
  const expected: ExpectedRevision = event.type === 'DemoStarted' ? 'none' : 0;
  const metadata: JsonObject = {
    ...{ schemaVersion: 1, correlationId: eventId, causationId: eventId, effectiveAt: isoInstant(when.at) },
    actor: { id: SYSTEM_ACTOR.id, kind: SYSTEM_ACTOR.kind },
  };
  const recorded: EventToAppend = { eventId, type: event.type, data: { ...event.data }, metadata };
  const request = {
    stream: DEMO_STREAM,
    expected,
    events: [recorded],
    ...(when.recordedAt === undefined ? {} : { recordedAt: when.recordedAt }),
  };
  const [result] = await eventStore.appendMany([request]);
  if (result?.status === 'rejected') throw result.reason;
}
