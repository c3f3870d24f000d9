import type { Behind, Counted } from '../behind/behind.js';
import type { WinRateFigure } from '../behind/figures.js';
import type { DealPath } from '../paths/deal-path.js';
import { milestoneAt, milestoneRow } from '../paths/milestones.js';
import type { Group } from '../queries.js';
import { moneyText } from '../../domain/shared/money.js';
import type { CurvePoint, ValueShare, WinRateRow } from '../flow-queries.js';
import type { GroupedPaths } from '../paths/grouped.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { labelsOf } from '../scope/groupings.js';
import { kaplanMeier, wilson } from '../survival/kaplan-meier.js';
import { byValueBand, expectedValue, hasBand } from './value-bands.js';
import type { Share, WinRateCounts, WinRateScope } from './win-rate.js';
import { countWinRate, emptyWinRate, winCurve, winRates } from './win-rate.js';

export const WIN_RATE_METHOD = 'winrate/1';
const WEEK_DAYS = 7;
const DAY = 86_400_000;

/** One point a week of age up to the oldest deal; at risk are the deals that came to that age still open. */
function weekly(counts: WinRateCounts): CurvePoint[] {
  const outcomes = winCurve(counts);
  const open = kaplanMeier(counts.spells);
  const oldest = outcomes.at(-1)?.at;
  if (oldest === undefined) return [];
  const durations = counts.spells.map(({ duration }) => duration).sort((a, b) => a - b);
  const points: CurvePoint[] = [];
  let step = -1;
  let younger = 0;
  for (let age = 0; age < oldest + WEEK_DAYS; age += WEEK_DAYS) {
    while ((outcomes[step + 1]?.at ?? Infinity) <= age) step += 1;
    while ((durations[younger] ?? Infinity) < age) younger += 1;
    const atRisk = durations.length - younger;
    const { won, lost, derailed } = outcomes[step]?.incidence ?? { won: 0, lost: 0, derailed: 0 };
    const bands = outcomes[step]?.bands;
    const none = wilson(0, durations.length) ?? { low: 0, high: 1 };
    const { surviving, low, high } = open[step] ?? { surviving: 1, low: 1 - none.high, high: 1 };
    points.push({
      ...{ age, atRisk, won, wonLow: (bands?.won ?? none).low, wonHigh: (bands?.won ?? none).high },
      ...{ lost, lostLow: (bands?.lost ?? none).low, lostHigh: (bands?.lost ?? none).high, derailed },
      ...{ open: surviving, openLow: low, openHigh: high },
    });
  }
  return points;
}

export function winRateOf(
  { group, paths }: GroupedPaths,
  scope: WinRateScope,
  view: DimensionView,
  behind?: Behind<WinRateFigure>,
): WinRateRow {
  const counts = emptyWinRate();
  const members = paths.filter((path) => {
    const figures = countWinRate(counts, path, scope);
    behind?.take(figures, path, () => spellOf(path, scope, group));
    return figures.length > 0;
  });
  const { won, lost, derailed, open, overdue, old, unvalued } = counts;
  const { 'by-value': byValue, ...rates } = winRates(counts, scope.by);
  return {
    group,
    labels: labelsOf(group, view),
    n: members.length,
    won,
    lost,
    derailed,
    open,
    overdue,
    old,
    unvalued,
    rates,
    byValue: Object.fromEntries(Object.entries(byValue).map(([currency, share]) => [currency, valueShare(currency, share)])),
    byBand: byValueBand(members),
    curve: weekly(counts),
  };
}

/** As long as the curve counts the deal: from the milestone to its outcome, or to T. */
function spellOf(path: DealPath, { milestone }: WinRateScope, group: Group): Counted {
  const [from, to] = [milestoneAt(path, milestone), milestoneAt(path, 'closed')];
  const event = milestoneRow(path, 'closed');
  const expected = hasBand(path) ? expectedValue(path) : undefined;
  return {
    ...{ group, to, event, expected: expected && moneyText(expected) },
    ...(from === null ? {} : { from, days: ((to ?? path.asOf) - from) / DAY }),
  };
}

function valueShare(currency: string, { won, of, rate }: Share): ValueShare {
  const amount = (minor: number): string => moneyText({ minor, currency }).amount;
  return { won: amount(won), of: amount(of), rate };
}
