import type { ReadModel, ReadStore } from '../read-store/read-store.port.js';
import type { BuildsAway } from './build-away.js';
import type { Build, Control, Orders } from './control.js';
import { messageOf } from './faults.js';
import type { LaneOptions } from './lane.js';
import type { Lanes } from './lanes.js';
import type { Member } from './member.js';
import { partitionOf } from './member.js';
import type { ProjectorNote } from './notes.js';
import type { Opening } from './open-member.js';
import { openMember, refreshMember } from './open-member.js';
import type { Projection } from './projection.js';
import { replayStream } from './replay-parked.js';
import { partitionCount } from './shared-models.js';
import type { Post, Tenure } from './tenure.js';
import { postKey } from './tenure.js';
import { builtModel, modelInUse, modelVersionOf } from './versions.js';

export interface KeepingParts extends Opening {
  readonly readStore: ReadStore;
  readonly projections: readonly Projection[];
  readonly laneOptions: LaneOptions;
  readonly lanes: Lanes;
  readonly tenure: Tenure;
  readonly control: Control;
  readonly away: BuildsAway | null;
  /** Between pages. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  /** Of a model that is built for the first time. */
  readonly partitionsFor: (name: string) => number;
  /** How long the rows of a version that readers have left stay. */
  readonly keepRetiredMs: number;
  readonly note: (note: ProjectorNote) => void;
}

interface Place extends Post {
  readonly projection: Projection;
  readonly partitions: number;
  readonly state: 'building' | 'live';
  /** Built beside rows that readers use: that must not hold up what keeps those current. */
  readonly beside: boolean;
}

/**
 * What this process keeps on a store that it shares. A look reads what was asked (`Control`), renews and takes leases (`Tenure`) and brings the lanes into line with
 * them. Everything that a look does may be done again, and by two processes at once.
 */
export class SharedKeeping {
  private looking: Promise<void> = Promise.resolve();
  private readonly partitionCounts = new Map<string, number>();
  private readonly prepared = new Set<string>();
  private readonly reported = new Set<string>();
  private readonly retiredSince = new Map<string, number>();
  private readonly indexed = new Set<string>();

  constructor(private readonly parts: KeepingParts) {}

  look(): Promise<void> {
    this.looking = this.looking.catch(() => undefined).then(() => this.lookNow());
    return this.looking;
  }

  /** Between pages, all at once; the next owner need not wait. */
  async leave(): Promise<void> {
    await this.looking.catch(() => undefined);
    this.parts.lanes.remove(this.parts.lanes.members());
    for (const member of this.parts.away?.members() ?? []) this.parts.away?.forget(member);
    await this.parts.tenure.leave();
  }

  private async lookNow(): Promise<void> {
    const { tenure, control, exclusively } = this.parts;
    const orders = await control.orders();
    const places = await this.places(orders);
    await tenure.renew();
    await tenure.take(places);
    const surplus = tenure.surplus(places.filter((place) => !this.isAway(place)));
    const leaving = [...tenure.outside(places), ...(surplus === undefined ? [] : [surplus])];
    await exclusively(async () => {
      this.letGo(leaving);
      await this.takeOn(places, leaving);
      this.obey(orders, places);
      await this.tryAgain(orders, places);
    });
    for (const post of leaving) await tenure.release(post);
    await this.report(orders);
    await this.finishBuilds(orders);
    await this.sweep(orders);
  }

  /** Every partition that should be kept by somebody who can. */
  private async places(orders: Orders): Promise<Place[]> {
    const { readStore, projections, control, partitionsFor } = this.parts;
    const places: Place[] = [];
    for (const projection of projections) {
      const { name, version } = projection.model;
      const inUse = await modelInUse(readStore, projection.model);
      if (inUse !== null) places.push(...placesOf(projection, inUse.version, await this.countOf(inUse), 'live', false));
      let build = orders.builds.find((one) => one.model === name);
      if (inUse === null && build === undefined)
        build = await control.begin({ model: name, version, partitions: partitionsFor(name), error: null });
      // One of another version of the program is left to that.
      if (build === undefined || build.error !== null || build.version === inUse?.version || modelVersionOf(build.version) !== version)
        continue;
      places.push(...placesOf(projection, build.version, build.partitions, 'building', inUse !== null));
    }
    return places;
  }

