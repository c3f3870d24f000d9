import type { Database, Statement } from 'better-sqlite3';
import type { ListPlace } from '../list-cursor.js';
import { LIFE_COLUMNS, foldText, modelId } from '../model-columns.js';
import type { ColumnType, ListQuery, ReadModel, Row, RowChange, RowKey } from '../read-store.port.js';
import { NOT_YET, behind, both, countsAt, foldedColumn, whereSql } from './filter-sql.js';
import type { SqlPart } from './filter-sql.js';
import { END_OF_TIME } from '../../domain/shared/instant.js';

type SqlValue = string | number | null;
type RawStatement = Statement<unknown[], SqlValue[]>;

/** The key that rows are stored and paged by. */
const KEY = 'openedBy, ordinal, entity';
const ENDED = `endedBy < ${NOT_YET}`;

/**
 * One table of rows. Stored by (openedBy, ordinal, entity): rows come in that order, so a rebuild appends, and the rows that are ended soon after were written
 * soon before, in the same few pages. Ends and withdrawals of an interval of positions have an index of their own, and so has the entity.
 */
export class ModelTable {
  readonly #table: string;
  readonly #columns: readonly (readonly [name: string, type: ColumnType])[];
  readonly #search: readonly string[];
  readonly #statements = new Map<string, RawStatement>();

  constructor(
    private readonly db: Database,
    readonly model: ReadModel,
  ) {
    this.#table = `"${modelId(model)}"`;
    this.#columns = [...Object.entries(LIFE_COLUMNS), ...Object.entries(model.columns)];
    this.#search = model.searchColumns ?? [];
  }

