import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { EpochMs } from '../domain/shared/instant.js';
import type { Position } from '../domain/shared/position.js';
import { LOG_START } from '../domain/shared/position.js';
import { catalog } from '../event-catalog/catalog.js';
import type { EventStore } from '../event-store/event-store.port.js';
import type { ParkedStream, ReadStore } from '../read-store/read-store.port.js';
import { AnotherHistory, backoff, isTransient, messageOf } from './faults.js';
import { checkHistory } from './history-check.js';
import type { ModelLag } from './lag.js';
import { measureLag } from './lag.js';
import type { LaneOptions } from './lane.js';
import { Lane } from './lane.js';
import type { Member } from './member.js';
import { partitionOf, reached } from './member.js';
import type { ProjectorNote } from './notes.js';
import type { Projection } from './projection.js';
import type { ReadModels, ReplayAsked, Replayed } from './read-models.js';
import { replayStream } from './replay-parked.js';
import type { Decode } from './stream-histories.js';
import { builtModel, modelVersionOf, nextBuild, previousBuild } from './versions.js';
import type { Waited } from './wait-for.js';
import { Waiters } from './wait-for.js';

/** Builds one model's version up to the end of the log as it is, elsewhere: in a worker thread with stores of its own. */
export type BuildElsewhere = (job: { readonly name: string; readonly version: number }) => Promise<void>;

export interface ProjectorOptions {
  readonly eventStore: EventStore;
  readonly readStore: ReadStore;
  /** Any state: the engine hands each projection its own. */
  readonly projections: readonly Projection[];
  /** Default: the catalog's. */
  readonly decode?: Decode;
  readonly now?: () => EpochMs;
  /** Partitions of every model; default 1. Another number than a model was built with needs a rebuild. */
  readonly partitions?: number;
  /** Events of a page: live small, so that what was appended is soon seen; building large. */
  readonly pageEvents?: { readonly live?: number; readonly build?: number };
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
  readonly note?: (note: ProjectorNote) => void;
}

