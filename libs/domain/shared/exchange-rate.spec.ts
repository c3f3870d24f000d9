import fc from 'fast-check';
import { holds } from '../../testing/property.js';
import { exchange, inverse, parseRate } from './exchange-rate.js';
import { minorDigits } from './money.js';

const rate = (text: string) => {
  const parsed = parseRate(text);
  if (parsed === undefined) throw new Error(`${text} is no rate`);
  return parsed;
};

describe('an amount in another currency', () => {
  it('is rounded to the minor unit of that currency, half to even', () => {
    expect(exchange({ minor: 100_00, currency: 'SEK' }, 'EUR', rate('0.0912'))).toEqual({ minor: 9_12, currency: 'EUR' });
    expect(exchange({ minor: 5, currency: 'SEK' }, 'EUR', rate('0.1'))).toEqual({ minor: 0, currency: 'EUR' }); // half: to even
    expect(exchange({ minor: 15, currency: 'SEK' }, 'EUR', rate('0.1'))).toEqual({ minor: 2, currency: 'EUR' });
    expect(exchange({ minor: -15, currency: 'SEK' }, 'EUR', rate('0.1'))).toEqual({ minor: -2, currency: 'EUR' });
  });

  it('knows that currencies have more or fewer decimals than two', () => {
    expect(exchange({ minor: 1_00, currency: 'EUR' }, 'JPY', rate('163.5'))).toEqual({ minor: 164, currency: 'JPY' });
    expect(exchange({ minor: 1_000, currency: 'JPY' }, 'EUR', inverse(rate('163.5')))).toEqual({ minor: 6_12, currency: 'EUR' });
    expect(exchange({ minor: 1_00, currency: 'EUR' }, 'KWD', rate('0.33'))).toEqual({ minor: 330, currency: 'KWD' });
  });

  it('is never further than half a minor unit from the exact one', async () => {
    const currency = fc.constantFrom('EUR', 'SEK', 'JPY', 'KWD');
    const digits = fc.integer({ min: 1, max: 999_999_999 });
    await holds(
      fc.property(fc.integer({ min: -1e6, max: 1e6 }), currency, currency, digits, fc.nat(9), (minor, from, to, whole, places) => {
        const text = `${Math.floor(whole / 10 ** places)}.${String(whole % 10 ** places).padStart(places, '0')}`.replace(/\.0*$/, '');
        const parsed = parseRate(text);
        fc.pre(parsed !== undefined && places > 2);
        const got = exchange({ minor, currency: from }, to, parsed!); // fc.pre has seen to it
        // |got − exact| ≤ 1/2, over the common denominator
        const shift = minorDigits(to) - minorDigits(from);
        const exactTimes = BigInt(minor) * parsed!.numerator * 10n ** BigInt(Math.max(shift, 0));
        const denominator = parsed!.denominator * 10n ** BigInt(Math.max(-shift, 0));
        const off = BigInt(got.minor) * denominator - exactTimes;
        expect((off < 0n ? -off : off) * 2n <= denominator).toBe(true);
      }),
    );
  });
});
