import { stringify } from 'csv-stringify/sync';
import type { Cell } from './rows.js';
import { flatRows, isAmount } from './rows.js';

/** No spreadsheet takes it for a formula; amounts such as -12.50 stay what they are. */
function harmless(text: string): string {
  return /^[=+@\t\r-]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
}

function cellText(cell: Cell): string | number {
  if (cell === null) return '';
  if (isAmount(cell)) return cell.amount;
  return typeof cell === 'number' ? cell : harmless(String(cell));
}

/** Rows as CSV with a head; every column that any row has. */
export function csvText(rows: readonly object[]): string {
  const flat = flatRows(rows);
  return stringify([flat.columns, ...flat.rows.map((row) => row.map(cellText))]);
}
