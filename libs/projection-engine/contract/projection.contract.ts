import fc from 'fast-check';
import type { RecordedEvent } from '../../domain/shared/envelope.js';
import { END_OF_TIME } from '../../domain/shared/instant.js';
import { ReadStoreUnavailable, rowCounts } from '../../read-store/read-store.port.js';
import type { ModelBatch, ReadModel, ReadStore, Row } from '../../read-store/read-store.port.js';
import { byStream } from '../../testing/histories.js';
import { holds } from '../../testing/property.js';
import type { TestStores } from '../../testing/stores.js';
import { allRows, openTestStores } from '../../testing/stores.js';
import type { Projection } from '../projection.js';
import { handlingOf, replay } from '../projection.js';
import { openProjector } from '../projector.js';
import { modelInUse } from '../versions.js';

/** What every projection promises, run by the engine on real stores: the rows follow from the events, however they come. */
export function describeProjection(projection: Projection, histories: fc.Arbitrary<RecordedEvent[]>): void {
  const { name } = projection.model;

  async function withStores(events: readonly RecordedEvent[], work: (stores: TestStores) => Promise<void>): Promise<void> {
    const stores = openTestStores();
    try {
      await stores.append(events);
      await work(stores);
    } finally {
      await stores.remove();
    }
  }

  /** Rows that readers can see: of a model with current rows the latest, of others all. */
  async function seen(readStore: ReadStore, known: number): Promise<Row[]> {
    const model = await modelInUse(readStore, projection.model);
    if (model === null) throw new Error(`${name} is not in use`);
    const rows = await allRows(readStore, model);
    return projection.onlyLatest === true ? rows.filter((row) => rowCounts(row, END_OF_TIME, known)) : rows;
  }

  /** What the definition makes of the log. */
  async function expected(stores: TestStores): Promise<Row[]> {
    const events = await stores.recorded();
    const readStore = stores.emptyReadStore();
    await readStore.prepare(projection.model);
    await readStore.switchVersion(name, projection.model.version);
    const last = events.at(-1)!; // a log has at least its identity
    const checkpoint = { position: last.position, eventId: null, recordedAt: 0, logId: 'x', epoch: 0 };
    for (const stream of byStream(events).values()) {
      if (stream.every((event) => handlingOf(projection, event) !== 'handle')) continue;
      await readStore.commit([{ model: projection.model, partition: 0, changes: replay(projection, stream).changes, checkpoint }]);
    }
    return seen(readStore, Number(last.position));
  }

  const engine = (stores: TestStores, readStore: ReadStore, page: number, cachedStreams = 100) =>
    openProjector({
      ...{ eventStore: stores.eventStore, readStore, projections: [projection] },
      ...{ pageEvents: { live: page, build: page }, cachedStreams },
    });
  const head = async (stores: TestStores): Promise<number> => Number((await stores.eventStore.head()).position);

  describe(`projection ${name}`, () => {
    it('makes the rows of its definition, in pages of any size and with few states at hand', async () => {
      await holds(
        fc.asyncProperty(histories, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 2, max: 6 }), (events, page, cached) =>
          withStores(events, async (stores) => {
            await (await engine(stores, stores.readStore, page, cached)).catchUp();
            expect(await seen(stores.readStore, await head(stores))).toEqual(await expected(stores));
          }),
        ),
        0.1,
      );
    });

    it('delivered twice, leaves the same rows', async () => {
      await holds(
        fc.asyncProperty(histories, fc.integer({ min: 1, max: 20 }), (events, page) =>
          withStores(events, async (stores) => {
            await (await engine(stores, stores.readStore, page)).catchUp();
            const once = await seen(stores.readStore, await head(stores));
            await (await engine(stores, withoutCheckpoints(stores.readStore), page + 1)).catchUp();
            expect(await seen(stores.readStore, await head(stores))).toEqual(once);
          }),
        ),
        0.1,
      );
    });

    it('killed before the checkpoint, goes on without a row lost or doubled', async () => {
      await holds(
        fc.asyncProperty(
          histories,
          fc.integer({ min: 1, max: 8 }),
          fc.array(fc.nat(30), { minLength: 1, maxLength: 4 }),
          (events, page, kills) =>
            withStores(events, async (stores) => {
              for (const [index, writes] of kills.entries()) {
                // Pages are cut elsewhere each time: what one try wrote for the end of its page is in the middle of the next one's.
                const killed = await engine(stores, halfWritten(stores.readStore, writes), page + index);
                // A kill ends the process; here the next engine starts from what it left.
                await killed.catchUp().catch((error: unknown) => expect(error).toBeInstanceOf(ReadStoreUnavailable));
              }
              await (await engine(stores, stores.readStore, page)).catchUp();
              expect(await seen(stores.readStore, await head(stores))).toEqual(await expected(stores));
            }),
        ),
        0.1,
      );
    });

    it('rebuilt, equals live: grown page by page beside an engine that runs, then made anew', async () => {
      await holds(
        fc.asyncProperty(histories, fc.integer({ min: 1, max: 5 }), (events, page) =>
          withStores([], async (stores) => {
            const live = await engine(stores, stores.readStore, page);
            live.start();
            for (let from = 0; from < events.length; from += page) {
              await stores.append(events.slice(from, from + page));
              const { position } = await stores.eventStore.head();
              expect(await live.waitFor(position, 10_000)).toBe('reached');
            }
            const grown = await seen(stores.readStore, await head(stores));
            await live.rebuild(name);
            await live.stop();
            expect((await modelInUse(stores.readStore, projection.model))?.version).toBe(projection.model.version + 1_000);
            expect(await seen(stores.readStore, await head(stores))).toEqual(grown);
            expect(grown).toEqual(await expected(stores));
          }),
        ),
        0.1,
      );
    });
  });
}

/** The rows are there, and nobody remembers how far they go. */
function withoutCheckpoints(readStore: ReadStore): ReadStore {
  let taken = false;
  return wrap(readStore, {
    checkpoint: async (model: ReadModel, partition: number) => (taken ? readStore.checkpoint(model, partition) : null),
    commit: async (batches: readonly ModelBatch[]) => {
      taken = true;
      await readStore.commit(batches);
    },
  });
}

/** Makes so many writes, then dies in the middle of a batch: its first rows are there, its checkpoint is not. */
function halfWritten(readStore: ReadStore, writes: number): ReadStore {
  let left = writes;
  return wrap(readStore, {
    commitsWhole: false,
    commit: async (batches: readonly ModelBatch[]) => {
      for (const batch of batches) {
        const { model, partition } = batch;
        if (left >= batch.changes.length) {
          left -= batch.changes.length;
          await readStore.commit([batch]);
          continue;
        }
        const checkpoint = (await readStore.checkpoint(model, partition)) ?? {
          ...batch.checkpoint,
          position: '0'.repeat(20) as never,
          eventId: null,
        };
        await readStore.commit([{ ...batch, changes: batch.changes.slice(0, left), checkpoint }]);
        left = 0;
        throw new ReadStoreUnavailable('killed');
      }
    },
  });
}

function wrap(readStore: ReadStore, over: Partial<ReadStore>): ReadStore {
  return new Proxy(readStore, {
    get: (target, key) => {
      const found: unknown = key in over ? Reflect.get(over, key) : Reflect.get(target, key);
      return typeof found === 'function' && !(key in over) ? (found.bind(target) as unknown) : found;
    },
  });
}
