import type { ColumnPage, NumberColumn, TextColumn } from '../read-store/read-store.port.js';

/** One scan: rows as a read store's column scan gives them, page by page, for specs of what is fed by scans. */
export function columnScan(numberColumns: readonly string[], textColumns: readonly string[]): (rows: readonly object[]) => ColumnPage {
  const dictionaries = new Map<string, string[]>(textColumns.map((name) => [name, []]));
  const cell = (row: object, name: string): unknown => (row as Record<string, unknown>)[name]; // a column is looked up by its name
  return (rows) => {
    const numbers: Record<string, NumberColumn> = {};
    for (const name of numberColumns) numbers[name] = Float64Array.from(rows.map((row) => Number(cell(row, name) ?? NaN)));
    const texts: Record<string, TextColumn> = {};
    for (const [name, dictionary] of dictionaries) {
      const codes = rows.map((row) => {
        const text = cell(row, name);
        if (text === null) return -1;
        const known = dictionary.indexOf(String(text));
        return known === -1 ? dictionary.push(String(text)) - 1 : known;
      });
      texts[name] = { codes: Int32Array.from(codes), dictionary };
    }
    return { length: rows.length, numbers, texts };
  };
}
