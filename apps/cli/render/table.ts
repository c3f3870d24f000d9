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

function longestWord(text: string): number {
  return Math.max(0, ...text.split(/\s/).map((word) => [...word].length));
}

/** Widths that fit the terminal: the widest column that may shrinks first, and no word is broken while another column can still give way. */
function widths(columns: readonly Column[], rows: readonly (readonly string[])[]): number[] {
  const cells = columns.map(({ title }, index) => [title, ...rows.map((row) => row[index] ?? '')]);
  const wanted = cells.map((texts) => Math.max(...texts.map(widthOf)) + PADDING);
  const words = cells.map((texts) => Math.max(NARROWEST, ...texts.map(longestWord)) + PADDING);
  for (;;) {
    const total = wanted.reduce((sum, width) => sum + width, 0) - PADDING; // nothing stands behind the last column
    if (total <= WIDEST) return wanted;
    const wider = (floor: (index: number) => number): number[] =>
      wanted.map((width, index) => (columns[index]?.shrinks && width > floor(index) ? width : 0));
    const whole = wider((index) => words[index] ?? 0);
    const candidates = whole.some((width) => width > 0) ? whole : wider(() => NARROWEST + PADDING);
    const widest = candidates.indexOf(Math.max(...candidates));
    if ((candidates[widest] ?? 0) === 0) return wanted;
    wanted[widest] = (wanted[widest] ?? 0) - 1;
  }
}

const WHOLE_AMOUNT = /^[+-]?[\d,]+\.00( [A-Z]{3})?$/;
const AMOUNT = /^[+-]?[\d,]+\.\d\d( [A-Z]{3})?$/;

/** Where no amount of a column has cents, none is written. */
function withoutCents(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const whole = columns.map(({ align }, index) => {
    const amounts = rows.flatMap((row) => (row[index] ?? '').split('\n')).filter((line) => AMOUNT.test(line));
    return align === 'right' && amounts.every((line) => WHOLE_AMOUNT.test(line));
  });
  const shorter = (line: string): string => (WHOLE_AMOUNT.test(line) ? line.replace('.00', '') : line);
  return rows.map((row) => row.map((cell, index) => (whole[index] ? cell.split('\n').map(shorter).join('\n') : cell)));
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

export function tableLines(columns: readonly Column[], written: readonly (readonly string[])[]): TableLines {
  const rows = withoutCents(columns, written);
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

/** A table of at most 100 columns, rules under the head alone; nothing where it has no rows: an empty frame says less than the marks under it. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const { head, rows: lines } = tableLines(columns, rows);
  return [...head, ...lines.flat()].join('\n');
}
