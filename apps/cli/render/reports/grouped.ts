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

/** One group in one line: `open, First meeting`. What is not known at its end is left away: no two groups have the same line. */
export function groupLine(names: Names, row: Grouped): string {
  const cells = groupCells(names, row);
  while (cells.length > 1 && cells.at(-1) === '-') cells.pop();
  return names.length === 0 ? 'all' : cells.join(', ');
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

/** Title, parts and basis, a blank line between them. */
export function page(title: string, ...parts: readonly (string | false | undefined)[]): string {
  return `${[folded(title), ...parts].filter((part) => typeof part === 'string' && part !== '').join('\n\n')}\n`;
}