  private async countOf(model: ReadModel): Promise<number> {
    const key = `${model.name}@${model.version}`;
    const count = this.partitionCounts.get(key) ?? (await partitionCount(this.parts.readStore, model));
    this.partitionCounts.set(key, count);
    return count;
  }

  /** What is leaving, and what another process has by now. */
  private letGo(leaving: readonly Post[]): void {
    const { lanes, tenure, away } = this.parts;
    const gone = new Set(leaving.map(postKey));
    const lost = (member: Member): boolean => gone.has(postKey(member)) || tenure.epochOf(member) !== member.epoch;
    const left = lanes.members().filter(lost);
    lanes.remove(left);
    for (const member of away?.members() ?? []) if (lost(member)) away?.forget(member);
    for (const member of left) this.reported.delete(postKey(member));
    if (left.length > 0) this.parts.note({ kind: 'let-go', members: left });
  }

  private async takeOn(places: readonly Place[], leaving: readonly Post[]): Promise<void> {
    const { lanes, tenure, away } = this.parts;
    const kept = new Set([...lanes.members(), ...(away?.members() ?? []), ...leaving].map(postKey));
    const taken: Member[] = [];
    const sent: Member[] = [];
    for (const place of places) {
      const epoch = tenure.epochOf(place);
      if (epoch === undefined || kept.has(postKey(place))) continue;
      await this.prepare(place);
      const { projection, model, partition, partitions, state } = place;
      const member = await openMember(this.parts, { projection, model, partition, partitions, epoch, state });
      (away !== null && place.beside ? sent : taken).push(member);
    }
    if (taken.length + sent.length === 0) return;
    this.parts.note({ kind: 'taken-on', members: [...taken, ...sent] });
    // What nobody reads yet is built here, all models in one pass of the log.
    lanes.add(taken);
    for (const group of byVersion(sent)) this.sendAway(group);
  }

  private sendAway(members: readonly Member[]): void {
    const { away, exclusively, lanes } = this.parts;
    if (away === null) return;
    void away
      .send(members)
      .then((back) =>
        exclusively(async () => {
          for (const member of back) await refreshMember(this.parts, member);
          lanes.add(back);
        }),
      )
      // Not in the lanes and not away: the next look takes it on again.
      .catch((error: unknown) => this.parts.note({ kind: 'build-came-back', error: messageOf(error) }));
  }

  /** The entity's index at least; the others of a version that nobody reads yet are made when it is built. */
  private async prepare({ model, state }: Place): Promise<void> {
    const key = `${model.name}@${model.version} ${state}`;
    if (this.prepared.has(key)) return;
    await this.parts.readStore.prepare(model, { indexes: state === 'live' ? 'now' : 'later' });
    this.prepared.add(key);
  }

  private obey(orders: Orders, places: readonly Place[]): void {
    const { lanes } = this.parts;
    const goOn: Member[] = [];
    for (const member of lanes.members()) {
      const place = places.find((one) => postKey(one) === postKey(member));
      if (place === undefined) continue;
      const halt = orders.halts.find((one) => isBuild(one, member.model) && one.partition === member.partition);
      if (halt !== undefined) this.reported.add(postKey(member));
      const wanted =
        halt !== undefined ? 'stopped' : place.state === 'live' && orders.paused.has(member.model.name) ? 'paused' : place.state;
      // It stopped since the last look, and that stands nowhere yet.
      if (member.state === 'stopped' && !this.reported.has(postKey(member))) continue;
      if (wanted === member.state) continue;
      if (wanted !== 'stopped') this.reported.delete(postKey(member));
      const stood = member.state === 'paused' || member.state === 'stopped';
      member.state = wanted;
      member.error = halt?.error ?? null;
      if (stood && (wanted === 'live' || wanted === 'building')) goOn.push(member);
    }
    // The lane has gone on without them.
    lanes.remove(goOn);
    lanes.add(goOn);
  }

  private async tryAgain(orders: Orders, places: readonly Place[]): Promise<void> {
    const { lanes, control, laneOptions } = this.parts;
    for (const order of orders.replays) {
      const keeper = (member: Member): boolean =>
        isBuild(order, member.model) && partitionOf(order.stream, member.partitions) === member.partition;
      const member = lanes.members().find(keeper);
      const parked = member?.parked.get(order.stream);
      if (member !== undefined && parked !== undefined) {
        await replayStream(laneOptions, member, parked);
        for (const lane of lanes.all()) if (lane.members.includes(member)) lane.forgetStates();
      }
      const isGone = places.every(({ model }) => !isBuild(order, model));
      if (member !== undefined || isGone) await control.done(order);
    }
  }

