import { Long } from 'mongodb';
import { blankRow, LIFE_COLUMNS, foldText } from '../model-columns.js';
import type { ColumnType, ReadModel, Row, RowKey } from '../read-store.port.js';

/** A row as a document: the columns by their names, the key as `_id`, the folded search texts beside. */
export interface RowDocument {
  readonly _id: string;
  readonly [field: string]: unknown;
}

/** `validTo`, `endedBy` and `withdrawnBy` of a row that has none yet: every comparison is then one of numbers. */
export const NOT_YET = Long.fromNumber(Number.MAX_SAFE_INTEGER);

const ENDLESS: ReadonlySet<string> = new Set(['validTo', 'endedBy', 'withdrawnBy']);
const DIGITS = 16;

/** Sorts as (openedBy, ordinal, entity): positions stay below 2^53, which has 16 digits. */
export function rowId(key: RowKey): string {
  return `${idFrom(key.openedBy)}${String(key.ordinal).padStart(5, '0')}-${key.entity}`;
}

/** The least `_id` of the rows opened at a position. */
export function idFrom(position: number): string {
  return `${String(position).padStart(DIGITS, '0')}-`;
}

/** JavaScript's numbers beyond 32 bits would be stored as floating-point numbers. */
export function integer(value: number): number | Long {
  return (value | 0) === value ? value : Long.fromNumber(value);
}

/** Where the search text of a column stands, folded. */
export function foldedField(column: string): string {
  return `search.${column}`;
}

export class StoredRows {
  readonly #columns: readonly (readonly [name: string, type: ColumnType])[];
  readonly #blank: Readonly<Record<string, unknown>>;

  constructor(private readonly model: ReadModel) {
    this.#columns = [...Object.entries<ColumnType>(LIFE_COLUMNS), ...Object.entries(model.columns)];
    this.#blank = blankRow(this.#columns.map(([name]) => name));
  }

  documentOf(row: Row): RowDocument {
    const document: Record<string, unknown> = {};
    for (const [name, type] of this.#columns) document[name] = this.#stored(name, type, row[name] ?? null);
    const search = this.model.searchColumns ?? [];
    if (search.length > 0) {
      document['search'] = Object.fromEntries(search.map((name) => [name, typeof row[name] === 'string' ? foldText(row[name]) : null]));
    }
    return { _id: rowId(row), ...document };
  }

  rowOf(document: RowDocument): Row {
    const row: Record<string, unknown> = { ...this.#blank };
    for (const [name, type] of this.#columns) row[name] = shown(name, type, document[name] ?? null);
    return row as Row; // written from one
  }

  /** @throws for what is not of the column's type: the server would take it. */
  #stored(name: string, type: ColumnType, value: unknown): unknown {
    if (value === null) return ENDLESS.has(name) ? NOT_YET : null;
    // As text: a name in it may hold a dot or a dollar, and it comes back as it was.
    if (type === 'json') return JSON.stringify(value);
    if (type === 'integer' && Number.isSafeInteger(value)) return integer(Number(value));
    if (type !== 'integer' && typeof value === 'string') return value;
    throw new TypeError(`${name} of ${this.model.name} is no ${type}: ${JSON.stringify(value)}`);
  }
}

export function shown(name: string, type: ColumnType, value: unknown): unknown {
  if (ENDLESS.has(name) && value === Number.MAX_SAFE_INTEGER) return null;
  return type === 'json' && typeof value === 'string' ? JSON.parse(value) : value;
}
