import fc from 'fast-check';
import { dealDirectory } from '../../projections/deal-directory/deal-directory.js';
import { dimensionTimelines } from '../../projections/dimension-timelines/dimension-timelines.js';
import { pipelineSnapshot } from '../../projections/pipeline-snapshot/pipeline-snapshot.js';
import type { RecordedEvent } from '../domain/shared/envelope.js';
import { faultyReadStore } from '../testing/faulty-read-store.js';
import { eventually, rowsExpected, rowsSeen, someHistory } from '../testing/projecting.js';
import { holds } from '../testing/property.js';
import type { TestStores } from '../testing/stores.js';
import { openTestStores } from '../testing/stores.js';
import type { Projection } from './projection.js';
import type { Projector } from './projector.js';
import { openProjector } from './projector.js';
import { SharedModels } from './shared-models.js';

const projections = [pipelineSnapshot, dimensionTimelines, dealDirectory] as readonly Projection[];
const TTL = 90;

async function withStores(work: (stores: TestStores) => Promise<void>): Promise<void> {
  const stores = openTestStores();
  try {
    await work(stores);
  } finally {
    await stores.remove();
  }
}

async function machine(stores: TestStores, owner: string, some = projections) {
  const store = faultyReadStore(stores.reopenReadStore(), { commitsWhole: false });
  const projector = await openProjector({
    ...{ eventStore: stores.eventStore, readStore: store.store, projections: some, partitions: { 'pipeline-snapshot': 2 } },
    ...{ pageEvents: { live: 3, build: 5 }, cachedStreams: 4, leases: { owner, ttlMs: TTL }, failure: { backoffMs: 1 } },
  });
  projector.start();
  return { projector, store };
}

function api({ eventStore, readStore }: TestStores, some = projections): SharedModels {
  return new SharedModels({ eventStore, readStore, projections: some, pollMs: 3, answerMs: 5_000 });
}

async function arrivesWhole(stores: TestStores, some = projections): Promise<void> {
  const { position } = await stores.eventStore.head();
  await eventually('all read models in use', async () => (await api(stores, some).waitFor(position, 50)) === 'reached');
  expect(await rowsSeen(stores.readStore, stores.eventStore, some)).toEqual(
    await rowsExpected(stores.eventStore, stores.emptyReadStore(), some),
  );
}

async function stopAll(projectors: readonly Projector[]): Promise<void> {
  for (const projector of projectors) await projector.stop();
}

describe('a read store that fails', () => {
  const faults = fc.constantFrom('down', 'frozen', 'slow', 'answer lost', 'broken commit');
  const steps = fc.array(fc.record({ machine: fc.nat(1), fault: faults, events: fc.integer({ min: 1, max: 12 }), ms: fc.nat(120) }), {
    ...{ minLength: 3, maxLength: 6 },
  });

  it('at any moment, of any of two projectors that share it: nothing is lost, doubled or out of order, and both recover by themselves', async () => {
    await holds(
      fc.asyncProperty(steps, fc.nat(9_999), (list, seed) =>
        withStores(async (stores) => {
          const history = someHistory(
            list.reduce((sum, { events }) => sum + events, 10),
            seed,
            6,
          );
          await stores.append(history.slice(0, 10));
          const machines = [await machine(stores, 'anna'), await machine(stores, 'ben')];
          try {
            let from = 10;
            for (const { machine: which, fault, events, ms } of list) {
              const store = machines[which]?.store;
              if (store === undefined) throw new Error('there are two');
              if (fault === 'answer lost') store.loseNextAnswer();
              else if (fault === 'broken commit') store.breakNextCommit();
              else store.state = fault === 'slow' ? { slowMs: 4 } : fault;
              await stores.append(history.slice(from, from + events));
              from += events;
              const until = performance.now() + ms;
              await eventually('its time', () => performance.now() > until);
              store.state = 'well';
            }
            await arrivesWhole(stores);
          } finally {
            for (const { store } of machines) store.state = 'well';
            await stopAll(machines.map(({ projector }) => projector));
          }
        }),
      ),
      0.06,
    );
  }, 60_000);

  it('leaves no second current row of what one writer inserted for the end of its page, and the next has in the middle of its own', async () => {
    await withStores(async (stores) => {
      // All events of one deal, so that each opens the next version of its one row.
      const all = someHistory(60, 11, 1).filter(({ stream }) => stream.startsWith('deal-'));
      await stores.append(all.slice(0, 2));
      const directory = [dealDirectory] as readonly Projection[];
      const open = (page: number, writer = faultyReadStore(stores.reopenReadStore(), { commitsWhole: false })) =>
        openProjector({
          eventStore: stores.eventStore,
          readStore: writer.store,
          projections: directory,
          pageEvents: { live: page, build: page },
        });
      await (await open(100)).catchUp();
      for (let from = 2; from < 14; from += 2) {
        await stores.append(all.slice(from, from + 1));
        const writer = faultyReadStore(stores.reopenReadStore(), { commitsWhole: false });
        const dying = await open(1, writer);
        writer.breakNextCommit(1);
        await expect(dying.catchUp()).rejects.toThrow('in the middle of a commit');
        await stores.append(all.slice(from + 1, from + 2));
        await (await open(100)).catchUp();
        const seen = await rowsSeen(stores.readStore, stores.eventStore, directory);
        expect(seen['deal-directory']).toHaveLength(1);
      }
      expect(await rowsSeen(stores.readStore, stores.eventStore, directory)).toEqual(
        await rowsExpected(stores.eventStore, stores.emptyReadStore(), directory),
      );
    });
  });
});

