import { dealDirectory } from '../../projections/deal-directory/deal-directory.js';
import { dimensionTimelines } from '../../projections/dimension-timelines/dimension-timelines.js';
import { pipelineSnapshot } from '../../projections/pipeline-snapshot/pipeline-snapshot.js';
import { faultyReadStore } from '../testing/faulty-read-store.js';
import { eventually, rowsExpected, rowsSeen, someHistory } from '../testing/projecting.js';
import type { TestStores } from '../testing/stores.js';
import { openTestStores } from '../testing/stores.js';
import type { ProjectorNote } from './notes.js';
import type { Projection } from './projection.js';
import type { Projector, ProjectorOptions } from './projector.js';
import { openProjector } from './projector.js';
import { SharedModels } from './shared-models.js';

const projections = [pipelineSnapshot, dimensionTimelines, dealDirectory] as readonly Projection[];
const partitions = { 'pipeline-snapshot': 3, 'deal-directory': 2 };
/** 3 + 1 + 2 */
const POSTS = 6;
const TTL = 150;

/** A process of its own: its connection to the store, its clock, its projector. */
interface Machine {
  readonly projector: Projector;
  readonly clock: { ahead: number };
  readonly store: ReturnType<typeof faultyReadStore>;
  readonly notes: ProjectorNote[];
}