  /** @throws where the table is there with other columns: whoever changes a model's columns raises its version. */
  create(): void {
    const life = new Set(Object.keys(LIFE_COLUMNS));
    const columns = this.#columns.map(([name, type]) => {
      const needed = life.has(name) && name !== 'withdrawnBy';
      return `"${name}" ${type === 'integer' ? 'INTEGER' : 'TEXT'}${needed ? ' NOT NULL' : ''}`;
    });
    const folded = this.#search.map((name) => `${foldedColumn(name)} TEXT`);
    const stored = this.#storedColumns();
    const wanted = [...this.#columns.map(([name]) => name), ...this.#search.map((name) => `${name}~`)];
    if (stored.length > 0 && stored.join() !== wanted.join()) {
      throw new Error(
        `the columns of ${modelId(this.model)} differ from those stored: a model whose columns change needs the next version`,
      );
    }
    this.db.exec(
      `CREATE TABLE IF NOT EXISTS ${this.#table} (${[...columns, ...folded, `PRIMARY KEY (${KEY})`].join(', ')}) STRICT, WITHOUT ROWID`,
    );
  }

  index(): void {
    const id = modelId(this.model);
    this.db.exec(`CREATE INDEX IF NOT EXISTS "${id} ended" ON ${this.#table} (endedBy) WHERE ${ENDED}`);
    this.db.exec(`CREATE INDEX IF NOT EXISTS "${id} withdrawn" ON ${this.#table} (withdrawnBy) WHERE withdrawnBy IS NOT NULL`);
    for (const columns of [['entity'], ...this.model.indexes]) {
      this.db.exec(
        `CREATE INDEX IF NOT EXISTS "${id} by ${columns.join()}" ON ${this.#table} (${columns.map((c) => `"${c}"`).join(', ')})`,
      );
    }
  }

  drop(): void {
    this.#statements.clear();
    this.db.exec(`DROP TABLE IF EXISTS ${this.#table}`);
  }

  apply(change: RowChange): void {
    switch (change.kind) {
      case 'insert':
        this.#insert(change.row);
        return;
      case 'end': {
        const set = `UPDATE ${this.#table} SET validTo = ?, endedBy = ? WHERE ${atKey} AND endedBy = ${NOT_YET}`;
        this.#statement(set).run(change.validTo, change.endedBy, ...keyValues(change.key));
        return;
      }
      case 'withdraw': {
        const set = `UPDATE ${this.#table} SET withdrawnBy = ? WHERE ${atKey} AND withdrawnBy IS NULL`;
        this.#statement(set).run(change.withdrawnBy, ...keyValues(change.key));
        return;
      }
      case 'forget': {
        if (this.#search.length === 0) return;
        const emptied = this.#search.map((name) => `"${name}" = NULL, ${foldedColumn(name)} = NULL`).join(', ');
        this.#statement(`UPDATE ${this.#table} SET ${emptied} WHERE entity = ?`).run(change.entity);
        return;
      }
    }
  }

  rowsOf(entity: string): Row[] {
    return this.#rows({ sql: 'entity = ?', values: [entity] }, KEY);
  }

  /** The next rows behind `after` that meet the filter, by key. */
  page(filter: SqlPart, after: RowKey | null, limit: number): Row[] {
    return this.#rows(both(behindKey(after), filter), KEY, limit);
  }

  /** Rows opened before and ended in (after, through], by (endedBy, key). */
  endedPage(after: number, through: number, last: Row | null, limit: number): Row[] {
    // `+` keeps a column from choosing the index: the planner takes one side of a key range to be as good as both sides of this one.
    const range: SqlPart = { sql: `${ENDED} AND endedBy > ? AND endedBy <= ? AND +openedBy <= ?`, values: [after, through, after] };
    return this.#rows(both(range, behindNumber('endedBy', last)), `endedBy, ${KEY}`, limit);
  }

  /** Rows opened before, not ended in (after, through] and withdrawn in it, by (withdrawnBy, key). */
  withdrawnPage(after: number, through: number, last: Row | null, limit: number): Row[] {
    const range: SqlPart = {
      sql: 'withdrawnBy > ? AND withdrawnBy <= ? AND +openedBy <= ? AND (+endedBy <= ? OR +endedBy > ?)',
      values: [after, through, after, after, through],
    };
    return this.#rows(both(range, behindNumber('withdrawnBy', last)), `withdrawnBy, ${KEY}`, limit);
  }

  list(query: ListQuery, knownAt: number, place: ListPlace | null): Row[] {
    const descending = query.descending ?? false;
    const filter = both(
      countsAt(END_OF_TIME, knownAt),
      whereSql(this.model, query.where),
      ...(place === null ? [] : [behind(query.orderBy, descending, place)]),
    );
    const way = descending ? ' DESC' : '';
    const order = [`"${query.orderBy}"`, 'entity', 'openedBy', 'ordinal'].map((column) => column + way).join(', ');
    return this.#rows(filter, order, query.limit);
  }

  /** Values of the columns in their order, `NOT_YET` and null as stored. */
  scanPage(columns: readonly string[], range: { through: number }, after: RowKey, limit: number): SqlValue[][] {
    const names = [...columns.map((column) => `"${column}"`), KEY].join(', ');
    const filter = both(behindKey(after), { sql: 'openedBy <= ?', values: [range.through] });
    return this.#statement(`SELECT ${names} FROM ${this.#table} WHERE ${filter.sql} ORDER BY ${KEY} LIMIT ?`, 'raw').all(
      ...filter.values,
      limit,
    );
  }

  #rows(filter: SqlPart, order: string, limit = -1): Row[] {
    const names = this.#columns.map(([name]) => `"${name}"`).join(', ');
    const select = `SELECT ${names} FROM ${this.#table} WHERE ${filter.sql} ORDER BY ${order} LIMIT ?`;
    return this.#statement(select, 'raw')
      .all(...filter.values, limit)
      .map((values) => this.#row(values));
  }

  #row(values: readonly SqlValue[]): Row {
    const row: Record<string, unknown> = {};
    this.#columns.forEach(([name, type], index) => {
      const value = values[index] ?? null;
      row[name] = type === 'json' && typeof value === 'string' ? JSON.parse(value) : value === NOT_YET && mayBeNotYet(name) ? null : value;
    });
    return row as Row; // every life column is NOT NULL in the table, or null in the port
  }

  #insert(row: Row): void {
    const names = [...this.#columns.map(([name]) => `"${name}"`), ...this.#search.map(foldedColumn)];
    // Not INSERT OR IGNORE, which would swallow a value missing or of a wrong type as well.
    const sql = `INSERT INTO ${this.#table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) ON CONFLICT (${KEY}) DO NOTHING`;
    this.#statement(sql).run(
      ...this.#columns.map(([name, type]) => stored(row, name, type)),
      ...this.#search.map((name) => {
        const text = row[name];
        return typeof text === 'string' ? foldText(text) : null;
      }),
    );
  }

  #statement(sql: string, mode?: 'raw'): RawStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    // Questions come in few shapes; a client that makes up ever new ones must not fill the memory.
    if (this.#statements.size > 200) this.#statements.clear();
    const statement = this.db.prepare<unknown[], SqlValue[]>(sql);
    if (mode === 'raw') statement.raw();
    this.#statements.set(sql, statement);
    return statement;
  }

  #storedColumns(): string[] {
    return this.db
      .prepare<[], { name: string }>(`PRAGMA table_info(${this.#table})`)
      .all()
      .map((column) => column.name);
  }
}

const atKey = 'openedBy = ? AND ordinal = ? AND entity = ?';

function keyValues(key: RowKey): [number, number, string] {
  return [key.openedBy, key.ordinal, key.entity];
}

function mayBeNotYet(column: string): boolean {
  return column === 'validTo' || column === 'endedBy';
}

function stored(row: Row, name: string, type: ColumnType): SqlValue {
  const value = row[name] ?? null;
  if (value === null) return mayBeNotYet(name) ? NOT_YET : null;
  return type === 'json' ? JSON.stringify(value) : (value as SqlValue); // a wrong type is refused by the STRICT table
}

function behindKey(after: RowKey | null): SqlPart {
  return after === null ? both() : { sql: `(${KEY}) > (?, ?, ?)`, values: keyValues(after) };
}

function behindNumber(column: 'endedBy' | 'withdrawnBy', last: Row | null): SqlPart {
  return last === null ? both() : { sql: `(${column}, ${KEY}) > (?, ?, ?, ?)`, values: [last[column] ?? 0, ...keyValues(last)] };
}
