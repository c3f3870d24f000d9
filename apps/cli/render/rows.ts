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
    case 'waterfall':
      return answer.moves?.told ?? answer.rows;
    default:
      // Who opens a figure asks for what is behind it.
      return 'behind' in answer && answer.behind !== undefined ? answer.behind.told : answer.rows;
  }
}

/** An amount of the currency that its column names. */
export interface Amount {
  readonly amount: string;
}
/** What no cell holds: a list, as JSON. */
export interface ListCell {
  readonly json: string;
}
export type Cell = string | number | boolean | Amount | ListCell | null;

export function isAmount(cell: Cell): cell is Amount {
  return typeof cell === 'object' && cell !== null && 'amount' in cell;
}

export function isList(cell: Cell): cell is ListCell {
  return typeof cell === 'object' && cell !== null && 'json' in cell;
}

export interface FlatRows {
  readonly columns: readonly string[];
  /** Of each row a cell for every column; null where it has none. */
  readonly rows: readonly (readonly Cell[])[];
}

function isMoney(value: unknown): value is MoneyText {
  return typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value;
}

/** What stands below a name in any row: its parts, in the order in which they were first met. */
interface Branch {
  readonly parts: Map<string, Branch>;
  /** Some row has a value here. */
  isValue: boolean;
  /** The parts are currencies. */
  isMoney: boolean;
}

function branch(): Branch {
  return { parts: new Map(), isValue: false, isMoney: false };
}

function partOf({ parts }: Branch, name: string): Branch {
  const known = parts.get(name) ?? branch();
  parts.set(name, known);
  return known;
}

/** One cell per leaf, named by its path; a sum has a column per currency, so that columns can be added up. */
function flatten(value: unknown, path: string, at: Branch, into: Map<string, Cell>): void {
  const put = (cell: Cell): void => {
    into.set(path, cell);
    at.isValue ||= cell !== null;
  };
  if (value === null || value === undefined) put(null);
  else if (isMoney(value) || (Array.isArray(value) && value.every(isMoney))) {
    at.isMoney = true;
    for (const { currency, amount } of Array.isArray(value) ? value : [value]) {
      partOf(at, currency).isValue = true;
      into.set(`${path}.${currency}`, { amount });
    }
  } else if (Array.isArray(value)) put({ json: JSON.stringify(value) });
  else if (typeof value === 'object')
    for (const [name, member] of Object.entries(value)) flatten(member, path === '' ? name : `${path}.${name}`, partOf(at, name), into);
  else put(typeof value === 'number' || typeof value === 'boolean' ? value : String(value));
}

/** Names of columns, those of one thing side by side, its currencies in their order. */
function* columnsOf({ parts, isValue, isMoney: ofMoney }: Branch, path = ''): Generator<string> {
  if (path !== '' && (isValue || parts.size === 0) && !(ofMoney && !isValue)) yield path;
  const names = [...parts.keys()];
  for (const name of ofMoney ? names.sort() : names) yield* columnsOf(parts.get(name) ?? branch(), path === '' ? name : `${path}.${name}`);
}

/** Every column that any row has; what is no value in one row and has parts in another has the columns of its parts alone. */
export function flatRows(rows: readonly object[]): FlatRows {
  const all = branch();
  const flat = rows.map((row) => {
    const cells = new Map<string, Cell>();
    flatten(row, '', all, cells);
    return cells;
  });
  const columns = [...columnsOf(all)];
  return { columns, rows: flat.map((cells) => columns.map((column) => cells.get(column) ?? null)) };
}
