import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { EpochMs } from '../domain/shared/instant.js';
import type { Position } from '../domain/shared/position.js';
import { catalog } from '../event-catalog/catalog.js';
import type { EventStore } from '../event-store/event-store.port.js';
import type { ParkedStream, ReadStore } from '../read-store/read-store.port.js';
import type { BuildElsewhere } from './build-away.js';
import { BuildsAway } from './build-away.js';
import { Control } from './control.js';
import { backoff, isCheckpointLost, isStaleLease, isTransient, messageOf } from './faults.js';
import type { ModelLag } from './lag.js';
import { measureLag } from './lag.js';
import type { Lane, LaneOptions, Step } from './lane.js';
import { Lanes } from './lanes.js';
import type { Member } from './member.js';
import { reached } from './member.js';
import type { ProjectorNote } from './notes.js';
import { refreshMember } from './open-member.js';
import { OwnKeeping } from './own-keeping.js';
import { Pace } from './pace.js';
import type { PaceOptions } from './pace.js';
import type { Projection } from './projection.js';
import type { ReadModels, ReplayAsked, Replayed } from './read-models.js';
import { SharedKeeping } from './shared-keeping.js';
import { SharedModels } from './shared-models.js';
import type { Decode } from './stream-histories.js';
import type { LeaseOptions } from './tenure.js';
import { Tenure } from './tenure.js';
import type { Waited } from './wait-for.js';
import { Waiters } from './wait-for.js';

export interface ProjectorOptions {
  readonly eventStore: EventStore;
  readonly readStore: ReadStore;
  /** Any state: the engine hands each projection its own. */
  readonly projections: readonly Projection[];
  /** Default: the catalog's. */
  readonly decode?: Decode;
  readonly now?: () => EpochMs;
  /** For a read store that several processes share: this one keeps what it holds the leases of. Left out: it keeps everything, and is the only one. */
  readonly leases?: LeaseOptions;
  /** Partitions of a model, one number for all or by name; default 1. On a shared store a model keeps those it was built with until it is rebuilt. */
  readonly partitions?: number | Readonly<Record<string, number>>;
  /** Events of a page: live small, so that what was appended is soon seen; building large. */
  readonly pageEvents?: { readonly live?: number; readonly build?: number };
  /** How long live pages wait for more events; default 0.3 ms for each event of the last page, at most 20 ms. Not on a shared store, whose commits take longer than that. */
  readonly pace?: PaceOptions;
  /** Streams whose states are held; the others are folded from the log when an event of them comes. Default 20,000. */
  readonly cachedStreams?: number;
  /** Default: three attempts at an event, 20 ms before the second; live parks, a build stops. */
  readonly failure?: {
    readonly live?: 'park' | 'stop';
    readonly build?: 'park' | 'stop';
    readonly attempts?: number;
    readonly backoffMs?: number;
  };
  readonly buildElsewhere?: BuildElsewhere;
  /** On a shared store: how long the rows of a version that readers have left stay. Default 10 minutes. */
  readonly keepRetiredMs?: number;
  /** On a shared store: how long to wait for a process that takes up what is asked (`SharedModels`). */
  readonly answerMs?: number;
  readonly note?: (note: ProjectorNote) => void;
}

/** How long a build's page may hold up the live lane before it is made smaller. */
const BUILD_PAGE_MS = 15;
const IDLE_MS = 1_000;
/** How often it is looked whether a build has caught up with the rows in use. */
const FINISH_MS = 200;

/** @throws AnotherHistory where the read models were not made from this log */
export async function openProjector(options: ProjectorOptions): Promise<Projector> {
  const projector = new Projector(options);
  await projector.open();
  return projector;
}

/**
 * Keeps read models current from the log. One loop takes the lanes in turn, so that a page, a replay and a switch of versions never interleave. Without `start` nothing
 * runs by itself: a command-line process calls `catchUp`.
 */