describe('projectors on one read store', () => {
  let stores: TestStores;
  const running: Projector[] = [];
  beforeEach(() => {
    stores = openTestStores();
  });
  afterEach(async () => {
    for (const projector of running.splice(0)) await projector.stop();
    await stores.remove();
  });

  async function machine(owner: string, more: Partial<ProjectorOptions> = {}): Promise<Machine> {
    const clock = { ahead: 0 };
    const store = faultyReadStore(stores.reopenReadStore({ now: () => Date.now() + clock.ahead }));
    const notes: ProjectorNote[] = [];
    const { eventStore } = stores;
    const projector = await openProjector({
      ...{ eventStore, readStore: store.store, projections, partitions, pageEvents: { live: 7, build: 40 } },
      ...{ leases: { owner, ttlMs: TTL }, answerMs: 2_000, keepRetiredMs: 200, note: (note: ProjectorNote) => notes.push(note), ...more },
    });
    running.push(projector);
    projector.start();
    return { projector, clock, store, notes };
  }

  const api = () =>
    new SharedModels({ eventStore: stores.eventStore, readStore: stores.readStore, projections, pollMs: 3, answerMs: 2_000 });
  const held = ({ projector }: Machine): number => projector.members().length;

  /** All read models at the end of the log, as an API process sees it, and the rows are those of one undisturbed projector. */
  async function arrivesWhole(): Promise<void> {
    const { position } = await stores.eventStore.head();
    await eventually('all read models in use', async () => (await api().waitFor(position, 50)) === 'reached');
    const expected = await rowsExpected(stores.eventStore, stores.emptyReadStore(), projections);
    expect(await rowsSeen(stores.readStore, stores.eventStore, projections)).toEqual(expected);
  }

  it('share the partitions, and make the rows that one alone would make', async () => {
    await stores.append(someHistory(400, 1));
    const [anna, ben] = [await machine('anna'), await machine('ben')];
    await arrivesWhole();
    await stores.append(
      someHistory(200, 2).map((event) => ({
        ...event,
        stream: `${event.stream}x` as never,
        eventId: event.eventId.replace('-7', '-f') as never,
      })),
    );
    await arrivesWhole();
    await eventually('an even share', () => held(anna) === 3 && held(ben) === 3);
    const lag = await api().lag();
    expect(lag).toHaveLength(POSTS);
    expect(new Set(lag.map(({ state, events }) => `${state} ${events}`))).toEqual(new Set(['live 0']));
  });

  it('give some of what they hold to one that comes later', async () => {
    await stores.append(someHistory(100, 3));
    const anna = await machine('anna');
    await arrivesWhole();
    expect(held(anna)).toBe(POSTS);
    const ben = await machine('ben');
    await eventually('an even share', () => held(anna) === 3 && held(ben) === 3);
    await arrivesWhole();
  });

  it('leave at once what they hold when they stop', async () => {
    await stores.append(someHistory(100, 4));
    // Leases that would last for a minute.
    const leases = (owner: string) => ({ leases: { owner, ttlMs: 60_000 } });
    const anna = await machine('anna', leases('anna'));
    await arrivesWhole();
    await anna.projector.stop();
    expect(held(anna)).toBe(0);
    const ben = await machine('ben', leases('ben'));
    expect(held(ben)).toBe(POSTS);
    await arrivesWhole();
  });

  it('take over from one that is silent; when it speaks again it is refused, lets go and takes its share anew', async () => {
    const history = someHistory(400, 5);
    await stores.append(history.slice(0, 200));
    const anna = await machine('anna');
    await arrivesWhole();
    anna.store.state = 'frozen';
    await stores.append(history.slice(200, 300));
    const ben = await machine('ben');
    await eventually('the silent one’s partitions', () => held(ben) === POSTS);
    await arrivesWhole();
    anna.store.state = 'well';
    await stores.append(history.slice(300));
    await eventually('an even share', () => held(anna) === 3 && held(ben) === 3);
    await arrivesWhole();
    expect(anna.notes.some(({ kind }) => kind === 'let-go')).toBe(true);
    expect(anna.notes.filter(({ kind }) => kind === 'failed')).toEqual([]);
  });

  it('keep what they hold when a clock jumps, forwards or back', async () => {
    const history = someHistory(300, 6);
    await stores.append(history.slice(0, 100));
    // Long enough that a busy machine does not cost a lease: here nothing may move but for the clocks.
    const calm = (owner: string) => machine(owner, { leases: { owner, ttlMs: 900 } });
    const [anna, ben] = [await calm('anna'), await calm('ben')];
    await arrivesWhole();
    await eventually('an even share', () => held(anna) === 3 && held(ben) === 3);
    const notes = [anna.notes, ben.notes];
    const moves = () => notes.flat().filter(({ kind }) => kind === 'let-go' || kind === 'taken-on').length;
    const before = moves();
    for (const [index, ahead] of [3_600_000, -3_600_000, 86_400_000, 0].entries()) {
      anna.clock.ahead = ahead;
      ben.clock.ahead = -ahead / 2;
      await stores.append(history.slice(100 + index * 50, 150 + index * 50));
      await arrivesWhole();
      // Three looks of each at the new time.
      const seen = async () => (await stores.readStore.control.list('projector/')).map(({ value }) => Number(value['beat']));
      const from = await seen();
      await eventually('three looks', async () => (await seen()).every((beat, place) => beat >= (from[place] ?? 0) + 3));
    }
    expect(moves()).toBe(before);
    // One that dies while its clock is a day ahead is followed within its time all the same.
    anna.clock.ahead = 86_400_000;
    await eventually('a lease that ends tomorrow', async () => {
      const leases = await Promise.all(
        anna.projector.members().map(({ model, partition }) => stores.readStore.leases.held(model, partition)),
      );
      return leases.every((lease) => lease !== null && lease.expiresAt > Date.now() + 80_000_000);
    });
    anna.store.state = 'frozen';
    await eventually('the dead one’s partitions', () => held(ben) === POSTS, 10_000);
    anna.store.state = 'well';
  });

  it('are paused and resumed by any process', async () => {
    const history = someHistory(200, 7);
    await stores.append(history.slice(0, 100));
    await machine('anna');
    await arrivesWhole();
    await api().pause('pipeline-snapshot');
    const states = async () => new Set((await api().lag()).filter(({ model }) => model === 'pipeline-snapshot').map(({ state }) => state));
    expect(await states()).toEqual(new Set(['paused']));
    await eventually('the owner has heard it', () =>
      running[0]!.members().every(({ model, state }) => model.name !== 'pipeline-snapshot' || state === 'paused'),
    );
    await stores.append(history.slice(100));
    const { position } = await stores.eventStore.head();
    expect(await api().waitFor(position, 5_000, ['deal-directory', 'dimension-timelines'])).toBe('reached');
    expect(await api().waitFor(position, 20, ['pipeline-snapshot'])).toBe('late');
    await api().resume('pipeline-snapshot');
    await arrivesWhole();
    expect(await states()).toEqual(new Set(['live']));
  });

  it('rebuild for any process beside the rows in use, in as many partitions as are asked for now, and drop the old ones later', async () => {
    await stores.append(someHistory(300, 8));
    await Promise.all([machine('anna'), machine('ben')]);
    await arrivesWhole();
    const old = await rowsSeen(stores.readStore, stores.eventStore, projections);
    const { eventStore, readStore } = stores;
    await new SharedModels({ eventStore, readStore, projections, pollMs: 3, partitions: 5 }).rebuild('pipeline-snapshot');
    expect(await readStore.currentVersion('pipeline-snapshot')).toBe(pipelineSnapshot.model.version + 1_000);
    expect(await rowsSeen(readStore, eventStore, projections)).toEqual(old);
    expect((await api().lag()).filter(({ model }) => model === 'pipeline-snapshot')).toHaveLength(5);
    await stores.append(
      someHistory(50, 9).map((event) => ({
        ...event,
        stream: `${event.stream}y` as never,
        eventId: event.eventId.replace('-7', '-e') as never,
      })),
    );
    await arrivesWhole();
    await eventually('the old rows gone', async () => (await readStore.control.list('retired/')).length === 0);
    expect(await readStore.checkpoint(pipelineSnapshot.model, 0)).toBeNull();
  });

  it('let a process that passes through do what nobody else does, and only wait where somebody does', async () => {
    const history = someHistory(120, 11);
    await stores.append(history.slice(0, 60));
    const pass = async (owner: string): Promise<number> => {
      const { eventStore } = stores;
      const leases = { owner, ttlMs: TTL, passing: true };
      const passing = await openProjector({ eventStore, readStore: stores.reopenReadStore(), projections, partitions, leases });
      try {
        await passing.catchUp();
        return passing.members().length;
      } finally {
        await passing.stop();
      }
    };
    expect(await pass('carl')).toBe(POSTS);
    await arrivesWhole();
    const anna = await machine('anna');
    expect(held(anna)).toBe(POSTS);
    await stores.append(history.slice(60));
    expect(await pass('dora')).toBe(0);
    expect(held(anna)).toBe(POSTS);
    await arrivesWhole();
  });

  it('say that nobody answers when none of them runs; what was asked is done by the next', async () => {
    await stores.append(someHistory(50, 10));
    const anna = await machine('anna');
    await arrivesWhole();
    await anna.projector.stop();
    const { eventStore, readStore } = stores;
    const asker = new SharedModels({ eventStore, readStore, projections, pollMs: 3, answerMs: 30 });
    await expect(asker.rebuild('deal-directory')).rejects.toThrow(/no projector has taken it up/);
    await machine('ben');
    await eventually('the rebuild', async () => (await readStore.currentVersion('deal-directory')) === dealDirectory.model.version + 1_000);
    await arrivesWhole();
  });
});
