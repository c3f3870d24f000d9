import type { Money, MoneyOrUnknown } from './money.js';
import { isCurrency, LARGEST_AMOUNT, moneyText } from './money.js';
import { Refusal } from './refusal.js';

export function sameMoney(a: MoneyOrUnknown, b: MoneyOrUnknown): boolean {
  return a === 'unknown' || b === 'unknown' ? a === b : a.minor === b.minor && a.currency === b.currency;
}

/** @throws Refusal `<kind>/bad-money` for an amount that is negative, above LARGEST_AMOUNT or no whole minor units, or no ISO 4217 currency. */
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
  if (money.minor > LARGEST_AMOUNT) {
    const [said, most] = [money.minor, LARGEST_AMOUNT].map((minor) => moneyText({ minor, currency: money.currency }).amount);
    throw new Refusal(`${kind}/bad-money`, `${kind} ${id}: ${said} ${money.currency} is more than ${most}, the most that is taken`, {
      id,
      money,
    });
  }
  return money;
}
