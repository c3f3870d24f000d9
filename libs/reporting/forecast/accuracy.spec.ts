import { accuracyOf, calibrationOf } from './accuracy.js';
import { NOTHING_KNOWN } from '../rows.js';

describe('accuracy of forecasts (metrics.md section 2)', () => {
  it('of F = 100, 50, 10 against A = 80, 60, 0: WAPE 28.6 %, bias +14.3 %, MAPE not defined', () => {
    const pairs = [
      { forecast: 100, actual: 80 },
      { forecast: 50, actual: 60 },
      { forecast: 10, actual: 0 },
    ];
    expect(accuracyOf(0, 0, 'USD', pairs)).toMatchObject({ n: 3, wape: 40 / 140, bias: 20 / 140, mape: null });
  });

  it('is not defined where nothing came, and MAPE is a mean where every actual is there', () => {
    expect(accuracyOf(0, 0, 'USD', [{ forecast: 5, actual: 0 }])).toMatchObject({ wape: null, bias: null, mape: null });
    const pairs = [
      { forecast: 100, actual: 80 },
      { forecast: 50, actual: 100 },
    ];
    expect(accuracyOf(0, 0, 'USD', pairs).mape).toBeCloseTo((0.25 + 0.5) / 2, 12);
  });

  it('calibrates chances in tenths, 100 % in the last, deals without a chance in none', () => {
    const deals = [2_500, 2_999, 10_000, null].map((chance, index) => ({ deal: `D${index}`, chance, row: NOTHING_KNOWN }));
    const buckets = calibrationOf(deals, new Set(['D1', 'D2']));
    expect(buckets.map(({ from, to, deals: n, won, realised }) => [from, to, n, won, realised])).toEqual([
      [0.2, 0.3, 2, 1, 0.5],
      [0.9, 1, 1, 1, 1],
    ]);
  });
});
