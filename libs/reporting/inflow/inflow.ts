import type { EpochMs } from '../../domain/shared/instant.js';
import { moneyTexts } from '../figures.js';
import { addMoney } from '../money-sums.js';
import type { Behind } from '../behind/behind.js';
import type { InflowFigure } from '../behind/figures.js';
import type { InflowRow, InflowStep } from '../flow-queries.js';
import type { FlowDeals } from '../paths/grouped.js';
import { lastRow } from '../paths/deal-path.js';
import type { Milestone } from '../paths/milestones.js';
import { milestoneAt, milestoneRow } from '../paths/milestones.js';
import { QuestionNotUnderstood } from '../queries.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { labelsOf } from '../scope/groupings.js';
import type { PeriodUnit } from '../time/period.js';
import { inZone, periodAround } from '../time/period.js';
import type { ReportZone } from '../time/report-zone.js';

export const INFLOW_METHOD = 'inflow/1';

/** More periods than these are no pattern that anybody reads. */
const MOST_PERIODS = 5_000;

export interface InflowQuestion {
  readonly milestone: Milestone;
  /** [from, to). */
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly step: InflowStep;
  readonly zone: ReportZone;
}

/** Patterns that come back: how often each was there is counted in its own unit. */
const PATTERNS: { readonly [S in InflowStep]?: { readonly unit: PeriodUnit; readonly format: string } } = {
  weekday: { unit: 'day', format: 'cccc' },
  'calendar-month': { unit: 'month', format: 'LLLL' },
  'calendar-quarter': { unit: 'quarter', format: "'Q'q" },
};

/** The names of periods in their order, with how many of each the span holds; a period that is cut by the span counts too. */
export interface Periods {
  readonly names: ReadonlyMap<string, number>;
  nameAt(at: EpochMs): string;
  /** Those of which the span, or T, has only a part. */
  readonly partial: readonly string[];
}

/** @throws QuestionNotUnderstood where there are too many */
export function inflowPeriods({ from, to, step, zone }: InflowQuestion, asOf: EpochMs): Periods {
  const pattern = PATTERNS[step];
  const unit = pattern?.unit ?? (step as PeriodUnit); // every other step is a unit
  const nameAt = (at: EpochMs): string =>
    pattern === undefined ? periodAround(at, unit, zone).label : inZone(at, zone).setLocale('en').toFormat(pattern.format);
  const spans: { readonly name: string; readonly start: EpochMs; readonly end: EpochMs }[] = [];
  for (let at = from; at < to;) {
    if (spans.length >= MOST_PERIODS)
      throw new QuestionNotUnderstood(`more than ${MOST_PERIODS} periods; take a longer step or a shorter time`);
    const { start, end } = periodAround(at, unit, zone);
    spans.push({ name: nameAt(start), start, end });
    at = end;
  }
  const names = new Map<string, number>();
  const inOrder = pattern === undefined ? spans : spans.toSorted((a, b) => placeOf(a.start, step, zone) - placeOf(b.start, step, zone));
  for (const { name } of inOrder) names.set(name, (names.get(name) ?? 0) + 1);
  const partial = spans.filter(({ start, end }) => start < from || end > to || end - 1 > asOf).map(({ name }) => name);
  return { names, nameAt, partial: pattern === undefined ? partial : [] };
}

/** Monday, January and the first quarter come first. */
function placeOf(at: EpochMs, step: InflowStep, zone: ReportZone): number {
  const day = inZone(at, zone);
  return step === 'weekday' ? day.weekday : day.month;
}

/** How many deals came to the milestone in each period, group by group; a period in which none came has its 0. */
export function inflowOf(
  { groups }: FlowDeals,
  question: InflowQuestion,
  { names, nameAt }: Periods,
  view: DimensionView,
  behind?: Behind<InflowFigure>,
): InflowRow[] {
  const cells = groups.map(({ group, paths }) => {
    const counts = new Map([...names.keys()].map((name) => [name, { deals: 0, unvalued: 0, value: new Map<string, number>() }]));
    for (const path of paths) {
      const at = milestoneAt(path, question.milestone);
      if (at === null || at < question.from || at >= question.to) continue;
      const period = nameAt(at);
      const count = counts.get(period);
      if (count === undefined) throw new TypeError('every instant of the span is in one of its periods');
      const { valueMinor, currency } = lastRow(path);
      const isValued = valueMinor !== null && currency !== null;
      count.deals += 1;
      if (isValued) addMoney(count.value, currency, valueMinor);
      else count.unvalued += 1;
      behind?.take(isValued ? ['deals'] : ['deals', 'unvalued'], path, () => ({
        ...{ group, row: { period }, from: at, event: milestoneRow(path, question.milestone) },
      }));
    }
    return { group, labels: labelsOf(group, view), counts };
  });
  const came = cells.filter(({ group, counts }) => Object.keys(group).length === 0 || [...counts.values()].some(({ deals }) => deals > 0));
  return [...names].flatMap(([period, periods]) => {
    const all = came.reduce((sum, { counts }) => sum + (counts.get(period)?.deals ?? 0), 0);
    return came.map(({ group, labels, counts }): InflowRow => {
      const { deals, unvalued, value } = counts.get(period) ?? { deals: 0, unvalued: 0, value: new Map<string, number>() };
      const share = all === 0 ? null : deals / all;
      return { period, periods, group, labels, deals, unvalued, value: moneyTexts(value), perPeriod: deals / periods, share };
    });
  });
}