  private async report(orders: Orders): Promise<void> {
    const { lanes, control } = this.parts;
    for (const { state, model, partition, error } of lanes.members()) {
      if (state !== 'stopped' || this.reported.has(postKey({ model, partition }))) continue;
      const build = orders.builds.find((one) => isBuild(one, model));
      if (build === undefined) await control.halt({ model: model.name, version: model.version, partition, error: error ?? 'stopped' });
      else await control.buildFailed(build, error ?? 'stopped');
      this.reported.add(postKey({ model, partition }));
    }
  }

  /** Switches readers to what is built, as soon as all its partitions, here and elsewhere, have come as far as the rows in use. */
  private async finishBuilds({ builds }: Orders): Promise<void> {
    const { lanes } = this.parts;
    const building = lanes.all().filter((lane) => lane.atEnd && lane.members.some(({ state }) => state === 'building'));
    if (building.length === 0) return;
    for (const build of builds) {
      const mine = building.flatMap(({ members }) => members).filter(({ model }) => isBuild(build, model));
      const first = mine[0];
      if (first !== undefined && build.error === null) await this.finish(build, first);
    }
  }

  private async finish(build: Build, { projection, model }: Member): Promise<void> {
    const { readStore, control, note } = this.parts;
    const inUse = await modelInUse(readStore, projection.model);
    if (inUse?.version === build.version) return control.endBuild(build.model);
    if (!(await this.isAsFar(build, model, inUse))) return;
    const key = `${model.name}@${model.version}`;
    if (!this.indexed.has(key)) {
      await readStore.index(model);
      this.indexed.add(key);
      // That may have taken a while: readers must not go back to less.
      if (!(await this.isAsFar(build, model, inUse))) return;
    }
    await readStore.switchVersion(build.model, build.version);
    for (const other of await readStore.versions(build.model)) if (other !== build.version) await control.retire(build.model, other);
    await control.endBuild(build.model);
    note({ kind: 'switched', name: build.model, version: build.version });
    for (const member of this.parts.lanes.members()) if (isBuild(build, member.model) && member.state === 'building') member.state = 'live';
  }

  private async isAsFar(build: Build, model: ReadModel, inUse: ReadModel | null): Promise<boolean> {
    const { readStore, eventStore } = this.parts;
    const wanted = inUse === null ? await eventStore.head() : await readStore.lowestCheckpoint(inUse);
    const built = await readStore.lowestCheckpoint(model, build.partitions);
    return built !== null && (wanted === null || built.position >= wanted.position);
  }

  private async sweep(orders: Orders): Promise<void> {
    const { readStore, control, projections, keepRetiredMs } = this.parts;
    for (const { model: name, version } of orders.retired) {
      const key = `${name}@${version}`;
      const since = this.retiredSince.get(key) ?? performance.now();
      this.retiredSince.set(key, since);
      const projection = projections.find(({ model }) => model.name === name);
      if (projection === undefined || performance.now() - since < keepRetiredMs) continue;
      await readStore.drop(builtModel(projection.model, version));
      await control.forget(name, version);
      this.retiredSince.delete(key);
      this.prepared.delete(`${key} building`);
      this.prepared.delete(`${key} live`);
      this.indexed.delete(key);
    }
  }

  private isAway(post: Post): boolean {
    return this.parts.away?.members().some((member) => postKey(member) === postKey(post)) ?? false;
  }
}

function placesOf(projection: Projection, version: number, partitions: number, state: Place['state'], beside: boolean): Place[] {
  const model = builtModel(projection.model, version);
  return Array.from({ length: partitions }, (_, partition) => ({ projection, model, partition, partitions, state, beside }));
}

function isBuild(build: { readonly model: string; readonly version: number }, model: ReadModel): boolean {
  return build.model === model.name && build.version === model.version;
}

function byVersion(members: readonly Member[]): Member[][] {
  const groups = new Map<string, Member[]>();
  for (const member of members) {
    const key = `${member.model.name}@${member.model.version}`;
    groups.set(key, [...(groups.get(key) ?? []), member]);
  }
  return [...groups.values()];
}
