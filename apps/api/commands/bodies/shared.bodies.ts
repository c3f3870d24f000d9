import type { Money, MoneyOrUnknown } from '../../../../libs/domain/shared/money.js';
import { parseAmount } from '../../../../libs/domain/shared/money.js';
import type { EpochMs } from '../../../../libs/domain/shared/instant.js';
import { Amount, Currency, FreeText, Instant } from '../../http/fields.js';

/** What every command may say. */
export class CommandBody {
  @Instant({ optional: true, about: 'When it happened in the business; default now.', example: '2026-03-02T09:30:00Z' })
  effectiveAt?: string;
}

export class MoneyBody {
  @Amount({ about: 'A plain decimal, as text.', example: '12500.00' })
  amount!: string;
  @Currency({ example: 'EUR' })
  currency!: string;
}

/** Of a command that has nothing to say but perhaps why. */
export class ReasonBody extends CommandBody {
  @FreeText({ optional: true, example: 'asked for a quote on the phone' })
  reason?: string;
}

export function effectiveAtOf(body: CommandBody): EpochMs | undefined {
  return body.effectiveAt === undefined ? undefined : Date.parse(body.effectiveAt);
}

/** The amount was checked with the body. */
export function moneyOf({ amount, currency }: MoneyBody): Money {
  const money = parseAmount(amount, currency);
  if (!money) throw new TypeError(`unchecked amount ${amount} ${currency}`);
  return money;
}

export function moneyOrUnknownOf(value: MoneyBody | 'unknown'): MoneyOrUnknown {
  return value === 'unknown' ? value : moneyOf(value);
}

/** The fields of a body that are said: those left out are no fields of the command, and `effectiveAt` is not the command's. */
export function said<B extends object>(body: B): Omit<B, 'effectiveAt'> {
  const entries = Object.entries(body).filter(([name, value]) => value !== undefined && name !== 'effectiveAt');
  return Object.fromEntries(entries) as Omit<B, 'effectiveAt'>; // nothing but fields of B
}
