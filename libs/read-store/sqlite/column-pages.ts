import { columnType } from '../model-columns.js';
import type { ColumnPage, ReadModel, RowKey, TextColumn } from '../read-store.port.js';
import { NOT_YET } from './filter-sql.js';
import type { ModelTable } from './model-table.js';

/** Text values of one column as they come up, numbered. */
class Dictionary {
  readonly values: string[] = [];
  readonly #codes = new Map<string, number>();

  codeOf(value: string): number {
    const known = this.#codes.get(value);
    if (known !== undefined) return known;
    this.#codes.set(value, this.values.length);
    return this.values.push(value) - 1;
  }
}

/** One scan: pages of rows turned into columns. */
export class ColumnScan {
  readonly #names: readonly string[];
  readonly #dictionaries: readonly (Dictionary | null)[];
  #after: RowKey;

  constructor(
    model: ReadModel,
    columns: readonly string[],
    private readonly range: { readonly after: number; readonly through: number },
  ) {
    this.#names = [...new Set(columns)];
    this.#dictionaries = this.#names.map((name) => {
      const type = columnType(model, name);
      if (type === 'json') throw new Error(`${name} of ${model.name} is json: no column to scan`);
      return type === 'text' ? new Dictionary() : null;
    });
    // Behind every row opened at `after`: no ordinal comes near.
    this.#after = { openedBy: range.after, ordinal: NOT_YET, entity: '' };
  }

  /** Null at the end. */
  next(table: ModelTable, limit: number): ColumnPage | null {
    const rows = table.scanPage(this.#names, this.range, this.#after, limit);
    const last = rows.at(-1);
    if (last === undefined) return null;
    const width = this.#names.length;
    // The key stands behind the columns that were asked for.
    this.#after = { openedBy: Number(last[width]), ordinal: Number(last[width + 1]), entity: String(last[width + 2]) };
    const numbers: Record<string, Float64Array> = {};
    const texts: Record<string, TextColumn> = {};
    this.#names.forEach((name, column) => {
      const dictionary = this.#dictionaries[column] ?? null;
      const endless = name === 'validTo' || name === 'endedBy' ? NOT_YET : null;
      if (dictionary === null) numbers[name] = Float64Array.from(rows, (row) => numberOf(row[column], endless));
      else texts[name] = { codes: Int32Array.from(rows, (row) => codeOf(dictionary, row[column])), dictionary: dictionary.values };
    });
    return { length: rows.length, numbers, texts };
  }
}

function numberOf(value: unknown, endless: number | null): number {
  return typeof value === 'number' && value !== endless ? value : NaN;
}

function codeOf(dictionary: Dictionary, value: unknown): number {
  return typeof value === 'string' ? dictionary.codeOf(value) : -1;
}
