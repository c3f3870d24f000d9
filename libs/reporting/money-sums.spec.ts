import fc from 'fast-check';
import { AmountTooLarge } from '../domain/shared/money.js';
import { holds } from '../testing/property.js';
import { NO_MONEY, withMoney } from './money-sums.js';

describe('sums of money', () => {
  it('are read as a map is, whatever holds them', async () => {
    const money = fc.uniqueArray(fc.tuple(fc.constantFrom('EUR', 'GBP', 'JPY', 'USD'), fc.maxSafeInteger()), {
      selector: ([currency]) => currency,
    });
    await holds(
      fc.property(money, (pairs) => {
        const expected = new Map<string, number>(pairs);
        const sums = pairs.reduce((so, [currency, minor]) => withMoney(so, currency, minor), NO_MONEY);
        expect([...sums]).toEqual([...expected]);
        expect([[...sums.entries()], [...sums.keys()], [...sums.values()], sums.size]).toEqual([
          [...expected.entries()],
          [...expected.keys()],
          [...expected.values()],
          expected.size,
        ]);
        for (const currency of ['EUR', 'USD', 'SEK']) {
          expect([sums.get(currency), sums.has(currency)]).toEqual([expected.get(currency), expected.has(currency)]);
        }
        const taken: unknown[] = [];
        sums.forEach((minor, currency) => taken.push([currency, minor]));
        expect(taken).toEqual([...expected]);
      }),
    );
  });

  it('are refused where they can no longer be held exactly', () => {
    expect(() => withMoney(NO_MONEY, 'EUR', Number.MAX_SAFE_INTEGER + 1)).toThrow(AmountTooLarge);
  });
});
