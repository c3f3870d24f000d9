import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CommandHandling } from '../../libs/command-handling/command-handling.js';
import { openCommandHandling } from '../../libs/command-handling/command-handling.js';
import { catalog } from '../../libs/event-catalog/catalog.js';
import { findDemo } from '../../libs/demo/demo-record.js';
import { demoBegins } from '../../libs/demo/demo-plan.js';
import { demoEndsAt } from '../../libs/demo/run-demo.js';
import type { EventStore } from '../../libs/event-store/event-store.port.js';
import { openSqliteEventStore } from '../../libs/event-store/sqlite/sqlite-event-store.js';
import type { KeyStore } from '../../libs/privacy/key-store.port.js';
import { openSqliteKeyStore } from '../../libs/privacy/sqlite/sqlite-key-store.js';
import type { ProjectorNote } from '../../libs/projection-engine/notes.js';
import type { Projector } from '../../libs/projection-engine/projector.js';
import { openProjector } from '../../libs/projection-engine/projector.js';
import type { ReadStore } from '../../libs/read-store/read-store.port.js';
import { openSqliteReadStore } from '../../libs/read-store/sqlite/sqlite-read-store.js';
import type { Answers } from '../../projections/answers/answers.js';
import { DealRows, StatesFromRows } from '../../projections/answers/deal-rows.js';
import { IndexedStates } from '../../projections/timeline/indexed-states.js';
import { AnswersByZone } from './answers-by-zone.js';
import { buildInWorker } from './build-elsewhere.js';
import type { Config } from './config.js';
import { filesOf } from './files.js';
import { HouseClock } from './house-clock.js';
import { projections } from './projections.js';

/** `owner`: this process owns the data directory. `reader`: another one does, and this one only reads beside it. */
export type Mode = 'owner' | 'reader';

export interface OpenOptions {
  readonly mode: Mode;
  /** A log that is not there yet begins with the demo company's history, on its clock. */
  readonly beginsWithDemo?: boolean;
  readonly clock?: HouseClock;
  /** Keeps the timeline index in memory: for a process that answers many questions. */
  readonly indexed?: boolean;
  readonly note?: (note: ProjectorNote) => void;
}

/** The whole house on its embedded stores. */
export interface Dealtrail {
  readonly config: Config;
  readonly mode: Mode;
  readonly eventStore: EventStore;
  readonly readStore: ReadStore;
  readonly keyStore: KeyStore;
  readonly commands: CommandHandling;
  readonly clock: HouseClock;
  readonly answers: Answers;
  readonly answersByZone: AnswersByZone;
  /** Loads the timeline index, in the background of a server; until it is there the read store answers. */
  startIndex(): Promise<void>;
  readonly index: IndexedStates | null;
  /** Null for a reader: the owner keeps the models. */
  readonly projector: Projector | null;
  close(): Promise<void>;
}

/** There is no log in the data directory, and a question does not make one. */
export class NoLogYet extends Error {
  override readonly name = 'NoLogYet';
  constructor(dataDir: string) {
    super(`${dataDir} holds no log yet; ./dealtrail import, ./dealtrail demo or npm start begins one`);
  }
}

export function holdsLog(dataDir: string): boolean {
  return existsSync(filesOf(dataDir).log);
}

/** What has been opened is closed again, last first, where the next cannot be. */
class Closing {
  private readonly steps: (() => Promise<void>)[] = [];

  add<T extends { close(): Promise<void> }>(part: T): T {
    this.steps.push(() => part.close());
    return part;
  }

  before(step: () => Promise<void>): void {
    this.steps.push(step);
  }

  async run(): Promise<void> {
    for (let step = this.steps.pop(); step; step = this.steps.pop()) await step();
  }
}

/** Nothing but its identity is in it. */
export async function isEmptyLog(eventStore: EventStore): Promise<boolean> {
  return (await eventStore.readAll({ limit: 2 })).events.length < 2;
}

/** An unfinished demo goes on where its clock stood, also one that came no further than the log's identity. */
async function resumeDemoClock(eventStore: EventStore, clock: HouseClock, beginsWithDemo: boolean): Promise<void> {
  const demo = await findDemo(eventStore);
  const { recordedAt } = await eventStore.head();
  const begun = demo.state === 'none' && beginsWithDemo && recordedAt < demoEndsAt(clock.real.now()) && (await isEmptyLog(eventStore));
  if (begun || (demo.state === 'unfinished' && demo.simulated)) clock.simulate(recordedAt);
}

/** @throws NoLogYet (a reader), LogRefused, LogDamaged, EventStoreUnavailable, ReadStoreUnavailable, KeyStoreUnavailable, AnotherHistory */
export async function openDealtrail(
  config: Config,
  { mode, beginsWithDemo = false, clock = new HouseClock(), indexed = false, note }: OpenOptions,
): Promise<Dealtrail> {
  const files = filesOf(config.dataDir);
  const readOnly = mode === 'reader';
  if (readOnly && !holdsLog(config.dataDir)) throw new NoLogYet(config.dataDir);
  const closing = new Closing();
  if (beginsWithDemo && !holdsLog(config.dataDir)) clock.simulate(demoBegins(demoEndsAt(clock.real.now())));
  try {
    if (!readOnly) mkdirSync(dirname(files.keys), { recursive: true, mode: 0o700 });
    const keyStore = closing.add(openSqliteKeyStore({ file: files.keys, readOnly }));
    const eventStore = closing.add(
      openSqliteEventStore({
        file: files.log,
        clock,
        checkStored: (type, schemaVersion, data, metadata) => catalog.checkStored(type, schemaVersion, data, metadata),
        streamPrefix: config.streamPrefix,
        keyStoreId: keyStore.id,
        readOnly,
        simulated: !readOnly, // only the demo says when something was recorded
      }),
    );
    if (!readOnly) await resumeDemoClock(eventStore, clock, beginsWithDemo);
    const readStore = closing.add(openSqliteReadStore({ file: files.models, readOnly }));
    const commands = openCommandHandling({ eventStore, keyStore, clock });
    const projector = readOnly
      ? null
      : await openProjector({
          ...{ eventStore, readStore, projections },
          buildElsewhere: buildInWorker({
            ...{ kind: 'embedded', log: files.log, models: files.models, streamPrefix: config.streamPrefix, keyStoreId: keyStore.id },
          }),
          ...(note === undefined ? {} : { note }),
        });
    if (projector) closing.before(() => projector.stop());
    const index = indexed
      ? new IndexedStates({ readStore, eventStore, file: files.index, fallback: new StatesFromRows(new DealRows(readStore)) })
      : null;
    if (index) closing.before(() => index.stop());
    const answersByZone = new AnswersByZone({
      eventStore,
      readStore,
      keyStore,
      clock: clock.real,
      timeZone: config.timeZone,
      ...(index === null ? {} : { index }),
      ...(projector === null ? {} : { waitFor: (position, timeoutMs, models) => projector.waitFor(position, timeoutMs, models) }),
    });
    return {
      config,
      mode,
      eventStore,
      readStore,
      keyStore,
      commands,
      clock,
      answers: answersByZone.in(),
      answersByZone,
      index,
      startIndex: async () => index?.start(),
      projector,
      close: () => closing.run(),
    };
  } catch (error) {
    await closing.run();
    throw error;
  }
}