describe('an event that cannot be projected', () => {
  /** Fails at the events of a stream for as long as it is said to. */
  function failing(): { projection: Projection; broken: Set<string> } {
    const broken = new Set<string>();
    const projection = {
      ...pipelineSnapshot,
      apply: (state: never, event: RecordedEvent, history: () => readonly RecordedEvent[]) => {
        if (broken.has(event.stream)) throw new Error('not understood, says the test');
        return pipelineSnapshot.apply(state, event, history);
      },
    } as Projection;
    return { projection, broken };
  }

  it('parks its stream; another process lists it, has it tried again, in vain and then not', async () => {
    await withStores(async (stores) => {
      const { projection, broken } = failing();
      const some = [projection];
      const history = someHistory(120, 12, 8).filter(({ stream }) => stream.startsWith('deal-'));
      await stores.append(history.slice(0, 40));
      const { projector } = await machine(stores, 'anna', some);
      try {
        await arrivesWhole(stores, some);
        const stream = history.slice(40).find(() => true)?.stream ?? '';
        broken.add(stream);
        await stores.append(history.slice(40));
        const last = history.slice(40).findLast((event) => event.stream === stream);
        const { position } = await stores.eventStore.head();
        const asker = api(stores, some);
        expect(await asker.waitFor(position, 10_000)).toBe(last === history.at(-1) ? 'parked' : 'reached');
        const parked = await asker.parked();
        expect(parked).toMatchObject([
          { model: 'pipeline-snapshot', stream, attempts: 3, error: expect.stringContaining('says the test') },
        ]);
        expect((await asker.lag()).reduce((sum, { parkedStreams }) => sum + parkedStreams, 0)).toBe(1);
        expect(await asker.replayParked()).toMatchObject({ replayed: [], stillParked: [{ stream, attempts: 4 }] });
        broken.clear();
        expect(await asker.replayParked({ stream })).toMatchObject({ replayed: [{ stream }], stillParked: [] });
        await arrivesWhole(stores, some);
      } finally {
        await projector.stop();
      }
    });
  });

  it('stops a rebuild that any process asked for, and the rows in use stay; asked again when it can be understood, it is done', async () => {
    await withStores(async (stores) => {
      const { projection, broken } = failing();
      const some = [projection];
      const history = someHistory(80, 13, 8);
      await stores.append(history);
      const { projector } = await machine(stores, 'anna', some);
      try {
        await arrivesWhole(stores, some);
        broken.add(history.find(({ stream }) => stream.startsWith('deal-'))?.stream ?? '');
        await expect(api(stores, some).rebuild('pipeline-snapshot')).rejects.toThrow(
          /the rebuild of pipeline-snapshot stopped, the rows in use stay: .*says the test/,
        );
        expect(await stores.readStore.currentVersion('pipeline-snapshot')).toBe(pipelineSnapshot.model.version);
        await arrivesWhole(stores, [pipelineSnapshot] as readonly Projection[]);
        broken.clear();
        await api(stores, some).rebuild('pipeline-snapshot');
        expect(await stores.readStore.currentVersion('pipeline-snapshot')).toBe(pipelineSnapshot.model.version + 2_000);
        await arrivesWhole(stores, some);
      } finally {
        await projector.stop();
      }
    });
  });

  it('stops the rebuild of its model alone: the others that are rebuilt in the same pass are done', async () => {
    await withStores(async (stores) => {
      const { projection, broken } = failing();
      const some = [projection, dealDirectory as Projection];
      const history = someHistory(80, 13, 8);
      await stores.append(history);
      const { eventStore, readStore } = stores;
      const projector = await openProjector({ eventStore, readStore, projections: some });
      await projector.catchUp();
      broken.add(history.find(({ stream }) => stream.startsWith('deal-'))?.stream ?? '');
      await expect(projector.rebuild('pipeline-snapshot', 'deal-directory')).rejects.toThrow(
        /^the rebuild of pipeline-snapshot stopped, the rows in use stay: .*says the test$/,
      );
      expect(await readStore.currentVersion('pipeline-snapshot')).toBe(pipelineSnapshot.model.version);
      expect(await readStore.currentVersion('deal-directory')).toBe(dealDirectory.model.version + 1_000);
      expect(await rowsSeen(readStore, eventStore, some)).toEqual(
        await rowsExpected(eventStore, stores.emptyReadStore(), [pipelineSnapshot, dealDirectory] as readonly Projection[]),
      );
      broken.clear();
      await projector.rebuild('pipeline-snapshot');
      expect(await readStore.currentVersion('pipeline-snapshot')).toBe(pipelineSnapshot.model.version + 1_000);
    });
  });
});
