import type { Figures, Group, Labels, NotKnownYet, Totals } from '../../../../libs/reporting/queries.js';
import { folded } from '../fold.js';
import type { Column } from '../table.js';
import { countText, groupText, heading, moneyLines } from '../text.js';

export const RIGHT = { align: 'right' } as const;

type Names = readonly (keyof Group)[];

interface Grouped {
  readonly group: Group;
  readonly labels: Labels;
}

/** The answer's groupings in the order asked for: those of its first row, as every row has them. */
export function groupNames(rows: readonly Pick<Grouped, 'group'>[]): Names {
  return Object.keys(rows[0]?.group ?? {}) as (keyof Group)[];
}

export function groupColumns(names: Names): Column[] {
  return names.map((name) => ({ title: heading(name), shrinks: true }));
}

export function groupCells(names: Names, { group, labels }: Grouped): string[] {
  return names.map((name) => groupText(group[name], labels[name]));
}

/** One group in one line: `open, First meeting`. What is not known at its end is left away: no two groups have the same line. Alone it is said: `no team`. */
export function groupLine(names: Names, row: Grouped): string {
  const cells = groupCells(names, row);
  while (cells.length > 1 && cells.at(-1) === '-') cells.pop();
  if (names.length === 1 && cells[0] === '-') return `no ${heading(names[0] ?? '')}`;
  return names.length === 0 ? 'all' : cells.join(', ');
}

/** Named by people: read by name. The others have an order of their own (of a process, of time) or are ids and codes, which stand as they come. */
const BY_NAME: ReadonlySet<keyof Group> = new Set(['owner', 'receivedBy', 'team', 'manager', 'office', 'company', 'product', 'campaign']);
const byName = new Intl.Collator('en', { numeric: true }).compare;

/**
 * Rows of an answer come by id; here people, companies and the like come by the name that is shown, what has none behind them. Rows of one group keep their order, and
 * so do groupings that are not named by people. Rows of one part (a point in time) stand together and stay so.
 */
export function inReadingOrder<R extends Grouped>(
  names: Names,
  rows: readonly R[],
  partOf: (row: R) => unknown = () => null,
): readonly R[] {
  const places = new Map(rows.map((row, index) => [row, index]));
  const before = (a: R, b: R): number => {
    for (const name of partOf(a) === partOf(b) ? names : []) {
      if (a.group[name] === b.group[name]) continue;
      const [known, also] = [a, b].map((row) => typeof row.labels[name] === 'string');
      if (!BY_NAME.has(name) || (!known && !also)) break;
      if (known !== also) return known ? -1 : 1;
      const order = byName(groupText(a.group[name], a.labels[name]), groupText(b.group[name], b.labels[name]));
      if (order !== 0) return order;
      break;
    }
    return places.get(a)! - places.get(b)!; // both are of these rows
  };
  return [...rows].sort(before);
}

/** The cells of a row of totals in the columns of the groupings. */
export function allCells(names: Names): string[] {
  return names.map((_, index) => (index === 0 ? 'all' : ''));
}

export function hasWeights(figures: readonly Figures[]): boolean {
  return figures.some(({ weighted }) => weighted !== undefined);
}

export function figureColumns(weighted: boolean, unvalued: boolean): Column[] {
  return [
    { title: 'deals', ...RIGHT },
    { title: 'value', ...RIGHT },
    ...(weighted ? [{ title: 'weighted', ...RIGHT }] : []),
    ...(unvalued ? [{ title: 'unvalued', ...RIGHT }] : []),
  ];
}

/** No money is no 0: where every deal is unvalued, the value says so. */
export function valueText({ deals, unvalued, value }: Pick<Figures, 'deals' | 'unvalued' | 'value'>): string {
  return value.length === 0 && deals > 0 && unvalued === deals ? 'unknown' : moneyLines(value);
}

export function figureCells(figures: Figures, weighted: boolean, unvalued: boolean): string[] {
  return [
    countText(figures.deals),
    valueText(figures),
    ...(weighted ? [moneyLines(figures.weighted)] : []),
    ...(unvalued ? [figures.unvalued === 0 ? '' : countText(figures.unvalued)] : []),
  ];
}

export function allOf(totals: Totals | NotKnownYet): Figures | undefined {
  return typeof totals === 'string' ? undefined : totals['all'];
}

/** Title, parts and basis, a blank line between them. A part of one line is a sentence, and folded; a table is as it is. */
export function page(title: string, ...parts: readonly (string | false | undefined)[]): string {
  const told = [title, ...parts].filter((part): part is string => typeof part === 'string' && part !== '');
  return `${told.map((part) => (part.includes('\n') ? part : folded(part))).join('\n\n')}\n`;
}
