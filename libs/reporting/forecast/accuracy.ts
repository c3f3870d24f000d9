import type { Behind, Counted } from '../behind/behind.js';
import type { ForecastHistoryFigure } from '../behind/figures.js';
import type { DealInterval } from '../rows.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { isoInstant } from '../../domain/shared/instant.js';
import type { Accuracy, CalibrationBucket, Realisation } from '../forecast-queries.js';
import { wilson } from '../survival/kaplan-meier.js';
import type { ForecastDeal } from './forecast.js';

/** Forecast and actual of one group, in minor units of one currency. */
export interface Pair {
  readonly forecast: number;
  readonly actual: number;
}

/** Errors over groups at one horizon. Sign: + is over-forecast. Undefined shares are null, never 0 (metrics.md section 2). */
export function accuracyOf(at: EpochMs, horizonDays: number, currency: string, pairs: readonly Pair[]): Accuracy {
  const actual = pairs.reduce((sum, pair) => sum + pair.actual, 0);
  const error = pairs.reduce((sum, pair) => sum + pair.forecast - pair.actual, 0);
  const absolute = pairs.reduce((sum, pair) => sum + Math.abs(pair.forecast - pair.actual), 0);
  const shares = pairs.map((pair) => (pair.actual === 0 ? null : Math.abs(pair.forecast - pair.actual) / pair.actual));
  const defined = shares.filter((share) => share !== null);
  return {
    at: isoInstant(at),
    horizonDays,
    n: pairs.length,
    currency,
    wape: actual === 0 ? null : absolute / actual,
    bias: actual === 0 ? null : error / actual,
    mape: defined.length === 0 || defined.length < shares.length ? null : defined.reduce((sum, share) => sum + share, 0) / defined.length,
  };
}

const BUCKET = 1_000;

function bucketOf(chance: number): number {
  return Math.min(9, Math.floor(chance / BUCKET)) * BUCKET;
}

/** Ten buckets of the chance given, each with the share that was won in the end and its 95 % interval. Deals without a chance are in none. */
export function calibrationOf(deals: readonly ForecastDeal[], won: ReadonlySet<string>): CalibrationBucket[] {
  const buckets = new Map<number, { deals: number; chance: number; won: number }>();
  for (const { deal, chance } of deals) {
    if (chance === null) continue;
    const from = bucketOf(chance);
    const bucket = buckets.get(from) ?? { deals: 0, chance: 0, won: 0 };
    bucket.deals += 1;
    bucket.chance += chance;
    if (won.has(deal)) bucket.won += 1;
    buckets.set(from, bucket);
  }
  return [...buckets]
    .sort(([a], [b]) => a - b)
    .map(([from, bucket]) => {
      const band = wilson(bucket.won, bucket.deals);
      return {
        ...{ from: from / 10_000, to: (from + BUCKET) / 10_000, deals: bucket.deals, meanChance: bucket.chance / bucket.deals / 10_000 },
        ...{ won: bucket.won, realised: bucket.won / bucket.deals, low: band?.low ?? 0, high: band?.high ?? 1 },
      };
    });
}

/** How a deal of the forecast stands in the end. */
export interface Ending {
  readonly row: DealInterval;
  readonly status: string;
  readonly wonInPeriod: boolean;
}

const ENDS = ['won', 'lost', 'open'] as const;

/** What each deal is told with: the bucket of the chance that it was given, and what it was worth in the forecast. */
function realised({ chance, row }: ForecastDeal, ending: Ending | undefined): Counted {
  const from = chance === null ? null : bucketOf(chance) / 100;
  return { group: {}, row: from === null ? {} : { chance: `${from}–${from + BUCKET / 100} %` }, event: ending?.row ?? row, valued: row };
}

export function realisationOf(
  deals: readonly ForecastDeal[],
  endings: ReadonlyMap<string, Ending>,
  behind?: Behind<ForecastHistoryFigure>,
): Realisation {
  const counts = { deals: deals.length, won: 0, wonInPeriod: 0, lost: 0, open: 0, other: 0 };
  for (const deal of deals) {
    const ending = endings.get(deal.deal);
    const end = ENDS.find((each) => each === ending?.status) ?? 'other';
    const inPeriod = ending?.wonInPeriod === true;
    counts[end] += 1;
    if (inPeriod) counts.wonInPeriod += 1;
    const { entity, validFrom } = deal.row;
    behind?.take(
      ['realisation.deals', `realisation.${end}`, ...(inPeriod ? (['realisation.wonInPeriod'] as const) : [])],
      { deal: entity, rows: [ending?.row ?? deal.row], asOf: validFrom },
      () => realised(deal, ending),
    );
  }
  return { ...counts, rate: counts.deals === 0 ? null : counts.won / counts.deals };
}
