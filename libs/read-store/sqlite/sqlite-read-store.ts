import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import SqliteDatabase from 'better-sqlite3';
import type { Database, Statement } from 'better-sqlite3';
import type { EventId } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { positionNumber, positionOf } from '../../domain/shared/position.js';
import { cursorAfter, placeOf } from '../list-cursor.js';
import { checkModel, checkOrdered, modelId } from '../model-columns.js';
import { CheckpointLost, ReadStoreUnavailable, StaleLease } from '../read-store.port.js';
import type {
  Checkpoint,
  ColumnPage,
  Condition,
  ControlRecords,
  Leases,
  ListQuery,
  ModelBatch,
  ParkedStream,
  ReadModel,
  ReadStore,
  Row,
} from '../read-store.port.js';
import { ColumnScan } from './column-scan.js';
import { both, countsAt, knownBy, whereSql } from './filter-sql.js';
import type { SqlPart } from './filter-sql.js';
import { ModelTable } from './model-table.js';
import { checkLayout, configure, makeTables } from './schema.js';
import { isBusy, readStoreFault } from './sqlite-faults.js';
import { sqliteControl } from './sqlite-control.js';
import { sqliteLeases } from './sqlite-leases.js';
import { Symbols } from './symbols.js';

export interface SqliteReadStoreOptions {
  /** A path, or `:memory:`. */
  readonly file: string;
  /** Beside the owner process: reads what it commits, writes nothing. */
  readonly readOnly?: boolean;
  /** How long to wait for another writer of the same file (a rebuild in a worker); default 10 s. */
  readonly busyTimeoutMs?: number;
  /** What leases are timed by; default the machine's clock. */
  readonly now?: () => EpochMs;
  /** Rows of a page; default 5,000. */
  readonly pageRows?: number;
  /**
   * Pages of the write-ahead log after which a commit moves them into the file, which takes a while; default 4,000. A connection that others must not wait for (a
   * rebuild in a worker) takes fewer, and so does it for all.
   */
  readonly checkpointPages?: number;
  /** Called before every single write of a commit; what it throws stops the commit there: how tests stop one half-way. */
  readonly beforeWrite?: () => void;
}

/** Rows of a page of a scan, at most: millions are scanned beside those who are served, and these take some milliseconds. */
const SCANNED_ROWS = 2_000;

/** @throws ReadStoreUnavailable, ReadStoreDamaged */
export function openSqliteReadStore(options: SqliteReadStoreOptions): SqliteReadStore {
  const readOnly = options.readOnly ?? false;
  if (readOnly && !existsSync(options.file)) throw new ReadStoreUnavailable(`there is no read store ${options.file} yet`);
  let db: Database | undefined;
  try {
    if (!readOnly && options.file !== ':memory:') mkdirSync(dirname(options.file), { recursive: true });
    db = new SqliteDatabase(options.file, { readonly: readOnly });
    checkLayout(db, options.file);
    configure(db, readOnly);
    if (!readOnly) makeTables(db);
    // From here on waiting is ours (`#run`): SQLite's own would stop the event loop.
    db.pragma('busy_timeout = 0');
    db.pragma(`wal_autocheckpoint = ${options.checkpointPages ?? 4_000}`);
    return new SqliteReadStore(db, options);
  } catch (error) {
    db?.close();
    throw readStoreFault(error, options.file);
  }
}

interface CheckpointRow {
  readonly position: number;
  readonly eventId: string | null;
  readonly recordedAt: number;
  readonly logId: string;
  readonly epoch: number;
}

class SqliteReadStore implements ReadStore {
  readonly commitsWhole = true;
  readonly leases: Leases;
  readonly control: ControlRecords;
  readonly #tables = new Map<string, ModelTable>();
  readonly #statements = new Map<string, Statement>();
  readonly #symbols: Symbols;
  readonly #pageRows: number;

