import type { MoneyText } from '../../../libs/domain/shared/money.js';
import type { Answer } from './answers.js';

/** What a spreadsheet or a data frame takes of an answer: its rows. */
export function rowsOf(answer: Answer): readonly object[] {
  switch (answer.report) {
    case 'deals':
      return answer.deals;
    case 'deal':
      return answer.state === null ? [] : [{ deal: answer.deal, revision: answer.revision, ...answer.state }];
    case 'deal-history':
      return answer.events;
    default:
      return answer.rows;
  }
}

/** An amount of the currency that its column names. */
export interface Amount {
  readonly amount: string;
}
export type Cell = string | number | boolean | Amount | null;

export function isAmount(cell: Cell): cell is Amount {
  return typeof cell === 'object' && cell !== null;
}

export interface FlatRows {
  readonly columns: readonly string[];
  /** Of each row a cell for every column; null where it has none. */
  readonly rows: readonly (readonly Cell[])[];
}

function isMoney(value: unknown): value is MoneyText {
  return typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value;
}

/** One cell per leaf, named by its path; a sum has a column per currency, so that columns can be added up. */
function flatten(value: unknown, path: string, into: Map<string, Cell>): void {
  if (value === null || value === undefined) into.set(path, null);
  else if (isMoney(value)) into.set(`${path}.${value.currency}`, { amount: value.amount });
  else if (Array.isArray(value)) {
    if (value.every(isMoney)) for (const sum of value) flatten(sum, path, into);
    else into.set(path, JSON.stringify(value));
  } else if (typeof value === 'object')
    for (const [name, member] of Object.entries(value)) flatten(member, path === '' ? name : `${path}.${name}`, into);
  else into.set(path, typeof value === 'number' || typeof value === 'boolean' ? value : String(value));
}

/** Every column that any row has; what is no value in one row and has parts in another has the columns of its parts alone. */
export function flatRows(rows: readonly object[]): FlatRows {
  const flat = rows.map((row) => {
    const cells = new Map<string, Cell>();
    flatten(row, '', cells);
    return cells;
  });
  const named = [...new Set(flat.flatMap((cells) => [...cells.keys()]))];
  const hasParts = new Set(named.flatMap((name) => name.split('.').map((_, index, path) => path.slice(0, index).join('.'))));
  const columns = named.filter((name) => !hasParts.has(name) || flat.some((cells) => (cells.get(name) ?? null) !== null));
  return { columns, rows: flat.map((cells) => columns.map((column) => cells.get(column) ?? null)) };
}
