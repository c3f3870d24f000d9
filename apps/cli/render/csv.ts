import { stringify } from 'csv-stringify/sync';
import type { Cell } from './rows.js';
import { flatRows, isAmount, isList } from './rows.js';

/** What a spreadsheet begins a formula at, the wide signs of East Asian keyboards included (OWASP, CSV injection). */
const BEGINS_FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** Text of people that no spreadsheet takes for a formula: an apostrophe stands before what would be one. A number such as -12.50 is none, and stays what it is. */
function harmless(text: string): string {
  return BEGINS_FORMULA.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
}

/** What a double has behind its point says nothing beyond this: two decimals (of days, say), four digits of what is below one (of a share). */
function readable(number: number): number {
  if (Number.isInteger(number)) return number;
  return Math.abs(number) < 1 ? Number(number.toPrecision(4)) : Number(number.toFixed(2));
}

/** A list in a cell, its numbers as those of cells. */
function listText(text: string): string {
  return JSON.stringify(JSON.parse(text), (_name, value: unknown) => (typeof value === 'number' ? readable(value) : value));
}

function cellText(cell: Cell): string | number {
  if (cell === null) return '';
  if (isAmount(cell)) return cell.amount;
  if (isList(cell)) return listText(cell.json);
  return typeof cell === 'number' ? readable(cell) : harmless(String(cell));
}

/** Rows as CSV with a head; every column that any row has. Amounts are exact; what is counted as a share or in days has the digits that it is read with. */
export function csvText(rows: readonly object[]): string {
  const flat = flatRows(rows);
  return stringify([flat.columns, ...flat.rows.map((row) => row.map(cellText))]);
}