export class Projector implements ReadModels {
  private readonly lanes: Lanes;
  private readonly pace: Pace;
  private readonly waiters = new Waiters(() => this.pace.hurry());
  private readonly laneOptions: LaneOptions;
  private readonly own: OwnKeeping;
  private readonly shared: { readonly models: SharedModels; readonly keeping: SharedKeeping; readonly lookMs: number } | null;
  private readonly now: () => EpochMs;
  /** Serialises pages and commands. */
  private turnOf: Promise<unknown> = Promise.resolve();
  private loops: Promise<unknown> | null = null;
  private readonly wakeUps = new Set<AbortController>();
  private stopping = false;
  private readonly ending = new AbortController();
  private failure: unknown = null;
  /** The read store was away: what it holds may be older than what it had acknowledged. */
  private doubtful = false;
  private finishAt = 0;
  private readonly buildPage: number;
  private readonly livePage: number;

  constructor(private readonly options: ProjectorOptions) {
    this.now = options.now ?? Date.now;
    this.pace = new Pace(options.pace);
    this.livePage = options.pageEvents?.live ?? 500;
    this.buildPage = options.pageEvents?.build ?? 10_000;
    const { failure } = options;
    this.laneOptions = {
      eventStore: options.eventStore,
      readStore: options.readStore,
      decode: options.decode ?? ((stored) => catalog.decode(stored)),
      now: this.now,
      sleep: (ms) => sleep(ms),
      policy: (member) => (member.state === 'building' ? (failure?.build ?? 'stop') : (failure?.live ?? 'park')),
      attempts: failure?.attempts ?? 3,
      backoffMs: failure?.backoffMs ?? 20,
      cachedStreams: options.cachedStreams ?? 20_000,
      note: (note) => this.note(note),
    };
    this.lanes = new Lanes(this.laneOptions, () => this.wake());
    const { partitions = 1 } = options;
    const partitionsFor = (name: string): number => (typeof partitions === 'number' ? partitions : (partitions[name] ?? 1));
    const parts = {
      ...{ projections: options.projections, laneOptions: this.laneOptions, lanes: this.lanes, partitionsFor },
      exclusively: <T>(work: () => Promise<T>) => this.exclusively(work),
      note: (note: ProjectorNote) => this.note(note),
    };
    const until = (arrived: () => boolean): Promise<void> => this.until(arrived);
    this.own = new OwnKeeping({ ...parts, until, buildElsewhere: options.buildElsewhere, signal: this.ending.signal });
    this.shared = options.leases === undefined ? null : this.sharing(options.leases, parts);
  }

  get names(): readonly string[] {
    return this.options.projections.map(({ model }) => model.name);
  }

  async open(): Promise<void> {
    if (this.shared === null) await this.own.open();
    else await this.shared.keeping.look();
  }

  /** Runs until `stop`. */
  start(): void {
    this.stopping = false;
    if (this.loops !== null) return;
    const fail = (error: unknown): void => {
      this.failure ??= error;
      this.note({ kind: 'failed', error: messageOf(error) });
      this.stopping = true;
      this.wake();
      this.waiters.moved();
    };
    this.loops = Promise.all([this.run().catch(fail), this.shared === null ? undefined : this.tend().catch(fail)]);
  }

  /** Ends after the page at hand; on a shared store its partitions are then free at once. */
  async stop(): Promise<void> {
    this.ending.abort();
    await this.rest();
    await this.shared?.keeping.leave().catch((error: unknown) => {
      // Who cannot say that it goes is found out by its silence.
      if (!isTransient(error)) throw error;
    });
  }

  /** Brings every model that is not paused or stopped to the end of the log as it is now. */
  async catchUp(): Promise<void> {
    const { position } = await this.options.eventStore.head();
    if (this.shared !== null) return this.whileRunning(() => this.catchUpShared(position));
    const arrived = (): boolean => this.own.active().every((member) => member.state === 'live' && reached(member, position));
    if (this.loops !== null) await this.until(arrived);
    else while (!(await this.exclusively(() => this.round())).end || !arrived()) await turn();
    if (this.failure !== null) throw this.failure;
  }

