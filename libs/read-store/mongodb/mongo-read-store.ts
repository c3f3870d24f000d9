import { MongoClient, ReadConcern } from 'mongodb';
import type { Collection, Db } from 'mongodb';
import type { EpochMs } from '../../domain/shared/instant.js';
import { positionNumber, positionOf } from '../../domain/shared/position.js';
import { writesOf } from './batch-writes.js';
import { cursorAfter, placeOf } from '../list-cursor.js';
import { checkModel, checkOrdered, indexedColumns } from '../model-columns.js';
import { ReadStoreDamaged } from '../read-store.port.js';
import type {
  Checkpoint,
  ColumnPage,
  Condition,
  ControlRecords,
  Lease,
  Leases,
  ListQuery,
  ModelBatch,
  ParkedStream,
  ReadModel,
  ReadStore,
  Row,
} from '../read-store.port.js';
import { columnPages } from './column-pages.js';
import { countsAt, endedWithin, knownBy, listFilter, openedWithin, whereFilter, withdrawnWithin } from './filters.js';
import type { RowFilter } from './filters.js';
import { ensureIndexes } from './indexes.js';
import { isDuplicateKey, isNothingThere, readStoreFault, shownAddress } from './mongo-faults.js';
import { mongoControl } from './mongo-control.js';
import { Partitions } from './partitions.js';
import { RowWriter } from './row-writer.js';
import { StoredRows } from './stored-rows.js';
import type { RowDocument } from './stored-rows.js';

export interface MongoReadStoreOptions {
  /** `mongodb://…/name`; the database is `dealtrail` where none is named. */
  readonly url: string;
  /** Operations of one bulk write; default 1,000. */
  readonly bulkOperations?: number;
  /** How long to look for a server, and to wait for its answer; default 5 s. */
  readonly timeoutMs?: number;
  /** What leases are timed by; default the machine's clock. Clocks may differ: the epoch guards the checkpoint, not the time. */
  readonly now?: () => EpochMs;
  /** Rows of a page; default 5,000. */
  readonly pageRows?: number;
  /** Called before every single write of a commit, which are then sent one by one; what it throws stops the commit there: how tests stop one half-way. */
  readonly beforeWrite?: () => void;
}

/** Of this layout. Another one is not migrated: a read store is made anew from the log. */
const LAYOUT = 1;

/** @throws ReadStoreUnavailable, ReadStoreDamaged */
export async function openMongoReadStore(options: MongoReadStoreOptions): Promise<MongoReadStore> {
  const timeoutMs = options.timeoutMs ?? 5_000;
  const client = new MongoClient(options.url, { serverSelectionTimeoutMS: timeoutMs, connectTimeoutMS: timeoutMs, appName: 'dealtrail' });
  const where = shownAddress(options.url);
  try {
    await client.connect();
    const name = /^mongodb(?:\+srv)?:\/\/[^/?]+\/([^?]+)/.exec(options.url)?.[1];
    // What is acknowledged survives a failover, and no reader sees a checkpoint that a failover takes back.
    const db = client.db(name ?? 'dealtrail', { writeConcern: { w: 'majority', journal: true }, readConcern: new ReadConcern('majority') });
    await checkLayout(db, where);
    return new MongoReadStore(client, db, options);
  } catch (error) {
    await client.close();
    throw readStoreFault(error, where);
  }
}

async function checkLayout(db: Db, where: string): Promise<void> {
  const about = db.collection<{ _id: string; layout: number }>('about');
  try {
    await about.insertOne({ _id: 'read-store', layout: LAYOUT });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const layout = (await about.findOne({ _id: 'read-store' }))?.layout;
    if (layout === LAYOUT) return;
    throw new ReadStoreDamaged(
      `the read store ${where} has layout ${layout}, this version reads ${LAYOUT}: name another database, it is made anew from the log`,
    );
  }
}

type Parked = Omit<ParkedStream, 'position'> & { readonly _id: string; readonly position: number };
interface Replay {
  readonly _id: number;
  readonly model: string;
  readonly entity: string;
}

/**
 * No transactions: rows may be inserted and completed again and again with the same content, the checkpoint is written last, and readers never ask beyond it. So a
 * batch that was stopped anywhere is invisible, and what the checkpoint covers is whole.
 */
class MongoReadStore implements ReadStore {
  readonly commitsWhole = false;
  readonly leases: Leases;
  readonly control: ControlRecords;
  readonly #partitions: Partitions;
  readonly #versions: Collection<{ _id: string; version: number }>;
  readonly #parked: Collection<Parked>;
  readonly #replays: Collection<Replay>;
  readonly #pageRows: number;
  readonly #where: string;

