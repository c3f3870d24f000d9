import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import type { CommandHandling } from '../../libs/command-handling/command-handling.js';
import { openCommandHandling } from '../../libs/command-handling/command-handling.js';
import { findDemo } from '../../libs/demo/demo-record.js';
import { demoBegins } from '../../libs/demo/demo-plan.js';
import { demoEndsAt } from '../../libs/demo/run-demo.js';
import type { EventStore } from '../../libs/event-store/event-store.port.js';
import type { LogFile } from '../../libs/event-store/sqlite/log-file.js';
import type { KeyStore } from '../../libs/privacy/key-store.port.js';
import { checkHistories, dropOtherHistory } from '../../libs/projection-engine/history-check.js';
import type { ProjectorNote } from '../../libs/projection-engine/notes.js';
import { openProjector } from '../../libs/projection-engine/projector.js';
import type { ReadModels } from '../../libs/projection-engine/read-models.js';
import { SharedModels } from '../../libs/projection-engine/shared-models.js';
import { commandWatch } from '../../libs/observability/watched-commands.js';
import { watchedEventStore } from '../../libs/observability/watched-event-store.js';
import { measureIndex, measureReports } from '../../libs/observability/watched-index.js';
import { measureReadModels, projectionWatch } from '../../libs/observability/watched-projections.js';
import type { ReadStore } from '../../libs/read-store/read-store.port.js';
import type { Answers } from '../../projections/answers/answers.js';
import { DealRows, StatesFromRows } from '../../projections/answers/deal-rows.js';
import { KeptRows } from '../../projections/answers/kept-rows.js';
import { IndexedStates } from '../../projections/timeline/indexed-states.js';
import { AnswersByZone } from './answers-by-zone.js';
import { buildInWorker } from './build-elsewhere.js';
import { isShared } from './config.js';
import type { Config } from './config.js';
import { filesOf } from './files.js';
import { HouseClock } from './house-clock.js';
import type { EmbeddedLog } from './open-stores.js';
import { openKeyStore, openLog, openReadStore } from './open-stores.js';
import type { Observability } from './observability.js';
import { partitionsByModel, projections } from './projections.js';
import { projectorNotes } from './projector-notes.js';
import type { KeptSize, ReportConfig } from './report-messages.js';
import { ReportThread } from './report-thread.js';
import type { ModelKeeper } from './projector-thread.js';
import { openProjectorThread } from './projector-thread.js';

/** `owner`: this process owns the data directory, if there is one to own. `reader`: another one does, and this one only reads beside it. */
export type Mode = 'owner' | 'reader';

/** Of read models on MongoDB, which many processes share; embedded ones are always kept by the owner of the data directory. */
export type Keeping =
  /** Its share, beside other projectors. */
  | 'all'
  /** While it passes through: what nobody holds. */
  | 'what is free'
  /** An API of its own, or a look. */
  | 'nothing';

export interface OpenOptions {
  readonly mode: Mode;
  /** Default `all`. */
  readonly keeps?: Keeping;
  /** Opens beside read models of another history too, where it keeps nothing of them: for who tells what is wrong. Default false: one line, and no start. */
  readonly anyHistory?: boolean;
  /** Default true: a log that is not there yet is made. A question makes none. */
  readonly beginsLog?: boolean;
  /** An embedded log that is not there yet begins with the demo company's history, on its clock. */
  readonly beginsWithDemo?: boolean;
  readonly clock?: HouseClock;
  /** Keeps the timeline index in memory: for a process that answers many questions. */
  readonly indexed?: boolean;
  /**
   * What has a thread of its own, on embedded stores. `log`: for who appends much and decides the next meanwhile. `models`: to have it projected meanwhile. `log and models`:
   * for an import, which wants both, and for a server, whose requests should wait neither for the disk nor for projecting. Left out: nothing.
   */
  readonly threads?: 'log' | 'models' | 'log and models';
  /** Reports that follow deals are made in a thread of their own, whatever the stores: for a server, which answers everybody else meanwhile. Default false. */
  readonly reportThread?: boolean;
  readonly note?: (note: ProjectorNote) => void;
  /** Counts, traces and writes down what happens at the ports; left out: nobody watches. */
  readonly observability?: Observability;
  /** Read models that were made from another history are dropped and told, instead of stopping the start: for who was asked to make them anew. */
  readonly dropped?: (models: readonly string[]) => void;
}

