import { setTimeout as sleep } from 'node:timers/promises';
import type { EpochMs } from '../domain/shared/instant.js';
import type { Position } from '../domain/shared/position.js';
import { LOG_START } from '../domain/shared/position.js';
import type { EventStore } from '../event-store/event-store.port.js';
import type { Checkpoint, ParkedStream, ReadModel, ReadStore } from '../read-store/read-store.port.js';
import { Control } from './control.js';
import type { Build, Orders } from './control.js';
import type { Behindhand, ModelLag } from './lag.js';
import { measureLag } from './lag.js';
import { partitionOf } from './member.js';
import type { MemberState } from './member.js';
import type { Projection } from './projection.js';
import type { ReadModels, ReplayAsked, Replayed } from './read-models.js';
import { NobodyAnswers } from './read-models.js';
import { builtModel, modelInUse, modelVersionOf, nextBuild } from './versions.js';
import type { Waited } from './wait-for.js';

export interface SharedModelsOptions {
  readonly eventStore: EventStore;
  readonly readStore: ReadStore;
  readonly projections: readonly Projection[];
  readonly now?: () => EpochMs;
  /** How often the store is looked at while somebody waits; default 15 ms. */
  readonly pollMs?: number;
  /** Partitions of a model that is built anew: a number for all, or by name; default 1. A model in use keeps those it was built with until a rebuild. */
  readonly partitions?: number | Readonly<Record<string, number>>;
  /** How long to wait for a projector that takes up what is asked; default 15 s. Work that has been taken up is waited for as long as it moves. */
  readonly answerMs?: number;
}

/** A lease that ran out so long ago is nobody's; less may be the difference of two clocks. */
const FORGOTTEN_MS = 15_000;

interface Place {
  readonly position: Position;
  readonly movedAt: EpochMs;
}

/**
 * The read models as every process on the read store sees them: by the checkpoints in it. For an API, which keeps none of them, and for a projector, which keeps some.
 * Nothing is remembered but when a checkpoint was last seen to move.
 */
export class SharedModels implements ReadModels {
  private readonly control: Control;
  private readonly pollMs: number;
  private readonly answerMs: number;
  private readonly now: () => EpochMs;
  private readonly places = new Map<string, Place>();

  constructor(private readonly options: SharedModelsOptions) {
    this.control = new Control(options.readStore);
    this.pollMs = options.pollMs ?? 15;
    this.answerMs = options.answerMs ?? 15_000;
    this.now = options.now ?? Date.now;
  }

  get names(): readonly string[] {
    return this.options.projections.map(({ model }) => model.name);
  }

  async waitFor(position: Position, timeoutMs: number, models?: readonly string[]): Promise<Waited> {
    const until = performance.now() + timeoutMs;
    const asked = this.models(models);
    while (!(await this.allReached(asked, position))) {
      const left = until - performance.now();
      if (left <= 0) return 'late';
      await sleep(Math.min(this.pollMs, left));
    }
    const parked = (await this.parkedOf(asked)).filter((one) => one.position <= position);
    if (parked.length === 0) return 'reached';
    const event = await this.options.eventStore.eventAt(position);
    return parked.some(({ stream }) => stream === event?.stream) ? 'parked' : 'reached';
  }

  async lag(): Promise<ModelLag[]> {
    const orders = await this.control.orders();
    const members: Behindhand[] = [];
    for (const { model } of this.options.projections) {
      const inUse = await modelInUse(this.options.readStore, model);
      if (inUse !== null) members.push(...(await this.partitionsOf(inUse, 'live', orders)));
      const build = buildOf(orders, model);
      if (build !== undefined) members.push(...(await this.partitionsOf(builtModel(model, build.version), 'building', orders, build)));
      // Nobody has begun it yet: it is behind by the whole log, not left out.
      if (inUse === null && build === undefined) members.push(this.behindhand(model, 0, null, 'building', [], null));
    }
    return measureLag(this.options.eventStore, members, this.now());
  }

  /** By the leases: one that was given back, or has long run out on any clock that is near right. */
  async unkept(): Promise<readonly string[]> {
    const { readStore, projections } = this.options;
    const orders = await this.control.orders();
    const isKept = async (model: ReadModel): Promise<boolean> => {
      const inUse = await modelInUse(readStore, model);
      const build = buildOf(orders, model);
      const kept = inUse ?? (build === undefined ? model : builtModel(model, build.version));
      const partitions = inUse === null ? (build?.partitions ?? 1) : await partitionCount(readStore, inUse);
      for (let partition = 0; partition < partitions; partition += 1) {
        const lease = await readStore.leases.held(kept, partition);
        if (lease === null || lease.expiresAt + FORGOTTEN_MS < this.now()) return false;
      }
      return true;
    };
    const kept = await Promise.all(projections.map(({ model }) => isKept(model)));
    return this.names.filter((_, index) => kept[index] === false);
  }

