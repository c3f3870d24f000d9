import { moneyText } from '../../domain/shared/money.js';
import type { ValueBand } from '../flow-queries.js';
import { lastRow } from '../paths/deal-path.js';
import type { DealPath } from '../paths/deal-path.js';
import { isClosed } from '../paths/milestones.js';
import { wilson } from '../survival/kaplan-meier.js';

/** The band of an amount in minor units: from 1 or 3 to 3 or 10 times a power of ten, so that no band is more than about threefold. 0 is a band of its own. */
export function bandOf(minor: number): { readonly from: number; readonly to: number } {
  if (minor <= 0) return { from: 0, to: 1 };
  let decade = 1;
  while (decade * 10 <= minor) decade *= 10;
  return minor < decade * 3 ? { from: decade, to: decade * 3 } : { from: decade * 3, to: decade * 10 };
}

/** What was expected of a deal when it ended, and not what it was won for: what is asked is whether the expectation tells the outcome. */
export function expectedValue(path: DealPath): { readonly minor: number; readonly currency: string } | null {
  const row = path.rows.findLast(({ status }) => !isClosed(status));
  if (row === undefined || row.valueMinor === null || row.currency === null) return null;
  return { minor: row.valueMinor, currency: row.currency };
}

/** Only of deals that were won or lost is it asked whether the expectation told the outcome. */
export function hasBand(path: DealPath): boolean {
  return ['won', 'lost'].includes(lastRow(path).status);
}

/** Won and lost deals by what was expected of them, currency by currency (requirement SU07); deals of which nothing was known come last. */
export function byValueBand(paths: readonly DealPath[]): ValueBand[] {
  const counts = new Map<
    string,
    { readonly currency: string | null; readonly from: number; readonly to: number; won: number; lost: number }
  >();
  for (const path of paths) {
    const { status } = lastRow(path);
    if (status !== 'won' && status !== 'lost') continue;
    const value = expectedValue(path);
    const { from, to } = value === null ? { from: 0, to: 0 } : bandOf(value.minor);
    const currency = value?.currency ?? null;
    const key = JSON.stringify([currency, from]);
    const count = counts.get(key) ?? { currency, from, to, won: 0, lost: 0 };
    count[status] += 1;
    counts.set(key, count);
  }
  return [...counts.values()]
    .sort((a, b) =>
      a.currency === b.currency ? a.from - b.from : a.currency === null ? 1 : b.currency === null ? -1 : a.currency < b.currency ? -1 : 1,
    )
    .map(({ currency, from, to, won, lost }) => {
      const band = wilson(won, won + lost);
      return {
        from: currency === null ? null : moneyText({ minor: from, currency }),
        to: currency === null ? null : moneyText({ minor: to, currency }),
        ...{ won, lost, rate: won / (won + lost), low: band?.low ?? null, high: band?.high ?? null },
      };
    });
}
