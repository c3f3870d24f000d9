import fc from 'fast-check';
import { holds } from '../../testing/property.js';
import { checkMoney } from './money-rules.js';
import { isCurrency, LARGEST_AMOUNT, minorDigits, moneyText, parseAmount, weigh, weighExactly } from './money.js';

describe('money', () => {
  it('is shown with the decimal places of its currency', () => {
    expect(moneyText({ minor: 608500400, currency: 'USD' })).toEqual({ amount: '6085004.00', currency: 'USD' });
    expect(moneyText({ minor: -5, currency: 'EUR' })).toEqual({ amount: '-0.05', currency: 'EUR' });
    expect(moneyText({ minor: 1500, currency: 'JPY' })).toEqual({ amount: '1500', currency: 'JPY' });
    expect(moneyText({ minor: 1500, currency: 'KWD' })).toEqual({ amount: '1.500', currency: 'KWD' });
  });

  it('has the decimal places of ISO 4217, whatever the release of Node takes for usual', () => {
    const asked = ['HUF', 'IDR', 'COP', 'ISK', 'IQD', 'CLF', 'SEK'];
    expect(asked.map((currency) => [currency, minorDigits(currency), isCurrency(currency)])).toEqual([
      ['HUF', 2, true],
      ['IDR', 2, true],
      ['COP', 2, true],
      ['ISK', 0, true],
      ['IQD', 3, true],
      ['CLF', 4, true],
      ['SEK', 2, true],
    ]);
    expect(parseAmount('1250.5', 'HUF')).toEqual({ minor: 125_050, currency: 'HUF' });
  });

  it('is taken up to a largest amount, so that no slip breaks the sums over it', () => {
    expect(checkMoney('deal', 'd1', { minor: LARGEST_AMOUNT, currency: 'EUR' }).minor).toBe(LARGEST_AMOUNT);
    expect(() => checkMoney('deal', 'd1', { minor: LARGEST_AMOUNT + 1, currency: 'EUR' })).toThrow(
      'deal d1: 1000000000000.01 EUR is more than 1000000000000.00, the most that is taken',
    );
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
