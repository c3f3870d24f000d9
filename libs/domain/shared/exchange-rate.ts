import type { Money } from './money.js';
import { AmountTooLarge, minorDigits } from './money.js';

/** A decimal as a fraction of whole numbers, so that no figure depends on how a machine keeps decimals. */
export interface ExactRate {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Undefined where the text is no plain decimal above 0 with at most 9 digits before the point and 10 behind it. */
export function parseRate(text: string): ExactRate | undefined {
  const match = /^(\d{1,9})(?:\.(\d{1,10}))?$/.exec(text);
  if (match === null) return undefined;
  const fraction = match[2] ?? '';
  const numerator = BigInt(`${match[1]}${fraction}`);
  return numerator === 0n ? undefined : { numerator, denominator: 10n ** BigInt(fraction.length) };
}

export function inverse({ numerator, denominator }: ExactRate): ExactRate {
  return { numerator: denominator, denominator: numerator };
}

/** amount × rate in minor units of the other currency, rounded half to even, exactly. @throws AmountTooLarge beyond the safe integers */
export function exchange({ minor, currency }: Money, to: string, { numerator, denominator }: ExactRate): Money {
  const shift = minorDigits(to) - minorDigits(currency);
  const product = BigInt(minor) * numerator * 10n ** BigInt(Math.max(shift, 0));
  const divisor = denominator * 10n ** BigInt(Math.max(-shift, 0));
  const quotient = product / divisor;
  const rest = product % divisor;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  const away = twice > divisor || (twice === divisor && quotient % 2n !== 0n);
  const exchanged = Number(away ? quotient + (product < 0n ? -1n : 1n) : quotient);
  if (!Number.isSafeInteger(exchanged)) throw new AmountTooLarge(`an amount of ${currency} is too large in ${to} to be told exactly`);
  return { minor: exchanged, currency: to };
}
