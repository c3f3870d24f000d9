import fc from 'fast-check';
import { holds } from '../../testing/property.js';
import { isCurrency, moneyText, parseAmount, weigh, weighExactly } from './money.js';

describe('money', () => {
  it('is shown with the decimal places of its currency', () => {
    expect(moneyText({ minor: 608500400, currency: 'USD' })).toEqual({ amount: '6085004.00', currency: 'USD' });
    expect(moneyText({ minor: -5, currency: 'EUR' })).toEqual({ amount: '-0.05', currency: 'EUR' });
    expect(moneyText({ minor: 1500, currency: 'JPY' })).toEqual({ amount: '1500', currency: 'JPY' });
    expect(moneyText({ minor: 1500, currency: 'KWD' })).toEqual({ amount: '1.500', currency: 'KWD' });
  });

  it('is read back as it was shown', async () => {
    const amounts = fc.tuple(fc.integer({ min: -1e14, max: 1e14 }), fc.constantFrom('USD', 'JPY', 'KWD'));
    await holds(
      fc.property(amounts, ([minor, currency]) => {
        expect(parseAmount(moneyText({ minor, currency }).amount, currency)).toEqual({ minor: minor === 0 ? 0 : minor, currency });
      }),
    );
  });

  it('refuses more places than the currency has, and what is no number', () => {
    expect(['1.005', '1e3', '', '1,000', 'NaN', '99999999999999999'].map((text) => parseAmount(text, 'USD'))).toEqual(
      Array(6).fill(undefined),
    );
    expect([isCurrency('USD'), isCurrency('usd'), isCurrency('XXQ')]).toEqual([true, false, false]);
  });

  it('is weighed to the minor unit, half to even', () => {
    expect([5, 15, 25, -15].map((minor) => weigh(minor, 5000))).toEqual([2, 8, 12, -8]);
  });

  it('is weighed as exactly by the fast way as by the slow one', async () => {
    await holds(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 10_000 }), (minor, weight) => {
        expect(weigh(minor, weight)).toBe(weighExactly(minor, weight));
      }),
    );
  });
});
