import type { Database, Statement } from 'better-sqlite3';
import type { ListPlace } from '../list-cursor.js';
import { foldText, modelId } from '../model-columns.js';
import type { ListQuery, ReadModel, Row, RowChange, RowKey } from '../read-store.port.js';
import { END_OF_TIME } from '../../domain/shared/instant.js';
import {
  KEY_PLACE,
  NOT_YET,
  atKey,
  behind,
  behindKey,
  both,
  countsAt,
  foldedColumn,
  keyOf,
  keyValues,
  only,
  openedWithin,
  whereSql,
} from './filter-sql.js';
import type { SqlPart, SqlValue } from './filter-sql.js';
import { StoredColumns } from './stored-columns.js';
import type { Symbols } from './symbols.js';

/** More bring no more. */
const ROWS_PER_INSERT = 8;

/** Not a bare parameter: SQLite would look at its value, and prepare the statement again whenever one is bound. */
const LIMIT = 'LIMIT (? + 0)';

const ENDED = `endedBy < ${NOT_YET}`;

/**
 * One table of rows. The key is one number made of (openedBy, ordinal): rows come in that order, so a rebuild appends, the rows that are ended soon after were
 * written soon before, in the same few pages, and a range of positions is a range of keys. Ends and withdrawals of a range of positions have an index of their
 * own, and so has the entity.
 */
export class ModelTable {
  readonly columns: StoredColumns;
  readonly #table: string;
  readonly #search: readonly string[];
  readonly #questions = new Map<string, Statement<unknown[], SqlValue[]>>();
  /** One array for all rows: a statement has taken its values when it has run. Spread, not handed over: better-sqlite3 takes arguments at half the cost of an array's elements. */
  readonly #bound: SqlValue[] = [];
  readonly #boundTogether: SqlValue[] = [];
  #writing: ReturnType<ModelTable['prepareWrites']> | undefined;

  constructor(
    private readonly db: Database,
    readonly model: ReadModel,
    symbols: Symbols,
  ) {
    this.#table = `"${modelId(model)}"`;
    this.#search = model.searchColumns ?? [];
    this.columns = new StoredColumns(model, symbols);
  }

  /** @throws where the table is there with other columns: whoever changes a model's columns raises its version. */
  create(): void {
    const wanted = [...this.columns.definitions(), ...this.#search.map((name) => ({ name: `${name}~`, definition: 'TEXT' }))];
    const stored = this.db.prepare<[], { name: string; type: string }>(`PRAGMA table_xinfo(${this.#table})`).all();
    const shown = (columns: { name: string; type: string }[]) => columns.map(({ name, type }) => `${name} ${type.split(' ')[0]}`).join();
    if (stored.length > 0 && shown(stored) !== shown(wanted.map(({ name, definition }) => ({ name, type: definition })))) {
      throw new Error(
        `the columns of ${modelId(this.model)} differ from those stored: a model whose columns change needs the next version`,
      );
    }
    const columns = wanted.map(({ name, definition }) => `"${name}" ${definition}`).join(', ');
    this.db.exec(`CREATE TABLE IF NOT EXISTS ${this.#table} (${columns}) STRICT`);
  }

  /** Makes the indexes that are missing, and drops those that no question asks by any more. */
  index(): void {
    const id = modelId(this.model);
    const list = (columns: readonly string[]): string => columns.map((column) => `"${column}"`).join(', ');
    const wanted = new Map([
      [`${id} ended`, `(endedBy) WHERE ${ENDED}`],
      [`${id} withdrawn`, '(withdrawnBy) WHERE withdrawnBy IS NOT NULL'],
    ]);
    if (this.model.byEntity !== false) wanted.set(`${id} by entity`, '(entity)');
    for (const index of this.model.indexes) {
      if (!('where' in index)) wanted.set(`${id} by ${index.join()}`, `(${list(index)})`);
      else wanted.set(`${id} where ${only(index.where)} by ${index.columns.join()}`, `(${list(index.columns)}) WHERE ${only(index.where)}`);
    }
    const stored = this.db.prepare<[], { name: string }>(`PRAGMA index_list(${this.#table})`).all();
    for (const { name } of stored) if (!wanted.has(name)) this.db.exec(`DROP INDEX ${quoted(name)}`);
    for (const [name, on] of wanted) this.db.exec(`CREATE INDEX IF NOT EXISTS ${quoted(name)} ON ${this.#table} ${on}`);
  }

  drop(): void {
    this.db.exec(`DROP TABLE IF EXISTS ${this.#table}`);
  }

  /**
   * Within a transaction. Rows come first, several in a statement, then what is set on rows: of a row's own changes its insertion is always the first. Only what empties search columns must
   * keep its place among the rows.
   */
  write(changes: readonly RowChange[], beforeWrite?: () => void): void {
    this.#writing ??= this.prepareWrites();
    const writing = this.#writing;
    const inOrder = changes.some(({ kind }) => kind === 'forget');
    if (!inOrder) this.#insertAll(changes, writing, beforeWrite);
    for (const change of changes) {
      if (change.kind === 'insert' && !inOrder) continue;
      beforeWrite?.();
      if (change.kind === 'insert') this.#insert(change.row, writing);
      else if (change.kind === 'end') writing.end.run(change.validTo, change.endedBy, ...keyValues(change.key), change.key.entity);
      else if (change.kind === 'withdraw') writing.withdraw.run(change.withdrawnBy, ...keyValues(change.key), change.key.entity);
      else writing.forget?.run(change.entity);
    }
  }

  rowsOf(entity: string): Row[] {
    return this.#rows({ sql: 'entity = ?', values: [entity] }, 'key');
  }

  /** The next rows opened in (after, through] that meet the filter, behind `last`, by key. */
  page(range: { after: number; through: number }, filter: SqlPart, last: RowKey | null, limit: number): Row[] {
    return this.#rows(
      both(last === null ? openedWithin(range) : both(behindKey(last), openedWithin({ through: range.through })), filter),
      'key',
      limit,
    );
  }

