import type { BasisPoints, MoneyText } from '../domain/shared/money.js';
import { moneyText, weigh } from '../domain/shared/money.js';
import type { Figures } from './queries.js';
import type { MoneySums } from './money-sums.js';
import { addMoney } from './money-sums.js';
import type { DealInterval } from './rows.js';

/** Sorted by currency. */
export function moneyTexts(sums: MoneySums): readonly MoneyText[] {
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, minor]) => moneyText({ minor, currency }));
}

/** Of a group of deals, before it becomes text. */
export interface DealSums {
  readonly deals: number;
  readonly unvalued: number;
  readonly value: MoneySums;
  readonly weighted: MoneySums;
  /** Open deals whose stage weighs, and whose does not. */
  readonly weighing: number;
  readonly weightless: number;
}

/** Sums that deals are added to. */
export interface Sums extends DealSums {
  deals: number;
  unvalued: number;
  readonly value: Map<string, number>;
  readonly weighted: Map<string, number>;
  weighing: number;
  weightless: number;
}

export function noSums(): Sums {
  return { deals: 0, unvalued: 0, value: new Map(), weighted: new Map(), weighing: 0, weightless: 0 };
}

/** `weight` is that of the deal's stage in force at T, null where it has none. Only open deals are weighed (design section 7). */
export function addDeal(sums: Sums, row: Pick<DealInterval, 'status' | 'valueMinor' | 'currency'>, weight: BasisPoints | null): void {
  const { valueMinor, currency } = row;
  sums.deals += 1;
  if (valueMinor === null || currency === null) sums.unvalued += 1;
  else addMoney(sums.value, currency, valueMinor);
  if (row.status !== 'open') return;
  if (weight === null) sums.weightless += 1;
  else {
    sums.weighing += 1;
    if (valueMinor !== null && currency !== null) addMoney(sums.weighted, currency, weigh(valueMinor, weight));
  }
}

export function addSums(sums: Sums, more: DealSums): void {
  sums.deals += more.deals;
  sums.unvalued += more.unvalued;
  sums.weighing += more.weighing;
  sums.weightless += more.weightless;
  for (const [currency, minor] of more.value) addMoney(sums.value, currency, minor);
  for (const [currency, minor] of more.weighted) addMoney(sums.weighted, currency, minor);
}

/** now − then; a currency that only one of them has counts 0 in the other. */
export function subtractSums(now: DealSums, then: DealSums): Sums {
  const difference = noSums();
  addSums(difference, now);
  difference.deals -= then.deals;
  difference.unvalued -= then.unvalued;
  difference.weightless -= then.weightless;
  // Weighed on either side: the difference is told, be it of none.
  difference.weighing = now.weighing + then.weighing;
  for (const [currency, minor] of then.value) addMoney(difference.value, currency, -minor);
  for (const [currency, minor] of then.weighted) addMoney(difference.weighted, currency, -minor);
  return difference;
}

export function figuresOf(sums: DealSums): Figures {
  return {
    deals: sums.deals,
    unvalued: sums.unvalued,
    value: moneyTexts(sums.value),
    ...(sums.weighing === 0 ? {} : { weighted: moneyTexts(sums.weighted) }),
    ...(sums.weighing === 0 || sums.weightless === 0 ? {} : { unweighted: sums.weightless }),
  };
}

/** A count as it stands in a sentence: 12,345, the same on every machine. */
export function counted(count: number): string {
  return count.toLocaleString('en-US');
}
