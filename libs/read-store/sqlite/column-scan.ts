import { Dictionary } from '../dictionary.js';
import { columnType } from '../model-columns.js';
import type { ColumnPage, RowKey, TextColumn } from '../read-store.port.js';
import { NOT_YET, ORDINAL_BITS } from './filter-sql.js';
import type { SqlValue } from './filter-sql.js';
import type { ModelTable } from './model-table.js';
import type { Symbols } from './symbols.js';

/** One scan: pages of rows turned into columns. */
export class ColumnScan {
  readonly #columns: readonly {
    readonly name: string;
    readonly type: 'integer' | 'text' | 'symbol';
    readonly codes: (value: unknown) => number;
    /** Of a symbol. */
    readonly dictionary: readonly string[];
  }[];
  /** Those that were asked for, and the key's where they are not among them. */
  readonly #names: readonly string[];
  #after: Pick<RowKey, 'openedBy' | 'ordinal'>;

  constructor(
    private readonly table: ModelTable,
    symbols: Symbols,
    columns: readonly string[],
    private readonly range: { readonly after: number; readonly through: number },
  ) {
    this.#names = [...new Set([...columns, 'openedBy', 'ordinal'])];
    this.#columns = [...new Set(columns)].map((name) => {
      const type = columnType(table.model, name);
      if (type === 'json') throw new Error(`${name} of ${table.model.name} is json: no column to scan`);
      const dictionary = new Dictionary();
      return { name, type, codes: symbolCodes(dictionary, symbols), dictionary: dictionary.values };
    });
    // Behind every row opened at `after`: an ordinal is smaller.
    this.#after = { openedBy: range.after, ordinal: (1 << ORDINAL_BITS) - 1 };
  }

  /** Null at the end. */
  next(limit: number): ColumnPage | null {
    const rows = this.table.scanPage(this.#names, this.range.through, this.#after, limit);
    const last = rows.at(-1);
    if (last === undefined) return null;
    this.#after = { openedBy: Number(last[this.#names.indexOf('openedBy')]), ordinal: Number(last[this.#names.indexOf('ordinal')]) };
    const numbers: Record<string, Float64Array> = {};
    const texts: Record<string, TextColumn> = {};
    this.#columns.forEach(({ name, type, codes, dictionary }, column) => {
      if (type === 'integer') numbers[name] = numbersOf(rows, column, name === 'validTo' || name === 'endedBy');
      else if (type === 'text') texts[name] = textsOf(rows, column);
      else texts[name] = { codes: codesOf(rows, column, codes), dictionary };
    });
    return { length: rows.length, numbers, texts };
  }
}

function numbersOf(rows: readonly SqlValue[][], column: number, endless: boolean): Float64Array {
  const numbers = new Float64Array(rows.length);
  for (let index = 0; index < rows.length; index += 1) {
    const value = rows[index]?.[column];
    numbers[index] = typeof value !== 'number' || (endless && value === NOT_YET) ? NaN : value;
  }
  return numbers;
}

function codesOf(rows: readonly SqlValue[][], column: number, codeOf: (value: unknown) => number): Int32Array {
  const codes = new Int32Array(rows.length);
  for (let index = 0; index < rows.length; index += 1) {
    const value = rows[index]?.[column] ?? null;
    codes[index] = value === null ? -1 : codeOf(value);
  }
  return codes;
}

function textsOf(rows: readonly SqlValue[][], column: number): TextColumn {
  const dictionary: string[] = [];
  return { codes: codesOf(rows, column, (value) => dictionary.push(String(value)) - 1), dictionary };
}

/** Symbols have numbers already: each text is looked up once in a scan. */
function symbolCodes(dictionary: Dictionary, symbols: Symbols): (value: unknown) => number {
  const codes: number[] = [];
  return (value) => {
    const id = Number(value);
    return (codes[id] ??= dictionary.codeOf(symbols.valueOf(id)));
  };
}
