import type { ColumnType, Row } from '../read-store.port.js';
import { NOT_YET } from './filter-sql.js';
import type { SqlValue } from './filter-sql.js';

export interface WrittenColumn {
  /** Checked by `checkModel`: letters and digits. */
  readonly name: string;
  readonly type: ColumnType;
  /** `validTo` and `endedBy`: `NOT_YET` stands for null. */
  readonly endless: boolean;
}

/** Puts the values of a row into an array from a place on. @returns the place behind them */
export type RowValues = (row: Row, values: SqlValue[], from: number) => number;

/**
 * The names of the columns are written into the function's text: so V8 knows where in a row each value stands. One loop for all models looks every name up anew, a fifth of what a row cost.
 * @param symbolOf the number of a symbol's text
 */
export function compileRowValues(columns: readonly WrittenColumn[], symbolOf: (text: string) => number): RowValues {
  const lines = columns.map(({ name, type, endless }, index) => {
    const value = `row.${name}`;
    // What is neither number nor text is refused by better-sqlite3 or by the STRICT table.
    const stored = type === 'json' ? `JSON.stringify(${value})` : type === 'symbol' ? `symbolOf(${value})` : value;
    return `values[from + ${index}] = ${value} == null ? ${endless ? NOT_YET : null} : ${stored};`;
  });
  const body = `return (row, values, from) => { ${lines.join('\n')} return from + ${columns.length}; };`;
  return new Function('symbolOf', body)(symbolOf) as RowValues; // the text above
}
