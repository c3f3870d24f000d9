import type { Money } from '../../domain/shared/money.js';
import { LARGEST_AMOUNT, minorDigits } from '../../domain/shared/money.js';
import type { NumberFormat } from '../mapping/mapping.js';
import { CellProblem } from './cell.js';

/** A decimal as a source writes it, exact: `digits` / 10^`places`. */
interface Decimal {
  readonly digits: bigint;
  readonly places: number;
}

const SIMPLE = /^\d{1,15}$/;

function decimalOf(text: string, { decimal, thousands }: NumberFormat): Decimal | undefined {
  const plain = thousands === '' ? text : text.replaceAll(thousands, '');
  const match = /^[+]?(\d{1,15})(?:[.,](\d{0,6}))?$/.exec(plain);
  if (match === null) return undefined;
  const fraction = match[2] ?? '';
  if (fraction !== '' && !plain.includes(decimal)) return undefined;
  return { digits: BigInt(`${match[1]}${fraction}`), places: fraction.length };
}

/** @throws CellProblem for what is no amount of 0 or more with at most the currency's decimals */
export function moneyOf(text: string, currency: string, format: NumberFormat, times = 1): Money {
  const digits = minorDigits(currency);
  if (times === 1 && SIMPLE.test(text)) {
    const minor = Number(text) * 10 ** digits;
    if (minor <= LARGEST_AMOUNT) return { minor, currency };
  }
  // Currency signs and codes around the figure say nothing that the mapping does not say.
  const bare = text.replace(/^(?:[A-Z]{3}|\p{Sc})\s*|\s*(?:[A-Z]{3}|\p{Sc})$/gu, '');
  if (/^\(.*\)$|^-/.test(bare)) throw new CellProblem(`${text} is negative, and no value of a deal is`);
  const decimal = decimalOf(bare, format);
  if (decimal === undefined) throw new CellProblem(`${text} is no amount (decimals with "${format.decimal}")`);
  const scaled = decimal.digits * BigInt(times) * 10n ** BigInt(digits);
  const unit = 10n ** BigInt(decimal.places);
  if (scaled % unit !== 0n) throw new CellProblem(`${text} has more decimals than ${currency} has`);
  const minor = Number(scaled / unit);
  if (minor > LARGEST_AMOUNT) throw new CellProblem(`${text} is too large`);
  return { minor, currency };
}

/** @throws CellProblem for what is no whole number in the range */
export function wholeNumberOf(text: string, format: NumberFormat, most = Number.MAX_SAFE_INTEGER): number {
  const decimal = decimalOf(text, format);
  const unit = 10n ** BigInt(decimal?.places ?? 0);
  if (decimal === undefined || decimal.digits % unit !== 0n) throw new CellProblem(`${text} is no whole number`);
  const number = Number(decimal.digits / unit);
  if (number > most) throw new CellProblem(`${text} is more than ${most}`);
  return number;
}

/** `40`, `40%` and `40.5 %`. @throws CellProblem for what is no percentage from 0 to 100 with at most two decimals */
export function basisPointsOf(text: string, format: NumberFormat): number {
  const decimal = decimalOf(text.replace(/\s*%$/, ''), format);
  if (decimal === undefined) throw new CellProblem(`${text} is no percentage`);
  const points = Number(decimal.digits * 100n) / 10 ** decimal.places;
  if (!Number.isInteger(points) || points > 10_000)
    throw new CellProblem(`${text} is no percentage from 0 to 100 with at most two decimals`);
  return points;
}
