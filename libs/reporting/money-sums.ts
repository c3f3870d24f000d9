import { AmountTooLarge } from '../domain/shared/money.js';

/** Sums in minor units, one per currency: different currencies are never added. */
export type MoneySums = ReadonlyMap<string, number>;

export const NO_MONEY: MoneySums = new Map();

/** The sums and one more currency, which they have not. @throws AmountTooLarge where the sum leaves the safe integers */
export function withMoney(sums: MoneySums, currency: string, minor: number): MoneySums {
  mustBeExact(currency, minor);
  return sums.size === 0 ? new OneSum(currency, minor) : new Map([...sums, [currency, minor]]);
}

/** @throws AmountTooLarge */
export function addMoney(sums: Map<string, number>, currency: string, minor: number): void {
  const sum = (sums.get(currency) ?? 0) + minor;
  mustBeExact(currency, sum);
  sums.set(currency, sum);
}

function mustBeExact(currency: string, sum: number): void {
  if (!Number.isSafeInteger(sum))
    throw new AmountTooLarge(`the values in ${currency} add up to more than can be told exactly: ask of fewer deals, by a filter`);
}

/** A map of one currency. Nearly all are: thousands of groups have two each, and a Map takes ten times as long to make. */
class OneSum implements MoneySums {
  constructor(
    private readonly currency: string,
    private readonly minor: number,
  ) {}

  get size(): number {
    return 1;
  }

  get(currency: string): number | undefined {
    return currency === this.currency ? this.minor : undefined;
  }

  has(currency: string): boolean {
    return currency === this.currency;
  }

  forEach(take: (minor: number, currency: string, sums: MoneySums) => void): void {
    take(this.minor, this.currency, this);
  }

  *keys(): MapIterator<string> {
    yield this.currency;
  }

  *values(): MapIterator<number> {
    yield this.minor;
  }

  *entries(): MapIterator<[string, number]> {
    yield [this.currency, this.minor];
  }

  [Symbol.iterator](): MapIterator<[string, number]> {
    return this.entries();
  }
}