/** How long a build's page may hold up the live lane before it is made smaller. */
const BUILD_PAGE_MS = 15;
const IDLE_MS = 1_000;

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
  private lanes: Lane[] = [];
  private readonly waiters = new Waiters();
  private readonly laneOptions: LaneOptions;
  private readonly now: () => EpochMs;
  /** Serialises pages and commands. */
  private turnOf: Promise<unknown> = Promise.resolve();
  private loop: Promise<void> | null = null;
  private wakeUp = new AbortController();
  private stopping = false;
  private failure: unknown = null;
  private buildPage: number;
  private readonly livePage: number;

  constructor(private readonly options: ProjectorOptions) {
    this.now = options.now ?? Date.now;
    this.livePage = options.pageEvents?.live ?? 500;
    this.buildPage = options.pageEvents?.build ?? 5_000;
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
  }

  get names(): readonly string[] {
    return this.options.projections.map(({ model }) => model.name);
  }

  async open(): Promise<void> {
    const members: Member[] = [];
    for (const projection of this.options.projections) members.push(...(await this.membersOf(projection)));
    this.setLanes(byCheckpoint(members).map((group) => new Lane(this.laneOptions, group)));
  }

  /** Runs until `stop`. */
  start(): void {
    this.stopping = false;
    this.loop ??= this.run().catch((error: unknown) => {
      this.failure = error;
      this.note({ kind: 'failed', error: messageOf(error) });
      this.waiters.moved();
    });
  }

  /** Ends after the page at hand. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wakeUp.abort();
    await this.loop;
    this.loop = null;
  }

  /** Brings every model that is not paused or stopped to the end of the log as it is now. */
  async catchUp(): Promise<void> {
    const { position } = await this.options.eventStore.head();
    const arrived = (): boolean =>
      this.failure !== null || this.active().every((member) => member.state === 'live' && reached(member, position));
    if (this.loop !== null) await this.waiters.until(arrived, Number.POSITIVE_INFINITY);
    else while (!(await this.exclusively(() => this.round())).end || !arrived()) await turn();
    if (this.failure !== null) throw this.failure;
  }

  /** Until the models in use (those named, or all) have come to a position; a position that an append returned. */
  async waitFor(position: Position, timeoutMs: number, models?: readonly string[]): Promise<Waited> {
    const asked = (): Member[] => this.inUse().filter((member) => models?.includes(member.model.name) ?? true);
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

  /** How far each model is behind the log. */
  lag(): Promise<ModelLag[]> {
    return measureLag(this.options.eventStore, this.members(), this.now());
  }

  /** The parked streams of the models in use. */
  async parked(): Promise<ParkedStream[]> {
    return this.inUse().flatMap((member) => [...member.parked.values()]);
  }

  /** Tries parked streams again: all, or those of one model or one stream. Rows that are made this way lie below the checkpoint: the read store notes it. */
  replayParked(only: ReplayAsked = {}): Promise<Replayed> {
    return this.exclusively(async () => {
      const replayed: ParkedStream[] = [];
      const stillParked: ParkedStream[] = [];
      for (const lane of this.lanes) {
        for (const member of lane.members) {
          if (only.model !== undefined && member.model.name !== only.model) continue;
          for (const parked of [...member.parked.values()]) {
            if (only.stream !== undefined && parked.stream !== only.stream) continue;
            const held = await replayStream(this.laneOptions, member, parked);
            if (held === null) replayed.push(parked);
            else stillParked.push(held);
          }
        }
        lane.forgetStates();
      }
      return { replayed, stillParked };
    });
  }

  /**
   * Makes a model's rows anew from the log beside those in use, then switches readers to them. Resolves when that is done.
   * @throws where the build stops at an event, the rows in use then stay
   */
  async rebuild(name: string): Promise<void> {
    const old = this.inUse().filter((member) => member.model.name === name);
    const first = old[0];
    if (first === undefined)
      throw new RangeError(
        `no read model ${name} in use: there are ${[...new Set(this.inUse().map((member) => member.model.name))].join(', ')}`,
      );
    const version = nextBuild(first.model.version);
    const model = builtModel(first.projection.model, version);
    const { readStore, buildElsewhere } = this.options;
    // What an earlier rebuild, which did not end, left behind.
    await readStore.drop(model);
    // Indexes first: making them at the end would hold up the commits of the models in use.
    await readStore.prepare(model);
    if (buildElsewhere !== undefined) await buildElsewhere({ name, version });
    const fresh = await this.exclusively(async () => {
      const members = await this.membersOfVersion(first.projection, version, 'building');
      this.setLanes([...this.lanes, new Lane(this.laneOptions, members)]);
      return members;
    });
    const done = (): boolean => fresh.every((member) => member.state === 'live') || fresh.some((member) => member.state === 'stopped');
    if (this.loop !== null) await this.waiters.until(done, Number.POSITIVE_INFINITY);
    else while (!done()) await this.exclusively(() => this.round());
    const stopped = fresh.find((member) => member.state === 'stopped');
    if (stopped === undefined) return;
    await this.exclusively(async () => this.setLanes(this.lanesWithout(fresh)));
    throw new Error(`the rebuild of ${name} stopped, the rows in use stay: ${stopped.error}`);
  }

  /** A paused model keeps its checkpoint and falls behind; readers that wait for it are told `late`. */
  pause(name?: string): Promise<void> {
    return this.exclusively(async () => {
      for (const member of this.members())
        if (member.state === 'live' && (name === undefined || member.model.name === name)) member.state = 'paused';
    });
  }

  /** Goes on from the checkpoint; a stopped model tries its event again. */
  resume(name?: string): Promise<void> {
    return this.exclusively(async () => {
      const held = this.members().filter(
        (member) => (member.state === 'paused' || member.state === 'stopped') && (name === undefined || member.model.name === name),
      );
      for (const member of held) {
        const inUse = await this.options.readStore.currentVersion(member.model.name);
        member.state = inUse === member.model.version ? 'live' : 'building';
        member.error = null;
      }
      this.setLanes([...this.lanesWithout(held), ...byCheckpoint(held).map((group) => new Lane(this.laneOptions, group))]);
    });
  }

  members(): Member[] {
    return this.lanes.flatMap((lane) => lane.members);
  }

  private active(): Member[] {
    return this.members().filter((member) => member.state === 'live' || member.state === 'building');
  }

  private inUse(): Member[] {
    return this.members().filter((member) => member.state !== 'building' && !this.isBeside(member));
  }

  /** Of a build that stopped, beside the version in use. */
  private isBeside(member: Member): boolean {
    return this.members().some(
      (other) => other.model.name === member.model.name && other.model.version < member.model.version && other.state !== 'building',
    );
  }

  private async membersOf(projection: Projection): Promise<Member[]> {
    const { readStore, eventStore } = this.options;
    const { model } = projection;
    const current = await readStore.currentVersion(model.name);
    const mine = current !== null && modelVersionOf(current) === model.version;
    const version = mine ? current : model.version;
    if (mine) {
      await readStore.prepare(builtModel(model, version));
      const retired = previousBuild(version);
      if (retired !== undefined) await readStore.drop(builtModel(model, retired));
      return this.membersOfVersion(projection, version, 'live');
    }
    // Nobody reads it yet: it is indexed when it has caught up, unless there is next to nothing to catch up with.
    const { position } = await eventStore.head();
    await readStore.prepare(builtModel(model, version), { indexes: position === LOG_START ? 'now' : 'later' });
    return this.membersOfVersion(projection, version, 'building');
  }

  private async membersOfVersion(projection: Projection, version: number, state: 'live' | 'building'): Promise<Member[]> {
    const { readStore, eventStore } = this.options;
    const partitions = this.options.partitions ?? 1;
    const model = builtModel(projection.model, version);
    if ((await readStore.checkpoint(model, partitions)) !== null) {
      throw new AnotherHistory(
        `read model ${model.name} was built in more than ${partitions} partition(s): set the number it was built with, or rebuild it`,
      );
    }
    const members: Member[] = [];
    for (let partition = 0; partition < partitions; partition += 1) {
      const checkpoint = await readStore.checkpoint(model, partition);
      if (checkpoint !== null) await checkHistory(eventStore, model.name, checkpoint);
      const parkedHere = (await readStore.parked(model)).filter(({ stream }) => partitionOf(stream, partitions) === partition);
      const parked = new Map(parkedHere.map((stream) => [stream.stream, stream]));
      members.push({ projection, model, partition, partitions, epoch: 0, state, checkpoint, movedAt: this.now(), parked, error: null });
    }
    return members;
  }

  private async run(): Promise<void> {
    let attempt = 0;
    while (!this.stopping) {
      try {
        const { end } = await this.exclusively(() => this.round());
        attempt = 0;
        if (end) await this.idle();
        else await turn(); // requests get their turn between pages
      } catch (error) {
        if (!isTransient(error)) throw error;
        attempt += 1;
        this.note({ kind: 'store-unavailable', error: messageOf(error), attempt });
        await this.pauseFor(backoff(attempt, 50, 5_000));
      }
    }
  }

  /** One page of every lane. */
  private async round(): Promise<{ end: boolean }> {
    let end = true;
    for (const lane of this.lanes) {
      if (lane.running().length === 0) continue;
      const building = lane.running().some((member) => member.state === 'building');
      const step = await this.stepOf(lane, building);
      end &&= step.end;
      if (building && step.end) {
        await this.finishBuilds(lane);
        break; // the lanes may be others now
      }
    }
    this.joinLanes();
    this.waiters.moved();
    return { end };
  }

  private async stepOf(lane: Lane, building: boolean): Promise<{ end: boolean }> {
    const alone = this.lanes.filter((other) => other.running().length > 0).length === 1;
    if (!building) return lane.step(this.livePage);
    if (alone) return lane.step(this.buildPage);
    const from = performance.now();
    const step = await lane.step(Math.min(this.buildPage, Math.max(this.livePage, 1)));
    const took = performance.now() - from;
    if (took > BUILD_PAGE_MS) await turn();
    return step;
  }

  private async finishBuilds(lane: Lane): Promise<void> {
    const { readStore } = this.options;
    const built = lane.members.filter((member) => member.state === 'building');
    const models = new Map(built.map((member) => [member.model.name, member.model]));
    for (const model of models.values()) {
      await readStore.index(model);
      await readStore.switchVersion(model.name, model.version);
      this.note({ kind: 'switched', name: model.name, version: model.version });
    }
    for (const member of built) member.state = 'live';
    const isOld = (member: Member): boolean => {
      const model = models.get(member.model.name);
      return model !== undefined && model.version !== member.model.version;
    };
    // The old rows stay until the next start: a question that began before the switch still walks them.
    const old = this.members().filter(isOld);
    if (old.length > 0) this.setLanes(this.lanesWithout(old));
  }

  /** Lanes that have come equally far go on as one. */
  private joinLanes(): void {
    const open = this.lanes.filter((lane) => lane.running().length > 0);
    if (open.length < 2) return;
    const first = open[0]!; // there are two
    if (!open.every((lane) => lane.cursor === first.cursor)) return;
    this.setLanes([new Lane(this.laneOptions, this.members())]);
    for (const lane of this.lanes) lane.cursor = first.cursor;
  }

  private lanesWithout(members: readonly Member[]): Lane[] {
    return this.lanes.flatMap((lane) => {
      const rest = lane.members.filter((member) => !members.includes(member));
      if (rest.length === lane.members.length) return [lane];
      if (rest.length === 0) return [];
      const smaller = new Lane(this.laneOptions, rest);
      smaller.cursor = lane.cursor;
      return [smaller];
    });
  }

  private setLanes(lanes: Lane[]): void {
    this.lanes = lanes;
    this.wakeUp.abort();
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turnOf.then(work);
    this.turnOf = result.catch(() => undefined);
    return result;
  }

  private async idle(): Promise<void> {
    const cursor = this.lanes
      .filter((lane) => lane.running().length > 0)
      .map((lane) => lane.cursor)
      .sort()[0];
    if (cursor === undefined) return this.pauseFor(IDLE_MS);
    await this.options.eventStore.waitForNew(cursor, { timeoutMs: IDLE_MS, signal: this.interruption() });
  }

  private async pauseFor(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.interruption() }).catch(() => undefined);
  }

  /** Ends the wait that begins now when something else is to be done. */
  private interruption(): AbortSignal {
    this.wakeUp = new AbortController();
    if (this.stopping) this.wakeUp.abort();
    return this.wakeUp.signal;
  }

  private note(note: ProjectorNote): void {
    if (note.kind === 'committed') this.waiters.moved();
    this.options.note?.(note);
  }
}

/** Members at one checkpoint go through the log together. */
function byCheckpoint(members: readonly Member[]): Member[][] {
  const groups = new Map<Position, Member[]>();
  for (const member of members) {
    const at = member.checkpoint?.position ?? LOG_START;
    groups.set(at, [...(groups.get(at) ?? []), member]);
  }
  return [...groups.values()];
}
