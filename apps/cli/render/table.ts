import Table from 'cli-table3';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Of the columns that are too wide together, these give way. */
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
    const total = wanted.reduce((sum, width) => sum + width, 0);
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

function shortened(text: string, width: number): string {
  const fits = (line: string): string => ([...line].length <= width ? line : `${[...line].slice(0, width - 1).join('')}…`);
  return text.split('\n').map(fits).join('\n');
}

/** A table of at most 100 columns, rules under the head alone. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const colWidths = widths(columns, rows);
  const inner = (index: number): number => (colWidths[index] ?? NARROWEST) - PADDING;
  const drawn = new Table({
    chars: BARE,
    colWidths,
    colAligns: columns.map(({ align }) => align ?? 'left'),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': PADDING, compact: true },
  });
  drawn.push(columns.map(({ title }, index) => shortened(title, inner(index))));
  drawn.push(columns.map((_, index) => '─'.repeat(inner(index))));
  for (const row of rows) drawn.push(row.map((text, index) => shortened(text, inner(index))));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
