import { stringify } from 'csv-stringify/sync';

type Cells = Record<string, string | number>;

function isMoney(value: unknown): value is { amount: string; currency: string } {
  return typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value;
}

/** No spreadsheet takes it for a formula; amounts such as -12.50 stay what they are. */
function harmless(text: string): string {
  return /^[=+@\t\r-]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
}

/** One cell per leaf, named by its path; a sum has a column per currency, so that columns can be added up. */
function flatten(value: unknown, path: string, into: Cells): void {
  if (value === null || value === undefined) into[path] = '';
  else if (isMoney(value)) into[`${path}.${value.currency}`] = value.amount;
  else if (Array.isArray(value)) {
    if (value.every(isMoney)) for (const sum of value) flatten(sum, path, into);
    else into[path] = JSON.stringify(value);
  } else if (typeof value === 'object')
    for (const [name, member] of Object.entries(value)) flatten(member, path === '' ? name : `${path}.${name}`, into);
  else into[path] = typeof value === 'number' ? value : harmless(String(value));
}

/** Rows as CSV with a head; every column that any row has. */
export function csvText(rows: readonly object[]): string {
  const flat = rows.map((row) => {
    const cells: Cells = {};
    flatten(row, '', cells);
    return cells;
  });
  const columns = [...new Set(flat.flatMap((cells) => Object.keys(cells)))];
  return stringify(flat, { header: true, columns });
}