  async waitFor(position: Position, timeoutMs: number, models?: readonly string[]): Promise<Waited> {
    if (this.shared !== null) return this.shared.models.waitFor(position, timeoutMs, models);
    const asked = (): Member[] => this.own.inUse().filter((member) => models?.includes(member.model.name) ?? true);
    const arrived = (): boolean => asked().every((member) => reached(member, position));
    if (!(await this.waiters.until(arrived, timeoutMs))) return 'late';
    if (asked().every((member) => member.parked.size === 0)) return 'reached';
    const event = await this.options.eventStore.eventAt(position);
    const held = asked().some((member) => {
      const parked = event === undefined ? undefined : member.parked.get(event.stream);
      return parked !== undefined && parked.position <= position;
    });
    return held ? 'parked' : 'reached';
  }

  lag(): Promise<ModelLag[]> {
    return this.shared?.models.lag() ?? measureLag(this.options.eventStore, this.members(), this.now());
  }

  async unkept(): Promise<readonly string[]> {
    return this.shared?.models.unkept() ?? (this.failure === null ? [] : this.names);
  }

  async parked(): Promise<ParkedStream[]> {
    return this.shared?.models.parked() ?? this.own.parked();
  }

  replayParked(only: ReplayAsked = {}): Promise<Replayed> {
    const { shared } = this;
    return shared === null ? this.own.replayParked(only) : this.whileRunning(() => shared.models.replayParked(only));
  }

  rebuild(...names: string[]): Promise<void> {
    const { shared } = this;
    return shared === null ? this.own.rebuild(names, this.loops === null) : this.whileRunning(() => shared.models.rebuild(...names));
  }

  async pause(name?: string): Promise<void> {
    await (this.shared?.models ?? this.own).pause(name);
    await this.shared?.keeping.look();
  }

  async resume(name?: string): Promise<void> {
    await (this.shared?.models ?? this.own).resume(name);
    await this.shared?.keeping.look();
  }

  /** What this process keeps. */
  members(): Member[] {
    return this.lanes.members();
  }

  private sharing(leases: LeaseOptions, parts: Omit<ConstructorParameters<typeof OwnKeeping>[0], 'until' | 'buildElsewhere' | 'signal'>) {
    const { eventStore, readStore, projections, buildElsewhere, answerMs, keepRetiredMs = 600_000 } = this.options;
    const keeps = projections.map(({ model }) => `${model.name}@${model.version}`).join(' ');
    const tenure = new Tenure(readStore, leases, keeps);
    const away =
      buildElsewhere === undefined
        ? null
        : new BuildsAway(buildElsewhere, this.ending.signal, (error) => this.note({ kind: 'build-came-back', error: messageOf(error) }));
    const { partitions } = this.options;
    const models = new SharedModels({
      ...{ eventStore, readStore, projections, now: this.now },
      ...(partitions === undefined ? {} : { partitions }),
      ...(answerMs === undefined ? {} : { answerMs }),
    });
    const control = new Control(readStore);
    const keeping = new SharedKeeping({ ...parts, eventStore, readStore, now: this.now, tenure, control, away, keepRetiredMs });
    return { models, keeping, lookMs: tenure.lookMs };
  }

  private async run(): Promise<void> {
    let attempt = 0;
    while (!this.stopping) {
      try {
        const { events, end } = await this.trustedRound();
        attempt = 0;
        this.pace.took(events);
        if (end) await this.idle();
        else await turn(); // requests get their turn between pages
      } catch (error) {
        await this.recover(error, (attempt += 1));
      }
    }
  }

  /** Leases and records are looked after beside the pages: a long page must not cost a lease. */
  private async tend(): Promise<void> {
    let attempt = 0;
    while (!this.stopping && this.shared !== null) {
      try {
        await this.pauseFor(this.shared.lookMs);
        if (!this.stopping) await this.shared.keeping.look();
        attempt = 0;
      } catch (error) {
        await this.recover(error, (attempt += 1));
      }
    }
  }

  /** @throws what time does not heal */
  private async recover(error: unknown, attempt: number): Promise<void> {
    if (this.shared !== null && isStaleLease(error)) {
      // Another process has a partition of ours: the look finds out which, and lets it go.
      await this.shared.keeping.look().catch((problem: unknown) => this.recover(problem, attempt));
      if (attempt > 1) await this.pauseFor(backoff(attempt, 5, 500));
      return;
    }
    if (!isTransient(error) && !isCheckpointLost(error)) throw error;
    this.doubtful = true;
    this.note({ kind: 'store-unavailable', error: messageOf(error), attempt });
    await this.pauseFor(backoff(attempt, 50, 2_000));
  }

