import Table from 'cli-table3';
import { folded } from './fold.js';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Of the columns that are too wide together, these give way: their text is folded, never cut. */
  readonly shrinks?: boolean;
}

const WIDEST = 100;
const NARROWEST = 8;
const PADDING = 2;

function widthOf(text: string): number {
  return Math.max(0, ...text.split('\n').map((line) => [...line].length));
}

/** Widths that fit the terminal: the widest column that may shrinks first. */
function widths(columns: readonly Column[], rows: readonly (readonly string[])[]): number[] {
  const wanted = columns.map((column, index) => Math.max(widthOf(column.title), ...rows.map((row) => widthOf(row[index] ?? ''))) + PADDING);
  for (;;) {
    const total = wanted.reduce((sum, width) => sum + width, 0) - PADDING; // nothing stands behind the last column
    if (total <= WIDEST) return wanted;
    const candidates = wanted.map((width, index) => (columns[index]?.shrinks && width > NARROWEST + PADDING ? width : 0));
    const widest = candidates.indexOf(Math.max(...candidates));
    if ((candidates[widest] ?? 0) === 0) return wanted;
    wanted[widest] = (wanted[widest] ?? 0) - 1;
  }
}

const BARE = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'right',
    'right-mid',
    'middle',
    'mid',
    'mid-mid',
  ].map((name) => [name, '']),
);

/** The lines of the head, its rule included, and those of each row. */
export interface TableLines {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): TableLines {
  const colWidths = widths(columns, rows);
  const inner = (index: number): number => (colWidths[index] ?? NARROWEST) - PADDING;
  const drawn = new Table({
    chars: BARE,
    colWidths,
    colAligns: columns.map(({ align }) => align ?? 'left'),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': PADDING, compact: true },
  });
  const all = [columns.map(({ title }) => title), columns.map((_, index) => '─'.repeat(inner(index))), ...rows].map((row) =>
    row.map((text, index) => folded(text, inner(index))),
  );
  drawn.push(...all);
  const lines = drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  let next = 0;
  const blocks = all.map((row) => {
    const height = Math.max(1, ...row.map((cell) => cell.split('\n').length));
    next += height;
    return lines.slice(next - height, next);
  });
  return { head: blocks.slice(0, 2).flat(), rows: blocks.slice(2) };
}

/** A table of at most 100 columns, rules under the head alone. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const { head, rows: lines } = tableLines(columns, rows);
  return [...head, ...lines.flat()].join('\n');
}
