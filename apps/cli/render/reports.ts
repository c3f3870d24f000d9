import type {
  CompareAnswer,
  DealsBehindAnswer,
  Figures,
  Group,
  Labels,
  NotKnownYet,
  PipelineAnswer,
  SeriesAnswer,
  Totals,
} from '../../../libs/reporting/queries.js';
import { basisWords } from './basis.js';
import type { Column } from './table.js';
import { table } from './table.js';
import { countText, groupText, heading, instantText, moneyLines } from './text.js';

type Names = readonly (keyof Group)[];

/** The answer's groupings in the order asked for: those of its first row, as every row has them. */
export function groupNames(rows: readonly { readonly group: Group }[]): Names {
  return Object.keys(rows[0]?.group ?? {}) as (keyof Group)[];
}

export function groupColumns(names: Names): Column[] {
  return names.map((name) => ({ title: heading(name), shrinks: true }));
}

export function groupCells(names: Names, { group, labels }: { readonly group: Group; readonly labels: Labels }): string[] {
  return names.map((name) => groupText(group[name], labels[name]));
}

const RIGHT = { align: 'right' } as const;

function hasWeights(figures: readonly Figures[]): boolean {
  return figures.some(({ weighted }) => weighted !== undefined);
}

function figureColumns(weighted: boolean, unvalued: boolean): Column[] {
  return [
    { title: 'deals', ...RIGHT },
    { title: 'value', ...RIGHT },
    ...(weighted ? [{ title: 'weighted', ...RIGHT }] : []),
    ...(unvalued ? [{ title: 'unvalued', ...RIGHT }] : []),
  ];
}

function figureCells(figures: Figures, weighted: boolean, unvalued: boolean): string[] {
  return [
    countText(figures.deals),
    moneyLines(figures.value),
    ...(weighted ? [moneyLines(figures.weighted)] : []),
    ...(unvalued ? [figures.unvalued === 0 ? '' : countText(figures.unvalued)] : []),
  ];
}

function allOf(totals: Totals | NotKnownYet): Figures | undefined {
  return typeof totals === 'string' ? undefined : totals['all'];
}

export function pipelineText({ basis, rows, totals, undated }: PipelineAnswer): string {
  const names = groupNames(rows);
  const weighted = hasWeights(rows);
  const unvalued = rows.some((row) => row.unvalued > 0);
  const all = allOf(totals);
  const lines = rows.map((row) => [...groupCells(names, row), ...figureCells(row, weighted, unvalued)]);
  const total = all && names.length > 0 ? [['all', ...names.slice(1).map(() => ''), ...figureCells(all, weighted, unvalued)]] : [];
  const drawn = table([...groupColumns(names), ...figureColumns(weighted, unvalued)], [...lines, ...total]);
  const said = typeof totals === 'string' ? totals : drawn;
  return `Pipeline as of ${instantText(basis.asOf)}\n\n${said}\n\n${basisWords(basis, undated)}\n`;
}

type Point = Figures | NotKnownYet;

function deals(point: Point): string {
  return typeof point === 'string' ? '?' : countText(point.deals);
}

function value(point: Point): string {
  return typeof point === 'string' ? 'not known yet' : moneyLines(point.value);
}

function signed(point: Point): string[] {
  if (typeof point === 'string') return ['?', ''];
  const plus = (text: string): string =>
    text === '' || text.startsWith('-') || /^0(\.0+)? /.test(text) || text === '0' ? text : `+${text}`;
  return [plus(countText(point.deals)), moneyLines(point.value).split('\n').map(plus).join('\n')];
}

export function compareText({ basis, rows, totals, undated }: CompareAnswer): string {
  const names = groupNames(rows);
  const [then, now] = [basis.points[0], basis.points.at(-1)];
  const cells = (row: { then: Point; now: Point; difference: Point }): string[] => [
    deals(row.then),
    value(row.then),
    deals(row.now),
    value(row.now),
    ...signed(row.difference),
  ];
  const all = totals['all'];
  const drawn = table(
    [
      ...groupColumns(names),
      { title: 'then', ...RIGHT },
      { title: 'value', ...RIGHT },
      { title: 'now', ...RIGHT },
      { title: 'value', ...RIGHT },
      { title: 'diff.', ...RIGHT },
      { title: 'value', ...RIGHT },
    ],
    [
      ...rows.map((row) => [...groupCells(names, row), ...cells(row)]),
      ...(all && names.length > 0 ? [['all', ...names.slice(1).map(() => ''), ...cells(all)]] : []),
    ],
  );
  const title = `Pipeline then (${instantText(then?.at ?? '')}) and now (${instantText(now?.at ?? '')})`;
  return `${title}\n\n${drawn}\n\n${basisWords(basis, undated.now)}\n`;
}

const BARS = '▁▂▃▄▅▆▇█';

/** A series at a glance; what is not known yet is a gap. */
function sparkline(values: readonly (number | undefined)[]): string {
  const known = values.filter((each) => each !== undefined);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const bar = (each: number): string => BARS[most === least ? 3 : Math.round(((each - least) / (most - least)) * (BARS.length - 1))] ?? '';
  return values.map((each) => (each === undefined ? ' ' : bar(each))).join('');
}

export function seriesText({ basis, rows, points }: SeriesAnswer): string {
  const names = groupNames(rows);
  const weighted = hasWeights(rows);
  const unvalued = rows.some((row) => row.unvalued > 0);
  const drawn = table(
    [{ title: 'at' }, ...groupColumns(names), ...figureColumns(weighted, unvalued)],
    rows.map((row, index) => [
      rows[index - 1]?.at === row.at ? '' : instantText(row.at),
      ...groupCells(names, row),
      ...figureCells(row, weighted, unvalued),
    ]),
  );
  const counts = points.map(({ totals }) => allOf(totals)?.deals);
  const line = sparkline(counts.length <= 80 ? counts : counts.filter((_, index) => index % Math.ceil(counts.length / 80) === 0));
  const title = `Pipeline from ${instantText(points[0]?.at ?? '')} to ${instantText(points.at(-1)?.at ?? '')}, step ${basis.step}`;
  return `${title}\n\n${drawn}\n\ndeals ${line}\n\n${basisWords(basis, points.at(-1)?.undated)}\n`;
}

export function dealsText({ basis, deals: behind, next }: DealsBehindAnswer): string {
  const drawn = table(
    [
      { title: 'deal', shrinks: true },
      { title: 'status' },
      { title: 'stage', shrinks: true },
      { title: 'owner', shrinks: true },
      { title: 'company', shrinks: true },
      { title: 'value', ...RIGHT },
      { title: 'since' },
    ],
    behind.map((deal) => [
      deal.deal,
      deal.status,
      groupText(deal.stage, deal.labels.stage),
      groupText(deal.owner, deal.labels.owner),
      groupText(deal.company, deal.labels.company),
      deal.value === null ? 'unknown' : moneyLines([deal.value]),
      deal.since.slice(0, 10),
    ]),
  );
  const more = next === null ? '' : `\n\nMore with --cursor ${next}`;
  return `Deals as of ${instantText(basis.asOf)}\n\n${drawn}${more}\n\n${basisWords(basis, undefined)}\n`;
}
