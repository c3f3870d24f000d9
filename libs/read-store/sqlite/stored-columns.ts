import { blankRow, LIFE_COLUMNS } from '../model-columns.js';
import type { ColumnType, ReadModel, Row } from '../read-store.port.js';
import { NOT_YET, keyValues, ORDINAL_BITS } from './filter-sql.js';
import type { SqlValue } from './filter-sql.js';
import { compileRowValues } from './row-values.js';
import type { RowValues } from './row-values.js';
import type { Symbols } from './symbols.js';

interface StoredColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** `validTo` and `endedBy`: `NOT_YET` stands for null. */
  readonly endless: boolean;
}

/** How the columns of a model stand in its table, and its rows in them. */
export class StoredColumns {
  /** What `rowOf` reads, in its order. */
  readonly selected: string;
  /** What `valuesInto` fills behind the two numbers of the key. */
  readonly written: readonly string[];
  readonly #columns: readonly StoredColumn[];
  readonly #own: readonly StoredColumn[];
  readonly #rowValues: RowValues;
  readonly #blank: Readonly<Record<string, unknown>>;

  constructor(
    model: ReadModel,
    private readonly symbols: Symbols,
  ) {
    this.#columns = [...Object.entries<ColumnType>(LIFE_COLUMNS), ...Object.entries(model.columns)].map(([name, type]) => ({
      name,
      type,
      endless: name === 'validTo' || name === 'endedBy',
    }));
    this.#blank = blankRow(this.#columns.map(({ name }) => name));
    this.#own = this.#columns.filter(({ name }) => name !== 'openedBy' && name !== 'ordinal');
    this.selected = this.#columns.map(({ name }) => `"${name}"`).join(', ');
    this.#rowValues = compileRowValues(this.#own, (text) => symbols.idOf(text));
    this.written = this.#own.map(({ name }) => `"${name}"`);
  }

  definitions(): { name: string; definition: string }[] {
    return [
      { name: 'key', definition: 'INTEGER PRIMARY KEY' },
      { name: 'openedBy', definition: `INTEGER AS (key >> ${ORDINAL_BITS}) VIRTUAL` },
      { name: 'ordinal', definition: `INTEGER AS (key & ${(1 << ORDINAL_BITS) - 1}) VIRTUAL` },
      ...this.#own.map(({ name, type }) => ({
        name,
        definition: `${type === 'integer' || type === 'symbol' ? 'INTEGER' : 'TEXT'}${name in LIFE_COLUMNS && name !== 'withdrawnBy' ? ' NOT NULL' : ''}`,
      })),
    ];
  }

  /** What the columns of a scan turn the stored numbers of one into. */
  isSymbol(name: string): boolean {
    return this.#columns.some((column) => column.name === name && column.type === 'symbol');
  }

  /** The values of a row from a place on. @returns the place behind them */
  valuesInto(values: SqlValue[], from: number, row: Row): number {
    [values[from], values[from + 1]] = keyValues(row);
    return this.#rowValues(row, values, from + 2);
  }

  rowOf(values: readonly SqlValue[]): Row {
    const row: Record<string, unknown> = { ...this.#blank };
    for (let index = 0; index < this.#columns.length; index += 1) {
      const column = this.#columns[index];
      if (column !== undefined) row[column.name] = this.#shown(column, values[index] ?? null);
    }
    return row as Row; // every life column is NOT NULL in the table, or null in the port
  }

  #shown({ type, endless }: StoredColumn, value: SqlValue): unknown {
    if (value === null) return null;
    if (type === 'symbol') return this.symbols.valueOf(Number(value));
    if (type === 'json') return JSON.parse(String(value));
    return endless && value === NOT_YET ? null : value;
  }
}
