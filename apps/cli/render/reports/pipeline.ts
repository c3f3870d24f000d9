import type { CompareAnswer, DealsBehindAnswer, Figures, NotKnownYet, PipelineAnswer } from '../../../../libs/reporting/queries.js';
import { basisWords } from '../basis.js';
import { table } from '../table.js';
import { countText, groupText, instantText, moneyLines, plus, pointText, signedMoney } from '../text.js';
import {
  RIGHT,
  allCells,
  allOf,
  figureCells,
  figureColumns,
  groupCells,
  groupColumns,
  groupNames,
  hasWeights,
  inReadingOrder,
  page,
  valueText,
} from './grouped.js';

export function pipelineText({ basis, rows, totals }: PipelineAnswer): string {
  const names = groupNames(rows);
  const weighted = hasWeights(rows);
  const unvalued = rows.some((row) => row.unvalued > 0);
  const all = allOf(totals);
  const lines = inReadingOrder(names, rows).map((row) => [...groupCells(names, row), ...figureCells(row, weighted, unvalued)]);
  const total = all && names.length > 0 ? [[...allCells(names), ...figureCells(all, weighted, unvalued)]] : [];
  const drawn = table([...groupColumns(names), ...figureColumns(weighted, unvalued)], [...lines, ...total]);
  const said = typeof totals === 'string' ? totals : rows.length === 0 ? 'no deals' : drawn;
  return page(`Pipeline as of ${instantText(basis.asOf, basis.timeZone)}`, said, basisWords(basis));
}

type Point = Figures | NotKnownYet;

function deals(point: Point): string {
  return typeof point === 'string' ? '?' : countText(point.deals);
}

function value(point: Point): string {
  return typeof point === 'string' ? 'not known yet' : valueText(point);
}

function signed(point: Point): string[] {
  return typeof point === 'string' ? ['?', ''] : [plus(countText(point.deals)), signedMoney(point.value)];
}

export function compareText({ basis, rows, totals }: CompareAnswer): string {
  const names = groupNames(rows);
  const at = (index: number): string => instantText(basis.points.at(index)?.at ?? '', basis.timeZone);
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
      ...inReadingOrder(names, rows).map((row) => [...groupCells(names, row), ...cells(row)]),
      ...(all && names.length > 0 ? [[...allCells(names), ...cells(all)]] : []),
    ],
  );
  return page(`Pipeline then (${at(0)}) and now (${at(-1)})`, drawn, basisWords(basis));
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
      groupText(deal.stage, deal.labels.lastStage),
      groupText(deal.owner, deal.labels.owner),
      groupText(deal.company, deal.labels.company),
      deal.value === null ? 'unknown' : moneyLines([deal.value]),
      deal.dated ? pointText(deal.since, basis.timeZone).slice(0, 10) : 'no date',
    ]),
  );
  const more = next === null ? '' : `More with --cursor ${next}`;
  return page(`Deals as of ${instantText(basis.asOf, basis.timeZone)}`, behind.length === 0 ? 'no deals' : drawn, more, basisWords(basis));
}
