import { LOG_START } from '../domain/shared/position.js';
import type { ParkedStream } from '../read-store/read-store.port.js';
import type { BuildElsewhere } from './build-away.js';
import { Control } from './control.js';
import { AnotherHistory } from './faults.js';
import type { LaneOptions } from './lane.js';
import type { Lanes } from './lanes.js';
import type { Member } from './member.js';
import type { ProjectorNote } from './notes.js';
import { openMember, refreshMember } from './open-member.js';
import type { Projection } from './projection.js';
import type { ReplayAsked, Replayed } from './read-models.js';
import { replayStream } from './replay-parked.js';
import { builtModel, modelVersionOf, nextBuild } from './versions.js';

export interface OwnKeepingParts {
  readonly projections: readonly Projection[];
  readonly laneOptions: LaneOptions;
  readonly lanes: Lanes;
  readonly partitionsFor: (name: string) => number;
  readonly buildElsewhere: BuildElsewhere | undefined;
  /** Of the process: what is being built elsewhere ends with it. */
  readonly signal: AbortSignal;
  /** Between pages. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  /** Lets the lanes go on until this holds. */
  readonly until: (arrived: () => boolean) => Promise<void>;
  readonly note: (note: ProjectorNote) => void;
}

/** What a process keeps that has its read store to itself: everything, without leases. */
export class OwnKeeping {
  private readonly control: Control;

  constructor(private readonly parts: OwnKeepingParts) {
    this.control = new Control(parts.laneOptions.readStore);
  }

  /** @throws AnotherHistory */
  async open(): Promise<void> {
    const members: Member[] = [];
    for (const projection of this.parts.projections) members.push(...(await this.membersOf(projection)));
    const { paused } = await this.control.orders();
    for (const member of members) if (member.state === 'live' && paused.has(member.model.name)) member.state = 'paused';
    this.parts.lanes.add(members);
  }

  active(): Member[] {
    return this.members().filter((member) => member.state === 'live' || member.state === 'building');
  }

  inUse(): Member[] {
    return this.members().filter((member) => member.state !== 'building' && !this.isBeside(member));
  }

  parked(): ParkedStream[] {
    return this.inUse().flatMap((member) => [...member.parked.values()]);
  }

  replayParked(only: ReplayAsked): Promise<Replayed> {
    return this.parts.exclusively(async () => {
      const replayed: ParkedStream[] = [];
      const stillParked: ParkedStream[] = [];
      for (const lane of this.parts.lanes.all()) {
        for (const member of lane.members) {
          if (only.model !== undefined && member.model.name !== only.model) continue;
          for (const parked of [...member.parked.values()]) {
            if (only.stream !== undefined && parked.stream !== only.stream) continue;
            const held = await replayStream(this.parts.laneOptions, member, parked);
            if (held === null) replayed.push(parked);
            else stillParked.push(held);
          }
        }
        lane.forgetStates();
      }
      return { replayed, stillParked };
    });
  }

  /** @param alone nobody else keeps the rows in use current meanwhile */
  async rebuild(names: readonly string[], alone: boolean): Promise<void> {
    const { lanes, laneOptions, buildElsewhere, exclusively, signal, until } = this.parts;
    const fresh: Member[] = [];
    for (const name of new Set(names)) fresh.push(...(await this.beginBuild(name, alone)));
    const models = [...new Map(fresh.map(({ model, partitions }) => [model.name, { model, partitions }])).values()].map(
      ({ model, partitions }) => ({
        ...{ name: model.name, version: model.version, partitions },
        shares: fresh.filter((member) => member.model.name === model.name).map(({ partition, epoch }) => ({ partition, epoch })),
      }),
    );
    // Where that ends half-way, it is finished here.
    await buildElsewhere?.({ models, alone }, signal).catch((error: unknown) =>
      this.parts.note({ kind: 'build-came-back', error: String(error) }),
    );
    if (signal.aborted) throw new Error(`the rebuild of ${names.join(', ')} was stopped with the process, the rows in use stay`);
    await exclusively(async () => {
      for (const member of fresh) await refreshMember(laneOptions, member);
      lanes.add(fresh);
    });
    await until(() => fresh.every(({ state }) => state !== 'building'));
    const stopped = fresh.filter((member) => member.state === 'stopped');
    if (stopped.length === 0) return;
    const left = fresh.filter(({ model }) => stopped.some((member) => member.model.name === model.name));
    await exclusively(async () => lanes.remove(left));
    throw new Error(stopped.map(({ model, error }) => `the rebuild of ${model.name} stopped, the rows in use stay: ${error}`).join('; '));
  }

