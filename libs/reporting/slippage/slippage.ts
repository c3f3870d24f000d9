import type { EpochMs } from '../../domain/shared/instant.js';
import { moneyTexts } from '../figures.js';
import { addMoney } from '../money-sums.js';
import type { Behind } from '../behind/behind.js';
import type { SlippageFigure } from '../behind/figures.js';
import type { SlippageGrain, SlippageRow, SlippedDeal } from '../flow-queries.js';
import { lastRow } from '../paths/deal-path.js';
import type { DealPath } from '../paths/deal-path.js';
import type { GroupedPaths } from '../paths/grouped.js';
import type { DealInterval } from '../rows.js';
import { NOTHING_KNOWN } from '../rows.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { labelsOf } from '../scope/groupings.js';

export const SLIPPAGE_METHOD = 'slippage/1';
const DAY = 86_400_000;

export interface SlippageQuestion {
  /** Changes in (opening, closing]. */
  readonly opening: EpochMs;
  readonly closing: EpochMs;
  readonly grain: SlippageGrain;
  /** T's calendar day in the report zone. */
  readonly today: string;
}

/** `2017-10` or `2017-Q4`: the part of a calendar date that a move must change to be one. */
function periodOf(date: string, grain: SlippageGrain): string {
  const [year = '', month = ''] = date.split('-');
  return grain === 'month' ? `${year}-${month}` : `${year}-Q${Math.ceil(Number(month) / 3)}`;
}

interface Redating {
  readonly days: number;
  readonly kind: 'push' | 'pull' | 'within';
  /** The row that it began. */
  readonly row: DealInterval;
}

const REDATED = { push: 'pushes', pull: 'pulls', within: 'redatedWithin' } as const;

/** Every change of an open deal's expected date from one known date to another (metrics.md section 4): re-dating inside a period is neither push nor pull. */
export function redatings({ rows }: DealPath, { opening, closing, grain }: SlippageQuestion): Redating[] {
  return rows.flatMap((row, index) => {
    const before = rows[index - 1];
    if (before === undefined || row.validFrom <= opening || row.validFrom > closing || row.status !== 'open') return [];
    const [old, now] = [before.decisionDate, row.decisionDate];
    if (old === null || now === null || old === now) return [];
    const [from, to] = [periodOf(old, grain), periodOf(now, grain)];
    const kind = to > from ? 'push' : to < from ? 'pull' : 'within';
    return [{ days: (Date.parse(now) - Date.parse(old)) / DAY, kind, row }];
  });
}

function stateAt({ rows }: DealPath, at: EpochMs): DealInterval | undefined {
  return rows.findLast(({ validFrom }) => validFrom <= at);
}

function add(sums: Map<string, number>, row: DealInterval | undefined): void {
  if (row === undefined || row.valueMinor === null || row.currency === null) return;
  addMoney(sums, row.currency, row.valueMinor);
}

/** How often and how far the deals of a group were put off. */
export function slippageOf(
  { group, paths }: GroupedPaths,
  question: SlippageQuestion,
  view: DimensionView,
  behind?: Behind<SlippageFigure>,
): SlippageRow {
  const row = { deals: 0, pushes: 0, dealsPushed: 0, pulls: 0, redatedWithin: 0, daysLater: 0, daysNet: 0, overdue: 0 };
  const [opening, pushed, overdue] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
  for (const path of paths) {
    const then = stateAt(path, question.opening);
    const now = lastRow(path);
    const changes = redatings(path, question);
    const pushes = changes.filter(({ kind }) => kind === 'push');
    if (then?.status === 'open') {
      add(opening, then);
      if (pushes.length > 0) add(pushed, then);
    }
    if (then?.status === 'open' || now.status === 'open' || changes.length > 0) {
      row.deals += 1;
      behind?.take(['deals'], path, () => ({ group }));
    }
    for (const { kind, days, row: event } of changes)
      behind?.take([REDATED[kind]], path, () => ({ group, from: event.validFrom, days, event, valued: event }));
    row.pushes += pushes.length;
    if (pushes.length > 0) {
      const [first] = pushes;
      row.dealsPushed += 1;
      // What the opening was worth: a deal that was not open then has no part in it.
      behind?.take(['dealsPushed'], path, () => ({
        ...{ group, event: first?.row, valued: then?.status === 'open' ? then : NOTHING_KNOWN },
        days: pushes.reduce((sum, { days }) => sum + days, 0),
      }));
    }
    row.pulls += changes.filter(({ kind }) => kind === 'pull').length;
    row.redatedWithin += changes.filter(({ kind }) => kind === 'within').length;
    row.daysLater += pushes.reduce((sum, { days }) => sum + days, 0);
    row.daysNet += changes.reduce((sum, { days }) => sum + days, 0);
    if (now.status === 'open' && now.decisionDate !== null && now.decisionDate < question.today) {
      row.overdue += 1;
      behind?.take(['overdue'], path, () => ({ group }));
      add(overdue, now);
    }
  }
  const rate = Object.fromEntries(
    [...opening]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([currency, whole]) => [currency, whole === 0 ? null : (pushed.get(currency) ?? 0) / whole]),
  );
  return {
    ...{ group, labels: labelsOf(group, view), ...row },
    ...{ openingValue: moneyTexts(opening), pushedValue: moneyTexts(pushed), pushedShare: rate, overdueValue: moneyTexts(overdue) },
  };
}

/** The deals put off most often, and among those the furthest, first. */
export function mostSlipped(paths: readonly DealPath[], question: SlippageQuestion, limit: number): SlippedDeal[] {
  return paths
    .map((path) => {
      const pushes = redatings(path, question).filter(({ kind }) => kind === 'push');
      const { status, decisionDate } = lastRow(path);
      return { deal: path.deal, status, pushes: pushes.length, daysLater: pushes.reduce((sum, { days }) => sum + days, 0), decisionDate };
    })
    .filter(({ pushes }) => pushes > 0)
    .sort((a, b) => b.pushes - a.pushes || b.daysLater - a.daysLater || (a.deal < b.deal ? -1 : 1))
    .slice(0, limit);
}
