import type { ExactRate } from '../../domain/shared/exchange-rate.js';
import { exchange, inverse, parseRate } from '../../domain/shared/exchange-rate.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { BEGINNING_OF_TIME, isoInstant } from '../../domain/shared/instant.js';
import type { RateInForce } from '../queries.js';
import type { DealInterval, DimensionInterval, DimensionValues } from '../rows.js';

/** What a deal is worth, and whether that counts. */
export type Worth = Pick<DealInterval, 'status' | 'valueMinor' | 'currency'>;
export type WorthOf = (row: Worth) => Worth;

/** Rates in force at one (T, K), by pair. */
export interface Rates {
  /** Directly, or as the inverse of the other direction; never by way of a third currency. */
  of(from: string, to: string): ExactRate | undefined;
  /** Everything that converts into `to`, by currency. */
  into(to: string): readonly RateInForce[];
}

export function ratesOf(rows: Iterable<DimensionInterval>): Rates {
  const byPair = new Map<string, { readonly rate: string; readonly since: EpochMs }>();
  for (const { kind, values, validFrom } of rows) {
    if (kind !== 'rate') continue;
    const { from, to, rate } = values as DimensionValues['rate']; // the row's kind says so
    byPair.set(`${from}/${to}`, { rate, since: validFrom });
  }
  const exact = (from: string, to: string): ExactRate | undefined => {
    const found = byPair.get(`${from}/${to}`);
    return found === undefined ? undefined : parseRate(found.rate);
  };
  return {
    of(from, to) {
      const other = exact(to, from);
      return exact(from, to) ?? (other === undefined ? undefined : inverse(other));
    },
    into(to) {
      const pairs = [...byPair].map(([pair, { rate, since }]) => {
        const [one = '', other = ''] = pair.split('/');
        return { from: one, to: other, rate, since: since <= BEGINNING_OF_TIME ? null : isoInstant(since) };
      });
      const direct = new Set(pairs.filter((pair) => pair.to === to).map((pair) => pair.from));
      return pairs
        .filter((pair) => pair.to === to || (pair.from === to && !direct.has(pair.to)))
        .sort((a, b) => (a.from + a.to < b.from + b.to ? -1 : 1));
    },
  };
}

/**
 * Each deal's value in the currency asked for, at the rate in force in the view (at T), rounded to its minor unit, half to even: sums add the rounded figures.
 * A value without a rate stays in its own currency: it is never left out and never added to another's. Without a currency asked for, values are as they are.
 */
export function worthIn(convertTo: string | undefined, { rates }: { readonly rates: Rates }): WorthOf {
  if (convertTo === undefined) return (row) => row;
  const known = new Map<string, ExactRate | undefined>();
  return (row) => {
    const { status, valueMinor, currency } = row;
    if (valueMinor === null || currency === null || currency === convertTo) return row;
    if (!known.has(currency)) known.set(currency, rates.of(currency, convertTo));
    const rate = known.get(currency);
    return rate === undefined
      ? row
      : { status, valueMinor: exchange({ minor: valueMinor, currency }, convertTo, rate).minor, currency: convertTo };
  };
}