  constructor(
    private readonly db: Database,
    private readonly options: SqliteReadStoreOptions,
  ) {
    this.#pageRows = options.pageRows ?? 5_000;
    this.#symbols = new Symbols(db);
    this.leases = sqliteLeases(
      db,
      options.now ?? Date.now,
      (work) => this.#write(work),
      (work) => this.#run(work),
    );
    this.control = sqliteControl(
      db,
      (work) => this.#write(work),
      (work) => this.#run(work),
    );
  }

  async prepare(model: ReadModel, options: { indexes?: 'now' | 'later' } = {}): Promise<void> {
    checkModel(model);
    const table = new ModelTable(this.db, model, this.#symbols);
    await this.#write(() => {
      table.create();
      if (options.indexes !== 'later') table.index();
    });
    this.#tables.set(modelId(model), table);
  }

  index(model: ReadModel): Promise<void> {
    return this.#write(() => this.#table(model).index());
  }

  drop(model: ReadModel): Promise<void> {
    return this.#write(() => {
      this.#table(model).drop();
      this.#tables.delete(modelId(model));
      for (const table of ['checkpoints', 'leases', 'parked']) {
        this.#sql(`DELETE FROM ${table} WHERE model = ? AND version = ?`).run(model.name, model.version);
      }
    });
  }

  commit(batches: readonly ModelBatch[]): Promise<void> {
    return this.#write(() => {
      for (const batch of batches) this.#commitOne(batch);
    });
  }

  checkpoint(model: ReadModel, partition: number): Promise<Checkpoint | null> {
    return this.#run(() => {
      const row = this.#checkpointRow(model, partition);
      return row === undefined ? null : checkpointOf(row);
    });
  }

  lowestCheckpoint(model: ReadModel, partitions?: number): Promise<Checkpoint | null> {
    return this.#run(() => {
      const rows = this.#sql<[string, number, number], CheckpointRow>(
        'SELECT * FROM checkpoints WHERE model = ? AND version = ? AND partition < ? ORDER BY position',
      ).all(model.name, model.version, partitions ?? Number.MAX_SAFE_INTEGER);
      const lowest = rows[0];
      return lowest === undefined || rows.length < (partitions ?? 1) ? null : checkpointOf(lowest);
    });
  }

  rowsOf(model: ReadModel, entity: string): Promise<Row[]> {
    return this.#run(() => this.#table(model).rowsOf(entity));
  }

  rowsAsOf(model: ReadModel, at: { asOf: EpochMs; knownAt: number; where?: readonly Condition[] }): AsyncIterable<readonly Row[]> {
    return this.#pages(model, at.knownAt, both(countsAt(at.asOf, at.knownAt), whereSql(model, at.where ?? [])));
  }

  rowsKnownAt(model: ReadModel, knownAt: number, where: readonly Condition[] = []): AsyncIterable<readonly Row[]> {
    return this.#pages(model, knownAt, both(knownBy(knownAt), whereSql(model, where)));
  }

  async *rowsChanged(model: ReadModel, after: number, through: number): AsyncIterable<readonly Row[]> {
    const table = this.#table(model);
    yield* this.#walk((last) => table.page({ after, through }, both(), last, this.#pageRows));
    yield* this.#walk((last) => table.endedPage(after, through, last, this.#pageRows));
    yield* this.#walk((last) => table.withdrawnPage(after, through, last, this.#pageRows));
  }

  async *scan(model: ReadModel, columns: readonly string[], range: { after: number; through: number }): AsyncIterable<ColumnPage> {
    const scan = new ColumnScan(this.#table(model), this.#symbols, columns, range);
    for (;;) {
      const page = await this.#run(() => scan.next(Math.min(this.#pageRows, SCANNED_ROWS)));
      // What a scan leaves in SQLite's cache is of use to nobody, and as large as that may be.
      if (page === null) return void (await this.#run(() => this.db.pragma('shrink_memory')));
      yield page;
      await turn();
    }
  }

  list(model: ReadModel, query: ListQuery): Promise<{ rows: readonly Row[]; next: string | null }> {
    return this.#run(() => {
      checkOrdered(model, query.orderBy);
      const place = placeOf(model, query);
      const knownAt = place?.knownAt ?? query.knownAt;
      // One more than asked for tells whether there is a next page.
      const rows = this.#table(model).list({ ...query, limit: query.limit + 1 }, knownAt, place);
      const shown = rows.slice(0, query.limit);
      const last = shown.at(-1);
      return { rows: shown, next: rows.length > shown.length && last !== undefined ? cursorAfter(model, query, knownAt, last) : null };
    });
  }

  currentVersion(name: string): Promise<number | null> {
    return this.#run(
      () => this.#sql<[string], { version: number }>('SELECT version FROM current_versions WHERE model = ?').get(name)?.version ?? null,
    );
  }

  switchVersion(name: string, version: number): Promise<void> {
    return this.#write(() => {
      this.#sql('INSERT INTO current_versions (model, version) VALUES (?, ?) ON CONFLICT DO UPDATE SET version = excluded.version').run(
        name,
        version,
      );
    });
  }

  versions(name: string): Promise<readonly number[]> {
    return this.#run(() =>
      this.#sql<[string], { version: number }>('SELECT DISTINCT version FROM checkpoints WHERE model = ? ORDER BY version')
        .all(name)
        .map(({ version }) => version),
    );
  }

  parked(model?: ReadModel): Promise<readonly ParkedStream[]> {
    return this.#run(() => {
      const rows = this.#sql<[], Omit<ParkedStream, 'position'> & { position: number }>(
        'SELECT * FROM parked ORDER BY model, version, position, stream',
      ).all();
      return rows
        .filter((row) => model === undefined || (row.model === model.name && row.version === model.version))
        .map((row) => ({ ...row, position: positionOf(row.position) }));
    });
  }

  park(stream: ParkedStream): Promise<void> {
    return this.#write(() => {
      this.#sql(
        `INSERT INTO parked (model, version, stream, entity, position, error, attempts, parkedAt)
           VALUES (@model, @version, @stream, @entity, @position, @error, @attempts, @parkedAt)
           ON CONFLICT DO UPDATE SET position = excluded.position, error = excluded.error, attempts = excluded.attempts, parkedAt = excluded.parkedAt`,
      ).run({ ...stream, position: positionNumber(stream.position) });
    });
  }

  unpark(model: ReadModel, stream: string): Promise<void> {
    return this.#write(() => {
      this.#sql('DELETE FROM parked WHERE model = ? AND version = ? AND stream = ?').run(model.name, model.version, stream);
    });
  }

  replays(after: number): Promise<readonly { number: number; model: string; entity: string }[]> {
    return this.#run(() =>
      this.#sql<[number], { number: number; model: string; entity: string }>(
        'SELECT number, model, entity FROM replays WHERE number > ? ORDER BY number',
      ).all(after),
    );
  }

  noteReplay(model: ReadModel, entity: string): Promise<void> {
    return this.#write(() => this.#noteReplay(model, entity));
  }

  async close(): Promise<void> {
    this.#tables.clear();
    this.db.close();
  }

  #commitOne(batch: ModelBatch): void {
    const { model, partition, checkpoint } = batch;
    this.#checkPlace(batch);
    const table = this.#table(model);
    const { beforeWrite } = this.options;
    table.write(batch.changes, beforeWrite);
    for (const entity of batch.replayed ?? []) {
      beforeWrite?.();
      this.#noteReplay(model, entity);
    }
    beforeWrite?.();
    this.#sql(
      `INSERT INTO checkpoints (model, version, partition, position, eventId, recordedAt, logId, epoch) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET position = excluded.position, eventId = excluded.eventId, recordedAt = excluded.recordedAt,
           logId = excluded.logId, epoch = excluded.epoch WHERE excluded.position >= position`,
    ).run(
      model.name,
      model.version,
      partition,
      positionNumber(checkpoint.position),
      checkpoint.eventId,
      checkpoint.recordedAt,
      checkpoint.logId,
      checkpoint.epoch,
    );
  }

  #checkPlace({ model, partition, checkpoint, goesOnFrom }: ModelBatch): void {
    const leased = this.#sql<[string, number, number], { epoch: number }>(
      'SELECT epoch FROM leases WHERE model = ? AND version = ? AND partition = ?',
    ).get(model.name, model.version, partition)?.epoch;
    const there = this.#checkpointRow(model, partition);
    const newest = Math.max(leased ?? 0, there?.epoch ?? 0);
    if (checkpoint.epoch < newest) {
      throw new StaleLease(
        `${modelId(model)} partition ${partition} has an owner of epoch ${newest}; epoch ${checkpoint.epoch} may not write`,
      );
    }
    if (goesOnFrom !== undefined && (there === undefined || there.position < positionNumber(goesOnFrom))) {
      throw new CheckpointLost(`${modelId(model)} partition ${partition} stands before ${goesOnFrom}, which it had reached`);
    }
  }

  #checkpointRow(model: ReadModel, partition: number): CheckpointRow | undefined {
    return this.#sql<[string, number, number], CheckpointRow>(
      'SELECT * FROM checkpoints WHERE model = ? AND version = ? AND partition = ?',
    ).get(model.name, model.version, partition);
  }

  #noteReplay(model: ReadModel, entity: string): void {
    this.#sql('INSERT INTO replays (model, entity) VALUES (?, ?)').run(model.name, entity);
  }

  #table(model: ReadModel): ModelTable {
    const id = modelId(model);
    const known = this.#tables.get(id);
    if (known !== undefined) return known;
    const table = new ModelTable(this.db, model, this.#symbols);
    this.#tables.set(id, table);
    return table;
  }

  #pages(model: ReadModel, through: number, filter: SqlPart): AsyncIterable<readonly Row[]> {
    return this.#walk((last) => this.#table(model).page({ after: -1, through }, filter, last, this.#pageRows));
  }

  /**
   * Each page is a question of its own behind the last row of the one before: no statement stays open between them, and other work gets its turn. Rows are never
   * overwritten, so pages read at different moments still show one (T, K).
   */
  async *#walk(page: (last: Row | null) => readonly Row[]): AsyncIterable<readonly Row[]> {
    let last: Row | null = null;
    for (;;) {
      const from: Row | null = last;
      const rows: readonly Row[] = await this.#run(() => page(from));
      if (rows.length > 0) yield rows;
      if (rows.length < this.#pageRows) return;
      last = rows.at(-1) ?? null;
      await turn();
    }
  }

  #write<T>(work: () => T): Promise<T> {
    return this.#run(() => {
      try {
        const done = this.db.transaction(work).immediate();
        this.#symbols.committed();
        return done;
      } catch (error) {
        this.#symbols.rolledBack();
        throw error;
      }
    });
  }

  #sql<Values extends unknown[], Found = unknown>(sql: string): Statement<Values, Found> {
    const known = this.#statements.get(sql) ?? this.db.prepare(sql);
    this.#statements.set(sql, known);
    return known as unknown as Statement<Values, Found>; // the text decides what goes in and comes out, and each stands in one place only
  }

  /** Waits for another writer without stopping the event loop, and says faults in our words. */
  async #run<T>(work: () => T): Promise<T> {
    const waitUntil = performance.now() + (this.options.busyTimeoutMs ?? 10_000);
    for (;;) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(error) || performance.now() > waitUntil) throw readStoreFault(error, this.options.file);
        await sleep(2);
      }
    }
  }
}

export type { SqliteReadStore };

function checkpointOf(row: CheckpointRow): Checkpoint {
  return {
    position: positionOf(row.position),
    eventId: row.eventId as EventId | null, // written from one
    recordedAt: row.recordedAt,
    logId: row.logId,
    epoch: row.epoch,
  };
}