  constructor(
    private readonly client: MongoClient,
    private readonly db: Db,
    private readonly options: MongoReadStoreOptions,
  ) {
    this.#partitions = new Partitions(db.collection('partitions'), options.now ?? Date.now);
    this.#versions = db.collection('versions');
    this.#parked = db.collection('parked');
    this.#replays = db.collection('replays');
    this.#pageRows = options.pageRows ?? 5_000;
    this.#where = shownAddress(options.url);
    const partitions = this.#partitions;
    this.leases = {
      acquire: (...args) => this.#run(() => partitions.acquire(...args)),
      renew: (lease: Lease, ttlMs) => this.#run(() => partitions.renew(lease, ttlMs)),
      release: (lease: Lease) => this.#run(() => partitions.release(lease)),
      held: (...args) => this.#run(() => partitions.held(...args)),
      seize: (lease: Lease, owner, ttlMs) => this.#run(() => partitions.seize(lease, owner, ttlMs)),
    };
    this.control = mongoControl(db.collection('control'), (work) => this.#run(work));
  }

  async prepare(model: ReadModel, options: { indexes?: 'now' | 'later' } = {}): Promise<void> {
    checkModel(model);
    // The entity's index serves the writer's `forget` and a replay, during a rebuild too.
    const byEntity = model.byEntity === false ? [] : [['entity']];
    const wanted = options.indexes === 'later' ? byEntity : this.#indexes(model);
    await this.#run(() => ensureIndexes(this.#rows(model), wanted));
  }

  index(model: ReadModel): Promise<void> {
    return this.#run(() => ensureIndexes(this.#rows(model), this.#indexes(model)));
  }

  drop(model: ReadModel): Promise<void> {
    return this.#run(async () => {
      // The checkpoint first: without its rows it would promise what is not there.
      await this.#partitions.drop(model);
      await this.#parked.deleteMany({ model: model.name, version: model.version });
      await this.#rows(model)
        .drop()
        .catch((error: unknown) => {
          if (!isNothingThere(error)) throw error;
        });
    });
  }

  commit(batches: readonly ModelBatch[]): Promise<void> {
    return this.#run(async () => {
      if (this.options.beforeWrite !== undefined) {
        for (const batch of batches) await this.#commitOne(batch);
        return;
      }
      // Each has a checkpoint of its own. None is on its way any more when one of them has failed and is tried again.
      const outcomes = await Promise.allSettled(batches.map((batch) => this.#commitOne(batch)));
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    });
  }

  async #commitOne(batch: ModelBatch): Promise<void> {
    const { bulkOperations = 1_000, beforeWrite } = this.options;
    const writer = new RowWriter(this.#rows(batch.model), batch.model, { bulkOperations, beforeWrite });
    for (const writes of writesOf(batch.changes)) await writer.write(writes);
    for (const entity of batch.replayed ?? []) {
      beforeWrite?.();
      await this.#noteReplay(batch.model, entity);
    }
    beforeWrite?.();
    await this.#partitions.advance(batch);
  }

  checkpoint(model: ReadModel, partition: number): Promise<Checkpoint | null> {
    return this.#run(() => this.#partitions.checkpoint(model, partition));
  }

  lowestCheckpoint(model: ReadModel, partitions?: number): Promise<Checkpoint | null> {
    return this.#run(() => this.#partitions.lowest(model, partitions));
  }

  rowsOf(model: ReadModel, entity: string): Promise<Row[]> {
    return this.#run(async () => {
      const stored = new StoredRows(model);
      return (await this.#rows(model).find({ entity }).sort({ _id: 1 }).toArray()).map((document) => stored.rowOf(document));
    });
  }

  rowsAsOf(model: ReadModel, at: { asOf: EpochMs; knownAt: number; where?: readonly Condition[] }): AsyncIterable<readonly Row[]> {
    return this.#pages(model, { $and: [countsAt(at.asOf, at.knownAt), ...whereFilter(model, at.where ?? [])] });
  }

  rowsKnownAt(model: ReadModel, knownAt: number, where: readonly Condition[] = []): AsyncIterable<readonly Row[]> {
    return this.#pages(model, { $and: [knownBy(knownAt), ...whereFilter(model, where)] });
  }

  async *rowsChanged(model: ReadModel, after: number, through: number): AsyncIterable<readonly Row[]> {
    yield* this.#pages(model, openedWithin(after, through));
    yield* this.#pages(model, endedWithin(after, through));
    yield* this.#pages(model, withdrawnWithin(after, through));
  }

  async *scan(model: ReadModel, columns: readonly string[], range: { after: number; through: number }): AsyncIterable<ColumnPage> {
    const projection = Object.fromEntries([...new Set(columns)].map((column) => [column, 1]));
    const found = this.#rows(model).find(openedWithin(range.after, range.through), { projection, batchSize: this.#pageRows });
    const pages = columnPages(model, columns, found.sort({ _id: 1 }), this.#pageRows);
    try {
      yield* pages;
    } catch (error) {
      throw readStoreFault(error, this.#where);
    }
  }

  list(model: ReadModel, query: ListQuery): Promise<{ rows: readonly Row[]; next: string | null }> {
    return this.#run(async () => {
      checkOrdered(model, query.orderBy);
      const place = placeOf(model, query);
      const knownAt = place?.knownAt ?? query.knownAt;
      const way = query.descending === true ? -1 : 1;
      const stored = new StoredRows(model);
      // One more than asked for tells whether there is a next page.
      const found = this.#rows(model)
        .find(listFilter(model, query, knownAt, place))
        .limit(query.limit + 1);
      const rows = (
        await found
          .sort([
            [query.orderBy, way],
            ['entity', way],
            ['_id', way],
          ])
          .toArray()
      ).map((one) => stored.rowOf(one));
      const shown = rows.slice(0, query.limit);
      const last = shown.at(-1);
      return { rows: shown, next: rows.length > shown.length && last !== undefined ? cursorAfter(model, query, knownAt, last) : null };
    });
  }

  versions(name: string): Promise<readonly number[]> {
    return this.#run(() => this.#partitions.versions(name));
  }

  currentVersion(name: string): Promise<number | null> {
    return this.#run(async () => (await this.#versions.findOne({ _id: name }))?.version ?? null);
  }

  switchVersion(name: string, version: number): Promise<void> {
    return this.#run(async () => {
      await this.#versions.updateOne({ _id: name }, { $set: { version } }, { upsert: true });
    });
  }

  parked(model?: ReadModel): Promise<readonly ParkedStream[]> {
    return this.#run(async () => {
      const of = model === undefined ? {} : { model: model.name, version: model.version };
      const found = await this.#parked.find(of).sort({ model: 1, version: 1, position: 1, stream: 1 }).toArray();
      return found.map(({ _id, ...parked }) => ({ ...parked, position: positionOf(parked.position) }));
    });
  }

  park(stream: ParkedStream): Promise<void> {
    return this.#run(async () => {
      const _id = parkedId(stream, stream.stream);
      await this.#parked.replaceOne({ _id }, { ...stream, position: positionNumber(stream.position) }, { upsert: true });
    });
  }

  unpark(model: ReadModel, stream: string): Promise<void> {
    return this.#run(async () => {
      await this.#parked.deleteOne({ _id: parkedId({ model: model.name, version: model.version }, stream) });
    });
  }

  replays(after: number): Promise<readonly { number: number; model: string; entity: string }[]> {
    return this.#run(async () => {
      const found = await this.#replays
        .find({ _id: { $gt: after } })
        .sort({ _id: 1 })
        .toArray();
      return found.map(({ _id, model, entity }) => ({ number: _id, model, entity }));
    });
  }

  noteReplay(model: ReadModel, entity: string): Promise<void> {
    return this.#run(() => this.#noteReplay(model, entity));
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  /** Takes the number behind the last one there is: a counter would let a reader see 6 while 5 is still on its way, and pass it by. */
  async #noteReplay(model: ReadModel, entity: string): Promise<void> {
    for (;;) {
      const last = await this.#replays.find().sort({ _id: -1 }).limit(1).next();
      try {
        await this.#replays.insertOne({ _id: (last?._id ?? 0) + 1, model: model.name, entity });
        return;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    }
  }

  #rows(model: ReadModel): Collection<RowDocument> {
    return this.db.collection(`${model.name}_v${model.version}`);
  }

  #indexes(model: ReadModel): readonly (readonly string[])[] {
    return [['endedBy'], ['withdrawnBy'], ...indexedColumns(model)];
  }

  async *#pages(model: ReadModel, filter: RowFilter): AsyncIterable<readonly Row[]> {
    const stored = new StoredRows(model);
    let page: Row[] = [];
    try {
      for await (const document of this.#rows(model).find(filter, { batchSize: this.#pageRows })) {
        page.push(stored.rowOf(document));
        if (page.length < this.#pageRows) continue;
        yield page;
        page = [];
      }
    } catch (error) {
      throw readStoreFault(error, this.#where);
    }
    if (page.length > 0) yield page;
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw readStoreFault(error, this.#where);
    }
  }
}

export type { MongoReadStore };

function parkedId(model: { readonly model: string; readonly version: number }, stream: string): string {
  return `${model.model}@${model.version}/${stream}`;
}
