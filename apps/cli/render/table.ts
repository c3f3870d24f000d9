import Table from 'cli-table3';
import { folded } from './fold.js';
import { visible } from './visible.js';
import { pageWidth } from './width.js';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Of the columns that are too wide together, these give way: their text is folded, never cut. */
  readonly shrinks?: boolean;
}

const NARROWEST = 8;
/** Between two columns; one only where words would be broken otherwise. */
const GAP = 2;
const NARROW_GAP = 1;

interface Layout {
  /** Of each column, without the gap behind it. */
  readonly widths: readonly number[];
  readonly gap: number;
}

function widthOf(text: string): number {
  return Math.max(0, ...text.split('\n').map((line) => [...line].length));
}

function longestWord(text: string): number {
  return Math.max(0, ...text.split(/\s/).map((word) => [...word].length));
}

/** Widths that fit the page, or as near as columns that may shrink come to it: the widest of them gives way first, none below its floor. */
function shrunk(columns: readonly Column[], wanted: readonly number[], floors: readonly number[], gap: number, room: number): number[] {
  const widths = [...wanted];
  const total = (): number => widths.reduce((sum, width) => sum + width + gap, -gap); // nothing stands behind the last column
  for (let over = total() - room; over > 0; over -= 1) {
    const wider = widths.map((width, index) => (columns[index]?.shrinks && width > (floors[index] ?? 0) ? width : 0));
    const widest = wider.indexOf(Math.max(...wider));
    if ((wider[widest] ?? 0) === 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function layoutOf(columns: readonly Column[], rows: readonly (readonly string[])[], room: number): Layout {
  const cells = columns.map(({ title }, index) => [title, ...rows.map((row) => row[index] ?? '')]);
  const wanted = cells.map((texts) => Math.max(...texts.map(widthOf)));
  const words = cells.map((texts) => Math.max(NARROWEST, ...texts.map(longestWord)));
  const fits = (widths: readonly number[], gap: number): boolean => widths.reduce((sum, width) => sum + width + gap, -gap) <= room;
  for (const gap of [GAP, NARROW_GAP]) {
    const widths = shrunk(columns, wanted, words, gap, room);
    if (fits(widths, gap)) return { widths, gap };
  }
  // A word is broken where nothing else gives way.
  const narrowest = wanted.map((width) => Math.min(width, NARROWEST));
  return { widths: shrunk(columns, wanted, narrowest, NARROW_GAP, room), gap: NARROW_GAP };
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
  const rows = withoutCents(
    columns,
    written.map((row) => row.map(visible)),
  );
  const { widths, gap } = layoutOf(columns, rows, pageWidth());
  const inner = (index: number): number => widths[index] ?? NARROWEST;
  const drawn = new Table({
    chars: BARE,
    colWidths: widths.map((width) => width + gap),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': gap, compact: true },
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

/** A table as wide as the page at most, rules under the head alone; nothing where it has no rows: an empty frame says less than the marks under it. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const { head, rows: lines } = tableLines(columns, rows);
  return [...head, ...lines.flat()].join('\n');
}