  private trustedRound(): Promise<Step> {
    return this.exclusively(async () => {
      if (this.doubtful) {
        const members = this.members();
        for (const member of members) await refreshMember(this.laneOptions, member);
        this.lanes.remove(members);
        this.lanes.add(members);
        this.doubtful = false;
      }
      return this.round();
    });
  }

  /** One page of every lane. */
  private async round(): Promise<Step> {
    let [events, end] = [0, true];
    for (const lane of this.lanes.running()) {
      const step = await this.stepOf(lane);
      events += step.events;
      end &&= step.end;
    }
    await this.finishBuilds();
    this.lanes.join();
    this.waiters.moved();
    return { events, end };
  }

  private async stepOf(lane: Lane): Promise<Step> {
    const building = !lane.running().some(({ state }) => state === 'live');
    if (building && this.lanes.running().length === 1) return lane.step(this.buildPage);
    if (!building) return lane.step(this.livePage);
    const from = performance.now();
    const step = await lane.step(Math.min(this.buildPage, Math.max(this.livePage, 1)));
    const took = performance.now() - from;
    if (took > BUILD_PAGE_MS) await turn();
    return step;
  }

  private async finishBuilds(): Promise<void> {
    if (!this.lanes.all().some((lane) => lane.atEnd && lane.members.some(({ state }) => state === 'building'))) return;
    if (this.shared === null) return this.own.finishBuilds();
    if (performance.now() < this.finishAt) return;
    this.finishAt = performance.now() + FINISH_MS;
    // A look finishes it, beside the pages: indexes take their time.
    this.wake();
  }

  private async catchUpShared(position: Position): Promise<void> {
    if (this.shared === null) return;
    const { models } = this.shared;
    while (!(await models.allReached(await models.moving(), position))) {
      if (this.failure !== null) throw this.failure;
      await sleep(10);
    }
  }

  /** Lets the loops run for as long as the work takes, where they do not run already. */
  private async whileRunning<T>(work: () => Promise<T>): Promise<T> {
    if (this.loops !== null) return work();
    this.start();
    try {
      return await work();
    } finally {
      await this.rest();
    }
  }

  private async until(arrived: () => boolean): Promise<void> {
    const done = (): boolean => this.failure !== null || this.ending.signal.aborted || arrived();
    if (this.loops !== null) await this.waiters.until(done, Number.POSITIVE_INFINITY);
    else while (!done()) await this.exclusively(() => this.round());
    if (this.failure !== null) throw this.failure;
    if (!arrived()) throw new Error('the projector was stopped before that was done');
  }

  private async rest(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.loops;
    this.loops = null;
    this.waiters.moved();
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turnOf.then(work);
    this.turnOf = result.catch(() => undefined);
    return result;
  }

  private async idle(): Promise<void> {
    const cursor = this.lanes.lowestCursor();
    if (cursor === undefined) return this.pauseFor(IDLE_MS);
    await this.interruptible((signal) => this.options.eventStore.waitForNew(cursor, { timeoutMs: IDLE_MS, signal }));
    if (this.shared === null && !this.waiters.some && !this.stopping) await this.pace.wait();
  }

  private async pauseFor(ms: number): Promise<void> {
    await this.interruptible((signal) => sleep(ms, undefined, { signal }).catch(() => undefined));
  }

  /** A wait that ends when something else is to be done. */
  private async interruptible(wait: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const controller = new AbortController();
    this.wakeUps.add(controller);
    if (this.stopping) controller.abort();
    try {
      await wait(controller.signal);
    } finally {
      this.wakeUps.delete(controller);
    }
  }

  private wake(): void {
    this.pace.hurry();
    for (const controller of this.wakeUps) controller.abort();
  }

  private note(note: ProjectorNote): void {
    if (note.kind === 'committed') this.waiters.moved();
    this.options.note?.(note);
  }
}
