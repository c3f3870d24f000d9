import { weigh } from '../../domain/shared/money.js';
import { QuestionNotUnderstood } from '../queries.js';
import type { DealInterval } from '../rows.js';
import type { DimensionView } from '../scope/dimension-view.js';

/** How an open deal is weighed (metrics.md section 2, requirement C19: a weighted value says which). `submitted` weighs no deals: people say sums. */
export const FORECAST_METHODS = ['stage-weight', 'get', 'go-get', 'unweighted', 'conversion', 'submitted'] as const;
export type ForecastMethod = (typeof FORECAST_METHODS)[number];

/** @throws QuestionNotUnderstood */
export function parseForecastMethod(text: string | undefined): ForecastMethod {
  const method = FORECAST_METHODS.find((known) => known === (text ?? 'stage-weight'));
  if (method === undefined)
    throw new QuestionNotUnderstood(`'${String(text)}' is no method of forecast; take ${FORECAST_METHODS.join(', ')}`);
  return method;
}

/** Share of the deals that were ever in a stage and have ended by T that were won, in basis points; undefined where none has ended. */
export type Conversion = (pipeline: string | null, stage: string | null) => number | undefined;

/** Chance of an open deal in basis points, whole ones but for `go-get` (their exact product); null where the method has none for it. */
export function chanceOf(row: DealInterval, method: ForecastMethod, view: DimensionView, conversion: Conversion): number | null {
  switch (method) {
    case 'stage-weight':
      return view.weightOf(row.pipeline, row.stage);
    case 'get':
      return row.chanceToGet;
    case 'go-get':
      return row.chanceToGet === null || row.chanceToGo === null ? null : (row.chanceToGet * row.chanceToGo) / 10_000;
    case 'conversion':
      return conversion(row.pipeline, row.stage) ?? null;
    case 'unweighted':
      return 10_000;
    case 'submitted':
      return null;
  }
}

/** Each deal is rounded to the minor unit, half to even; sums add the rounded figures. */
export function expectedOf(minor: number, chance: number): number {
  if (Number.isInteger(chance)) return weigh(minor, chance);
  // A product of two chances has up to four decimals of a basis point: weighed exactly, as hundred-millionths.
  const product = BigInt(minor) * BigInt(Math.round(chance * 10_000));
  const quotient = product / 100_000_000n;
  const twice = (product % 100_000_000n) * 2n;
  const up = twice > 100_000_000n || (twice === 100_000_000n && quotient % 2n === 1n);
  return Number(up ? quotient + 1n : quotient);
}