  /** Rows opened before and ended in (after, through], by (endedBy, key). */
  endedPage(after: number, through: number, last: Row | null, limit: number): Row[] {
    // `+` keeps a column from choosing the index: the planner takes one side of a range of keys to be as good as both sides of this one.
    const range: SqlPart = { sql: `${ENDED} AND endedBy > ? AND endedBy <= ? AND +openedBy <= ?`, values: [after, through, after] };
    return this.#rows(both(range, behindNumber('endedBy', last)), 'endedBy, key', limit);
  }

  /** Rows opened before, not ended in (after, through] and withdrawn in it, by (withdrawnBy, key). */
  withdrawnPage(after: number, through: number, last: Row | null, limit: number): Row[] {
    const range: SqlPart = {
      sql: 'withdrawnBy > ? AND withdrawnBy <= ? AND +openedBy <= ? AND (+endedBy <= ? OR +endedBy > ?)',
      values: [after, through, after, after, through],
    };
    return this.#rows(both(range, behindNumber('withdrawnBy', last)), 'withdrawnBy, key', limit);
  }

  list(query: ListQuery, knownAt: number, place: ListPlace | null): Row[] {
    const descending = query.descending ?? false;
    const filter = both(
      openedWithin({ through: knownAt }),
      countsAt(END_OF_TIME, knownAt),
      whereSql(this.model, query.where),
      ...(place === null ? [] : [behind(query.orderBy, descending, place)]),
    );
    const way = descending ? ' DESC' : '';
    return this.#rows(filter, [`"${query.orderBy}"`, 'entity', 'key'].map((column) => column + way).join(', '), query.limit);
  }

  /** Values of the columns in their order, as they are stored. */
  scanPage(columns: readonly string[], through: number, after: Pick<RowKey, 'openedBy' | 'ordinal'>, limit: number): SqlValue[][] {
    const names = columns.map((column) => `"${column}"`).join(', ');
    const filter = both(behindKey(after), openedWithin({ through }));
    return this.#question(`SELECT ${names} FROM ${this.#table} WHERE ${filter.sql} ORDER BY key ${LIMIT}`).all(...filter.values, limit);
  }

