import type { BehindFigure, BehindRow } from '../../../../libs/reporting/behind/behind.js';
import type { Column } from '../table.js';
import { table } from '../table.js';
import { countText, daysOf, heading, moneyText, pointText } from '../text.js';
import { RIGHT, groupCells, groupColumns, groupNames, inReadingOrder } from './grouped.js';

/** Words for names of figures that say little by themselves; the others are read as they are written. */
const WORDS: Readonly<Record<string, string>> = { n: 'all', finished: 'those that ended', stillThere: 'still there' };

function figureText(figure: string): string {
  const name = figure.replace(/^[a-zA-Z]+\./, '');
  return WORDS[name] ?? heading(name).replaceAll('-', ' ');
}

interface Told extends Column {
  readonly cell: (row: BehindRow) => string;
}

/** What names the report's row: a stage by its label, its pipeline only where there are several. */
function rowColumns(told: readonly BehindRow[]): Told[] {
  const names = [...new Set(told.flatMap(({ row }) => Object.keys(row)))].filter((name) => name !== 'label');
  return names
    .filter((name) => name !== 'pipeline' || new Set(told.map(({ row }) => row['pipeline'])).size > 1)
    .map((name) => {
      const isLabelled = name === 'stage' || name === 'milestone';
      return { title: heading(name), shrinks: true, cell: ({ row }) => (isLabelled ? (row['label'] ?? row[name]) : row[name]) ?? '' };
    });
}

function columns(told: readonly BehindRow[], timeZone: string): Told[] {
  const day = (instant: string): string => pointText(instant, timeZone).slice(0, 10);
  const all: readonly (Told & { readonly isTold: boolean })[] = [
    { title: 'from', isTold: true, cell: ({ from }) => day(from) },
    { title: 'to', isTold: told.some(({ to }) => to !== null), cell: ({ to }) => (to === null ? '-' : day(to)) },
    { title: 'days', ...RIGHT, isTold: told.some(({ days }) => days !== null), cell: ({ days }) => daysOf(days) },
    {
      ...{ title: 'value', ...RIGHT, isTold: told.some(({ value }) => value !== null) },
      cell: ({ value }) => (value === null ? 'unknown' : moneyText(value)),
    },
    { title: 'what happened', shrinks: true, isTold: true, cell: ({ eventType }) => eventType },
    { title: 'later deal', shrinks: true, isTold: told.some(({ later }) => later !== undefined), cell: ({ later }) => later ?? '-' },
  ];
  return all.filter(({ isTold }) => isTold);
}

/** The deals behind one figure, under the report; undefined where none was asked to be opened. */
export function behindText(behind: BehindFigure | undefined, timeZone: string): string | undefined {
  if (behind === undefined) return undefined;
  const { figure, told, more } = behind;
  const names = groupNames(told);
  const cells: Told[] = [...rowColumns(told), ...columns(told, timeZone)];
  const drawn = table(
    [{ title: 'deal', shrinks: true }, ...groupColumns(names), ...cells],
    inReadingOrder(names, told).map((row) => [row.deal, ...groupCells(names, row), ...cells.map(({ cell }) => cell(row))]),
  );
  const rest = more === 0 ? '' : `\n\n${countText(more)} more, with a higher --limit`;
  return `Behind ${figureText(figure)}\n\n${told.length === 0 ? 'no deal' : drawn}${rest}`;
}