  parked(): Promise<ParkedStream[]> {
    return this.parkedOf(this.models());
  }

  async replayParked(only: ReplayAsked = {}): Promise<Replayed> {
    const fits = ({ model, stream }: ParkedStream) => (only.model ?? model) === model && (only.stream ?? stream) === stream;
    const asked = (await this.parked()).filter(fits);
    for (const { model, version, stream } of asked) await this.control.order({ model, version, stream });
    const open = async (): Promise<number> => {
      const { replays } = await this.control.orders();
      return replays.filter((order) => asked.some((one) => one.stream === order.stream && one.model === order.model)).length;
    };
    await this.untilMoved(open, (left) => left === 0, 'the parked streams wait to be tried again');
    const still = await this.parked();
    const stillParked = asked.flatMap((one) => still.filter(({ model, stream }) => model === one.model && stream === one.stream));
    const replayed = asked.filter((one) => !stillParked.some(({ model, stream }) => model === one.model && stream === one.stream));
    return { replayed, stillParked };
  }

  async rebuild(...names: string[]): Promise<void> {
    const ends = await Promise.allSettled([...new Set(names)].map((name) => this.rebuildOne(name)));
    const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as Error] : [])); // only errors are thrown
    if (failures.length > 1 && failures.every((error) => !(error instanceof NobodyAnswers)))
      throw new Error(failures.map(({ message }) => message).join('; '));
    if (failures[0] !== undefined) throw failures[0];
  }

  private async rebuildOne(name: string): Promise<void> {
    const { readStore } = this.options;
    const projection = this.projectionOf(name);
    const inUse = await modelInUse(readStore, projection.model);
    if (inUse === null) throw new RangeError(`the read model ${name} is being built for the first time`);
    const orders = await this.control.orders();
    const failed = orders.builds.find((build) => build.model === name && build.error !== null);
    if (failed !== undefined) await this.abandon(failed);
    // Beyond every build that there has been and whose rows may still be there.
    const used = [...orders.retired.filter(({ model }) => model === name), ...(failed === undefined ? [] : [failed]), inUse];
    const version = nextBuild(
      Math.max(...used.map((build) => build.version).filter((one) => modelVersionOf(one) === projection.model.version)),
    );
    const wanted: Build = { model: name, version, partitions: this.partitionsFor(name), error: null };
    const build = await this.control.begin(wanted);
    const model = builtModel(projection.model, build.version);
    const outcome = async (): Promise<{ done: boolean; place: string }> => {
      if ((await modelInUse(readStore, projection.model))?.version === build.version) return { done: true, place: 'switched' };
      const now = buildOf(await this.control.orders(), projection.model);
      if (now !== undefined && now.error !== null) {
        await this.abandon(now);
        throw new Error(`the rebuild of ${name} stopped, the rows in use stay: ${now.error}`);
      }
      const places = [];
      for (let partition = 0; partition < build.partitions; partition += 1) {
        places.push(
          (await readStore.checkpoint(model, partition))?.position ?? (await readStore.leases.held(model, partition))?.expiresAt ?? '',
        );
      }
      return { done: false, place: places.join(' ') };
    };
    let place = '';
    await this.untilMoved(
      async () => {
        const seen = await outcome();
        place = seen.place;
        return seen.done ? 0 : place;
      },
      (left) => left === 0,
      `the rebuild of ${name} waits to be taken up`,
    );
  }

  async pause(name?: string): Promise<void> {
    for (const model of this.chosen(name)) await this.control.pause(model);
  }

  async resume(name?: string): Promise<void> {
    for (const model of this.chosen(name)) await this.control.resume(model);
  }

  /** Partitions of a model that is built anew. */
  partitionsFor(name: string): number {
    const { partitions = 1 } = this.options;
    return typeof partitions === 'number' ? partitions : (partitions[name] ?? 1);
  }

  async allReached(models: readonly ReadModel[], position: Position): Promise<boolean> {
    const { readStore } = this.options;
    const reached = await Promise.all(
      models.map(async (model) => {
        const inUse = await modelInUse(readStore, model);
        if (inUse === null || position === LOG_START) return inUse !== null;
        const checkpoint = await readStore.lowestCheckpoint(inUse);
        return checkpoint !== null && checkpoint.position >= position;
      }),
    );
    return reached.every(Boolean);
  }

  /** Those that will come to the end of the log without anybody doing something. */
  async moving(): Promise<ReadModel[]> {
    const { paused, halts, builds } = await this.control.orders();
    const stands = (name: string): boolean =>
      paused.has(name) || halts.some(({ model }) => model === name) || builds.some(({ model, error }) => model === name && error !== null);
    return this.models().filter(({ name }) => !stands(name));
  }

  models(names?: readonly string[]): ReadModel[] {
    return this.options.projections.map(({ model }) => model).filter(({ name }) => names?.includes(name) ?? true);
  }

  /** Its rows go like those of a version that readers have left. */
  private async abandon(build: Build): Promise<void> {
    await this.control.retire(build.model, build.version);
    await this.control.endBuild(build.model);
  }

  private chosen(name: string | undefined): readonly string[] {
    return name === undefined ? this.names : [this.projectionOf(name).model.name];
  }

  private projectionOf(name: string): Projection {
    const found = this.options.projections.find(({ model }) => model.name === name);
    if (found === undefined) throw new RangeError(`no read model ${name} in use: there are ${this.names.join(', ')}`);
    return found;
  }

  private async parkedOf(models: readonly ReadModel[]): Promise<ParkedStream[]> {
    const { readStore } = this.options;
    const parked: ParkedStream[] = [];
    for (const model of models) {
      const inUse = await modelInUse(readStore, model);
      if (inUse !== null) parked.push(...(await readStore.parked(inUse)));
    }
    return parked;
  }

  /** A model in use has a checkpoint in each of its partitions; one that is built has those of its record. */
  private async partitionsOf(model: ReadModel, state: MemberState, orders: Orders, build?: Build): Promise<Behindhand[]> {
    const { readStore } = this.options;
    const parked = await readStore.parked(model);
    const members: Behindhand[] = [];
    const partitions = build?.partitions ?? (await partitionCount(readStore, model));
    for (let partition = 0; partition < partitions; partition += 1) {
      const checkpoint = await readStore.checkpoint(model, partition);
      const halt = orders.halts.find((one) => one.model === model.name && one.version === model.version && one.partition === partition);
      const error = halt?.error ?? build?.error ?? null;
      const now: MemberState = error !== null ? 'stopped' : state === 'live' && orders.paused.has(model.name) ? 'paused' : state;
      const here = parked.filter(({ stream }) => partitionOf(stream, partitions) === partition);
      members.push(this.behindhand(model, partition, checkpoint, now, here, error));
    }
    return members;
  }

  private behindhand(
    model: ReadModel,
    partition: number,
    checkpoint: Checkpoint | null,
    state: MemberState,
    parked: readonly ParkedStream[],
    error: string | null,
  ): Behindhand {
    const key = `${model.name}@${model.version}/${partition}`;
    const position = checkpoint?.position ?? LOG_START;
    let place = this.places.get(key);
    if (place?.position !== position) this.places.set(key, (place = { position, movedAt: this.now() }));
    return { model, partition, checkpoint, state, movedAt: place.movedAt, parked: { size: parked.length }, error };
  }

  /** Until `arrived`; gives up when what `look` finds has not changed for `answerMs`. */
  private async untilMoved(
    look: () => Promise<string | number>,
    arrived: (seen: string | number) => boolean,
    waiting: string,
  ): Promise<void> {
    let seen = await look();
    let since = performance.now();
    while (!arrived(seen)) {
      if (performance.now() - since > this.answerMs)
        throw new NobodyAnswers(
          `${waiting}, and no projector has taken it up for ${this.answerMs / 1000} s: is one running (npm run start:projector)?`,
        );
      await sleep(this.pollMs);
      const next = await look();
      if (next !== seen) since = performance.now();
      seen = next;
    }
  }
}

function buildOf(orders: Orders, model: ReadModel): Build | undefined {
  return orders.builds.find((build) => build.model === model.name && modelVersionOf(build.version) === model.version);
}

/** In how many partitions a model in use was built. */
export async function partitionCount(readStore: ReadStore, model: ReadModel): Promise<number> {
  let count = 0;
  while ((await readStore.checkpoint(model, count)) !== null) count += 1;
  return count;
}