  #rows(filter: SqlPart, order: string, limit = -1): Row[] {
    const select = `SELECT ${this.columns.selected} FROM ${this.#table} WHERE ${filter.sql} ORDER BY ${order} ${LIMIT}`;
    return this.#question(select)
      .all(...filter.values, limit)
      .map((values) => this.columns.rowOf(values));
  }

  /** A statement costs as much as binding ten values. Where one of its rows was there already, which is rare, each is looked at by itself. */
  #insertAll(changes: readonly RowChange[], writing: ReturnType<ModelTable['prepareWrites']>, beforeWrite?: () => void): void {
    let rows: Row[] = [];
    for (const change of changes) {
      if (change.kind !== 'insert') continue;
      beforeWrite?.();
      rows.push(change.row);
      if (rows.length < ROWS_PER_INSERT) continue;
      this.#insertTogether(rows, writing);
      rows = [];
    }
    for (const row of rows) this.#insert(row, writing);
  }

  #insertTogether(rows: readonly Row[], writing: ReturnType<ModelTable['prepareWrites']>): void {
    const values = this.#boundTogether;
    let place = 0;
    for (const row of rows) place = this.#valuesInto(values, place, row);
    if (writing.insertTogether.run(...values).changes === rows.length) return;
    for (const row of rows) this.#insert(row, writing);
  }

  #insert(row: Row, { insert, end, withdraw }: ReturnType<ModelTable['prepareWrites']>): void {
    this.#valuesInto(this.#bound, 0, row);
    if (insert.run(...this.#bound).changes === 1) return;
    this.#mustBeOf(row);
    // There already, perhaps from before it was complete.
    if (row.validTo !== null && row.endedBy !== null) end.run(row.validTo, row.endedBy, ...keyValues(row), row.entity);
    if (row.withdrawnBy !== null) withdraw.run(row.withdrawnBy, ...keyValues(row), row.entity);
  }

  #valuesInto(values: SqlValue[], from: number, row: Row): number {
    let place = this.columns.valuesInto(values, from, row);
    for (const name of this.#search) {
      const text = row[name];
      values[place] = typeof text === 'string' ? foldText(text) : null;
      place += 1;
    }
    return place;
  }

  /** Two rows under one key would lose one of them without a sound. */
  #mustBeOf(row: Row): void {
    const found = this.#question(`SELECT entity FROM ${this.#table} WHERE ${keyOf}`).all(...keyValues(row))[0]?.[0];
    if (found === row.entity) return;
    const { openedBy, ordinal, entity } = row;
    throw new Error(`${modelId(this.model)}: the event at ${openedBy} opens row ${ordinal} for ${String(found)} and for ${entity}`);
  }

  private prepareWrites() {
    const names = [...this.columns.written, ...this.#search.map(foldedColumn)];
    const emptied = this.#search.map((name) => `"${name}" = NULL, ${foldedColumn(name)} = NULL`).join(', ');
    const places = `(${KEY_PLACE}, ${names.map(() => '?').join(', ')})`;
    // Not INSERT OR IGNORE, which would swallow a value missing or of a wrong type as well.
    const inserting = (rows: number) =>
      this.db.prepare<SqlValue[]>(
        `INSERT INTO ${this.#table} (key, ${names.join(', ')}) VALUES ${Array.from({ length: rows }, () => places).join(', ')} ON CONFLICT (key) DO NOTHING`,
      );
    return {
      insert: inserting(1),
      insertTogether: inserting(ROWS_PER_INSERT),
      end: this.db.prepare<SqlValue[]>(`UPDATE ${this.#table} SET validTo = ?, endedBy = ? WHERE ${atKey} AND endedBy = ${NOT_YET}`),
      withdraw: this.db.prepare<SqlValue[]>(`UPDATE ${this.#table} SET withdrawnBy = ? WHERE ${atKey} AND withdrawnBy IS NULL`),
      forget: this.#search.length === 0 ? null : this.db.prepare<[string]>(`UPDATE ${this.#table} SET ${emptied} WHERE entity = ?`),
    };
  }

  #question(sql: string): Statement<unknown[], SqlValue[]> {
    const known = this.#questions.get(sql);
    if (known !== undefined) return known;
    // Questions come in few shapes; a client that makes up ever new ones must not fill the memory.
    if (this.#questions.size > 200) this.#questions.clear();
    const statement = this.db.prepare<unknown[], SqlValue[]>(sql).raw();
    this.#questions.set(sql, statement);
    return statement;
  }
}

function behindNumber(column: 'endedBy' | 'withdrawnBy', last: Row | null): SqlPart {
  return last === null ? both() : { sql: `(${column}, key) > (?, ${KEY_PLACE})`, values: [last[column] ?? 0, ...keyValues(last)] };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
