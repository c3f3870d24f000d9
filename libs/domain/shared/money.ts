/** Whole minor units (cents, öre, yen) of an ISO 4217 currency. */
export interface Money {
  readonly minor: number;
  readonly currency: string;
}

/** What is not known is said, never written as 0. */
export type MoneyOrUnknown = Money | 'unknown';

/** What JSON and people see: `{ "amount": "6085004.00", "currency": "USD" }`. */
export interface MoneyText {
  readonly amount: string;
  readonly currency: string;
}

/**
 * The currencies whose minor unit is no hundredth, as ISO 4217 lists them. The list is ours and frozen, not that of the Node in use: whole minor
 * units stand in the log for ever, and what they mean must not change with a release of ICU (which has 0 for HUF, IDR and COP).
 */
const DIGITS: ReadonlyMap<string, number> = new Map(
  [
    [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'] as const,
    [3, 'BHD IQD JOD KWD LYD OMR TND'] as const,
    [4, 'CLF UYW'] as const,
  ].flatMap(([digits, codes]) => codes.split(' ').map((code) => [code, digits])),
);

/** Decimal places of a currency as ISO 4217 has them (2 for EUR, 0 for JPY, 3 for KWD). */
export function minorDigits(currency: string): number {
  return DIGITS.get(currency) ?? 2;
}

/** The largest amount that one fact may hold, in minor units: a slip of the keyboard must not push the sums over it out of the exact numbers. */
export const LARGEST_AMOUNT = 100_000_000_000_000;

/** An amount or a sum that a number cannot hold exactly: it is refused, never rounded. */
export class AmountTooLarge extends Error {
  override readonly name = 'AmountTooLarge';
}

let currencies: ReadonlySet<string> | undefined;

export function isCurrency(text: string): boolean {
  currencies ??= new Set([...Intl.supportedValuesOf('currency'), ...DIGITS.keys()]);
  return currencies.has(text);
}

export function moneyText(money: Money): MoneyText {
  const digits = minorDigits(money.currency);
  const sign = money.minor < 0 ? '-' : '';
  const text = String(Math.abs(money.minor)).padStart(digits + 1, '0');
  const amount = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  return { amount: sign + amount, currency: money.currency };
}

/** Undefined where the text is no plain decimal, has more places than the currency, or leaves the safe integers. */
export function parseAmount(amount: string, currency: string): Money | undefined {
  const match = /^(-?)(\d{1,15})(?:\.(\d+))?$/.exec(amount);
  if (!match) return undefined;
  const digits = minorDigits(currency);
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > digits) return undefined;
  const minor = Number(`${match[2]}${fraction.padEnd(digits, '0')}`) * (match[1] === '-' ? -1 : 1);
  return Number.isSafeInteger(minor) ? { minor: minor === 0 ? 0 : minor, currency } : undefined;
}

/** Whole basis points: 10,000 is certainty. */
export type BasisPoints = number;

/** amount × weight, rounded to the minor unit, half to even (design section 7). Exact for every safe amount. */
export function weigh(minor: number, weight: BasisPoints): number {
  const product = minor * weight;
  if (!Number.isSafeInteger(product)) return weighExactly(minor, weight);
  const quotient = Math.floor(product / 10_000);
  const twice = (product - quotient * 10_000) * 2;
  const up = twice > 10_000 || (twice === 10_000 && quotient % 2 !== 0);
  return (up ? quotient + 1 : quotient) + 0; // + 0: no negative zero in an answer
}

/** The definition that `weigh` is held equal to, and its way where the product leaves the safe integers. */
export function weighExactly(minor: number, weight: BasisPoints): number {
  const product = BigInt(minor) * BigInt(weight);
  const quotient = product / 10_000n;
  const twice = (product % 10_000n) * 2n;
  const magnitude = twice < 0n ? -twice : twice;
  const away = magnitude > 10_000n || (magnitude === 10_000n && quotient % 2n !== 0n);
  return Number(away ? quotient + (product < 0n ? -1n : 1n) : quotient);
}