  /** An empty version beside the one in use. @throws RangeError where no such model is in use */
  private async beginBuild(name: string, alone: boolean): Promise<Member[]> {
    const first = this.inUse().find((member) => member.model.name === name);
    if (first === undefined)
      throw new RangeError(
        `no read model ${name} in use: there are ${[...new Set(this.inUse().map((member) => member.model.name))].join(', ')}`,
      );
    const version = nextBuild(first.model.version);
    const model = builtModel(first.projection.model, version);
    const { readStore } = this.parts.laneOptions;
    // What an earlier rebuild, which did not end, left behind.
    await readStore.drop(model);
    // Where models in use are kept current, indexes come first: in a store with one writer, making them at the end would hold up their commits.
    await readStore.prepare(model, { indexes: alone ? 'later' : 'now' });
    return this.membersOfVersion(first.projection, version, 'building');
  }

  pause(name?: string): Promise<void> {
    return this.parts.exclusively(async () => {
      for (const { model } of this.parts.projections) {
        if (name !== undefined && model.name !== name) continue;
        // Kept in the store: it stays paused over a restart.
        await this.control.pause(model.name);
        for (const member of this.members()) if (member.state === 'live' && member.model.name === model.name) member.state = 'paused';
      }
    });
  }

  resume(name?: string): Promise<void> {
    const { lanes, laneOptions, exclusively } = this.parts;
    return exclusively(async () => {
      for (const { model } of this.parts.projections) if (name === undefined || model.name === name) await this.control.resume(model.name);
      const held = this.members().filter(
        (member) => (member.state === 'paused' || member.state === 'stopped') && (name === undefined || member.model.name === name),
      );
      for (const member of held) {
        const inUse = await laneOptions.readStore.currentVersion(member.model.name);
        member.state = inUse === member.model.version ? 'live' : 'building';
        member.error = null;
      }
      // Their lanes have gone on without them.
      lanes.remove(held);
      lanes.add(held);
    });
  }

  /** Switches readers to the versions that have come to the end of the log. */
  async finishBuilds(): Promise<void> {
    const { lanes, laneOptions } = this.parts;
    const built = lanes
      .all()
      .filter(({ atEnd }) => atEnd)
      .flatMap(({ members }) => members)
      .filter(({ state }) => state === 'building');
    const models = new Map(built.map((member) => [member.model.name, member.model]));
    for (const model of models.values()) {
      const all = this.members().filter((member) => member.model.name === model.name && member.model.version === model.version);
      if (!all.every((member) => built.includes(member))) continue;
      await laneOptions.readStore.index(model);
      const before = await laneOptions.readStore.currentVersion(model.name);
      await laneOptions.readStore.switchVersion(model.name, model.version);
      // The first rows of a new data directory replace nothing that anybody read.
      if (before !== null) this.parts.note({ kind: 'switched', name: model.name, version: model.version });
      const { paused } = await this.control.orders();
      for (const member of all) member.state = paused.has(model.name) ? 'paused' : 'live';
      // The old rows stay until the next start: a question that began before the switch still walks them.
      lanes.remove(this.members().filter((member) => member.model.name === model.name && member.model.version !== model.version));
    }
  }

  private members(): Member[] {
    return this.parts.lanes.members();
  }

  /** Of a build that stopped, beside the version in use. */
  private isBeside(member: Member): boolean {
    return this.members().some(
      (other) => other.model.name === member.model.name && other.model.version < member.model.version && other.state !== 'building',
    );
  }

  private async membersOf(projection: Projection): Promise<Member[]> {
    const { readStore, eventStore } = this.parts.laneOptions;
    const { model } = projection;
    const current = await readStore.currentVersion(model.name);
    const mine = current !== null && modelVersionOf(current) === model.version;
    const version = mine ? current : model.version;
    if (mine) {
      await readStore.prepare(builtModel(model, version));
      // What readers have left: an earlier build, an earlier version of the model, a rebuild that did not end.
      for (const other of await readStore.versions(model.name)) if (other !== version) await readStore.drop(builtModel(model, other));
      return this.membersOfVersion(projection, version, 'live');
    }
    // Nobody reads it yet: it is indexed when it has caught up, unless there is next to nothing to catch up with.
    const { position } = await eventStore.head();
    await readStore.prepare(builtModel(model, version), { indexes: position === LOG_START ? 'now' : 'later' });
    return this.membersOfVersion(projection, version, 'building');
  }

  private async membersOfVersion(projection: Projection, version: number, state: 'live' | 'building'): Promise<Member[]> {
    const { laneOptions, partitionsFor } = this.parts;
    const { readStore } = laneOptions;
    const partitions = partitionsFor(projection.model.name);
    const model = builtModel(projection.model, version);
    if ((await readStore.checkpoint(model, partitions)) !== null) {
      throw new AnotherHistory(
        `read model ${model.name} was built in more than ${partitions} partition(s): set the number it was built with, or rebuild it`,
      );
    }
    const members: Member[] = [];
    for (let partition = 0; partition < partitions; partition += 1)
      members.push(await openMember(laneOptions, { projection, model, partition, partitions, epoch: 0, state }));
    return members;
  }
}