/** The whole house, on whatever stores it stands. */
export interface Dealtrail {
  readonly config: Config;
  readonly mode: Mode;
  readonly eventStore: EventStore;
  /** Null where the log is elsewhere. */
  readonly embeddedLog: LogFile | null;
  readonly readStore: ReadStore;
  readonly keyStore: KeyStore;
  readonly commands: CommandHandling;
  readonly clock: HouseClock;
  readonly answers: Answers;
  readonly answersByZone: AnswersByZone;
  /** Loads the timeline index, in the background of a server; until it is there the read store answers. */
  startIndex(): Promise<void>;
  /** Reads the rows of deals into memory before anybody asks, where they are few enough to stay there; once the index is there. */
  warmRows(): Promise<void>;
  readonly index: IndexedStates | null;
  /** Rows of deals in memory, for reports that follow deals; null where this process keeps none. */
  keptRows(): KeptSize | null;
  /** The read models, whoever keeps them; null beside the owner of embedded ones. */
  readonly models: ReadModels | null;
  /** Null where this process keeps none of them. */
  readonly projector: ModelKeeper | null;
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

/** What a projector in a thread of its own is begun with. */
interface InThread {
  readonly log: LogFile;
  readonly traced: boolean;
}

/** Who keeps the read models, and how this process sees them. */
async function openModels(
  config: Config,
  stores: { readonly eventStore: EventStore; readonly readStore: ReadStore; readonly keyStoreId: string },
  {
    keeps,
    note,
    inThread,
    anyHistory,
  }: { readonly keeps: Keeping; readonly note: OpenOptions['note']; readonly inThread: InThread | null; readonly anyHistory: boolean },
): Promise<{ readonly models: ReadModels; readonly projector: ModelKeeper | null }> {
  const { eventStore, readStore, keyStoreId } = stores;
  const { eventStoreUrl, mongoUrl, streamPrefix } = config;
  const partitions = partitionsByModel(config.partitions);
  const common = { eventStore, readStore, projections, ...(note === undefined ? {} : { note }) };
  if (mongoUrl === null) {
    const { log, models } = filesOf(config.dataDir);
    const embedded = { kind: 'embedded', log, models, streamPrefix, keyStoreId } as const;
    const projector =
      inThread === null
        ? // Where the log is elsewhere a rebuild goes on in this thread: an embedded read store takes no second writer to speak of.
          await openProjector({ ...common, ...(eventStoreUrl === null ? { buildElsewhere: buildInWorker(embedded, note) } : {}) })
        : await openProjectorThread({ stores: embedded, note: note ?? (() => undefined), ...inThread });
    return { models: projector, projector };
  }
  if (keeps === 'nothing') {
    if (!anyHistory)
      await checkHistories(
        eventStore,
        readStore,
        projections.map(({ model }) => model),
      );
    return { models: new SharedModels({ eventStore, readStore, projections, partitions }), projector: null };
  }
  const leases = { owner: `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`, passing: keeps === 'what is free' };
  const shared =
    eventStoreUrl === null ? {} : { buildElsewhere: buildInWorker({ kind: 'shared', ...{ eventStoreUrl, mongoUrl, streamPrefix } }, note) };
  const projector = await openProjector({ ...common, ...shared, leases, partitions });
  return { models: projector, projector };
}

/** What another thread is handed: no more than it reads. */
function reportConfig(config: Config): ReportConfig {
  const { dataDir, timeZone, streamPrefix, eventStoreUrl, mongoUrl, masterKey, keptRows } = config;
  return { dataDir, timeZone, streamPrefix, eventStoreUrl, mongoUrl, masterKey, keptRows };
}

/** How the ports are watched. */
function watch({ metrics, tracing, log }: Observability, embeddedLog: EmbeddedLog | null, note: OpenOptions['note']) {
  const { commitAppends, commitDuration, queuedAppends } = metrics.of;
  if (embeddedLog !== null) {
    embeddedLog.file.measure(({ jobs, ms }) => {
      commitAppends.observe(jobs);
      commitDuration.observe(ms / 1000);
    });
    metrics.readAtScrape('log', () => queuedAppends.set(embeddedLog.queued()));
  }
  const [count, write] = [projectionWatch(metrics, tracing), projectorNotes(log)];
  let told = '';
  return {
    store: (store: EventStore): EventStore => watchedEventStore(store, metrics, tracing),
    commands: commandWatch(metrics, tracing),
    note: (one: ProjectorNote): void => {
      count(one);
      write(one);
      note?.(one);
    },
    /** The index tries again five times a second: the same failure is told once. */
    indexFailed: (problem: unknown): void => {
      const text = problem instanceof Error ? problem.message : String(problem);
      if (text !== told) log.warn({ err: problem }, 'the timeline index is not brought further; the read store answers');
      told = text;
    },
  };
}

/** @throws NoLogYet (a reader), LogRefused, LogDamaged, EventStoreUnavailable, ReadStoreUnavailable, KeyStoreUnavailable, AnotherHistory */
export async function openDealtrail(
  config: Config,
  {
    mode,
    keeps = 'all',
    anyHistory = false,
    beginsLog = true,
    beginsWithDemo = false,
    clock = new HouseClock(),
    indexed = false,
    threads,
    reportThread = false,
    note,
    observability,
    dropped,
  }: OpenOptions,
): Promise<Dealtrail> {
  const readOnly = mode === 'reader';
  const isEmbeddedLog = config.eventStoreUrl === null;
  const isThere = !isEmbeddedLog || holdsLog(config.dataDir);
  if ((readOnly || !beginsLog) && !isThere) throw new NoLogYet(config.dataDir);
  const closing = new Closing();
  if (beginsWithDemo && !isThere) clock.simulate(demoBegins(demoEndsAt(clock.real.now())));
  try {
    const keyStore = closing.add(await openKeyStore(config, { readOnly }));
    const log = await openLog(config, {
      ...{ clock, keyStoreId: keyStore.id, writerThread: threads !== undefined && threads !== 'models' },
      readOnly: readOnly || (!isEmbeddedLog && !beginsLog),
    });
    const watching = observability === undefined ? null : watch(observability, log.embedded, note);
    const eventStore = closing.add(watching?.store(log.eventStore) ?? log.eventStore);
    if (!readOnly && isEmbeddedLog) await resumeDemoClock(eventStore, clock, beginsWithDemo);
    const readStore = closing.add(await openReadStore(config, { readOnly }));
    if (dropped) {
      const models = projections.map(({ model }) => model);
      dropped(await dropOtherHistory(eventStore, readStore, models));
    }
    const commands = openCommandHandling({ eventStore, keyStore, clock, ...(watching === null ? {} : { watch: watching.commands }) });
    const inThread =
      threads !== undefined && threads !== 'log' && log.embedded !== null
        ? { log: log.embedded.file, traced: (observability?.tracing ?? null) !== null }
        : null;
    const { models, projector } =
      readOnly && config.mongoUrl === null
        ? { models: null, projector: null }
        : await openModels(
            config,
            { eventStore, readStore, keyStoreId: keyStore.id },
            { keeps: readOnly ? 'nothing' : keeps, note: watching?.note ?? note, inThread, anyHistory },
          );
    if (projector) closing.before(() => projector.stop());
    // A snapshot file has one writer, as the data directory has.
    const file = isShared(config) ? {} : { file: filesOf(config.dataDir).index };
    const index = indexed
      ? new IndexedStates({
          ...{ readStore, eventStore, ...file, fallback: new StatesFromRows(new DealRows(readStore)) },
          ...(watching === null ? {} : { onError: watching.indexFailed }),
        })
      : null;
    if (index) closing.before(() => index.stop());
    const waitFor = models === null ? {} : { waitFor: models.waitFor.bind(models) };
    const reports = reportThread
      ? new ReportThread({
          config: reportConfig(config),
          back: {
            waitFor: async (...asked) => models?.waitFor(...asked) ?? 'late',
            firstInstant: async (knownAt) => (await index?.firstInstant(knownAt)) ?? undefined,
          },
        })
      : undefined;
    if (reports) closing.before(() => reports.stop());
    const keptRows = index === null || reports !== undefined ? null : new KeptRows({ readStore, most: config.keptRows });
    if (observability !== undefined) {
      const { metrics } = observability;
      if (models !== null) measureReadModels(metrics, models, eventStore);
      if (index !== null) measureIndex(metrics, index);
      if (reports !== undefined) measureReports(metrics, () => reports);
      metrics.readAtScrape('projector', async () => metrics.of.keptPartitions.set((await projector?.members())?.length ?? 0));
    }
    const sources = { eventStore, readStore, keyStore, clock: clock.real, timeZone: config.timeZone };
    const inMemory = { ...(index === null ? {} : { index }), ...(keptRows === null ? {} : { keptRows }) };
    const answersByZone = new AnswersByZone({ ...sources, ...inMemory, ...waitFor }, reports);
    return {
      config,
      mode,
      eventStore,
      embeddedLog: log.embedded?.file ?? null,
      readStore,
      keyStore,
      commands,
      clock,
      answers: answersByZone.in(),
      answersByZone,
      index,
      startIndex: async () => index?.start(),
      warmRows: async () => (reports ?? keptRows)?.warm(index?.info().size?.rows ?? Infinity),
      keptRows: () => reports?.kept ?? keptRows?.size ?? null,
      models,
      projector,
      close: () => closing.run(),
    };
  } catch (error) {
    await closing.run();
    throw error;
  }
}
