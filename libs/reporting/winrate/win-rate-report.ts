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
import { curveByAge } from '../survival/curve-by-age.js';
import { byValueBand, expectedValue, hasBand } from './value-bands.js';
import type { OutcomeSpell, Share, WinRateCounts, WinRateScope } from './win-rate.js';
import { countWinRate, emptyWinRate, winRates } from './win-rate.js';

export const WIN_RATE_METHOD = 'winrate/1';
const DAY = 86_400_000;

/** Form (d) for every age: one point a week up to the oldest deal. */
function weekly({ spells }: WinRateCounts): CurvePoint[] {
  const days = (wanted: OutcomeSpell['outcome']): number[] =>
    spells.flatMap(({ duration, outcome }) => (outcome === wanted ? [duration] : []));
  const curve = curveByAge({ won: days('won'), lost: days('lost'), derailed: days('derailed') }, days(null));
  // One literal, not spread of several: of many groups there are tens of thousands.
  return curve.map(({ age, atRisk, ended: { won, lost, derailed }, running }) => ({
    age,
    atRisk,
    won: won.share,
    wonLow: won.low,
    wonHigh: won.high,
    lost: lost.share,
    lostLow: lost.low,
    lostHigh: lost.high,
    derailed: derailed.share,
    open: running.share,
    openLow: running.low,
    openHigh: running.high,
  }));
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
