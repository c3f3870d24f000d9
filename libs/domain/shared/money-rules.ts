import type { Money, MoneyOrUnknown } from './money.js';
import { isCurrency } from './money.js';
import { Refusal } from './refusal.js';

export function sameMoney(a: MoneyOrUnknown, b: MoneyOrUnknown): boolean {
  return a === 'unknown' || b === 'unknown' ? a === b : a.minor === b.minor && a.currency === b.currency;
}

/** @throws Refusal `<kind>/bad-money` for an amount that is negative or no whole minor units, or no ISO 4217 currency. */
export function checkMoney(kind: string, id: string, money: Money): Money {
  if (!Number.isSafeInteger(money.minor) || money.minor < 0 || !isCurrency(money.currency)) {
    const said = `${money.minor} ${money.currency}`;
    throw new Refusal(
      `${kind}/bad-money`,
      `${kind} ${id}: ${said} is no amount of money; 0 or more whole minor units of an ISO 4217 currency are`,
      {
        id,
        money,
      },
    );
  }
  return money;
}
