import { dimensionView } from '../scope/dimension-view.js';
import { UTC } from '../time/report-zone.js';
import { parsePeriod, periodsBetween } from '../time/period.js';
import type { EndedPeriod } from './calibration.js';
import { calibrate } from './calibration.js';
import type { ForecastGroup } from './forecast.js';

const time = { now: Date.UTC(2026, 0, 1), zone: UTC };
const months = periodsBetween(parsePeriod('2025-01', time), parsePeriod('2025-03', time), UTC);
const order = (): number => 0;
const view = dimensionView([]);

function anna(sums: { readonly expected?: number; readonly won?: number }): ForecastGroup {
  const money = (minor: number | undefined): Map<string, number> => new Map(minor === undefined ? [] : [['USD', minor]]);
  const nothing = { deals: 0, unvalued: 0, unweighable: 0, value: new Map<string, number>(), wonDeals: 0 };
  return { group: { owner: 'anna' }, sums: { ...nothing, expected: money(sums.expected), won: money(sums.won) } };
}

function periods(said: readonly (readonly [forecast: number | undefined, actual: number])[]): readonly EndedPeriod[] {
  return said.map(([forecast, actual], index) => {
    const period = months[index];
    if (period === undefined) throw new RangeError('three months');
    return {
      ...{ period, at: period.start },
      forecast: forecast === undefined ? [] : [anna({ expected: forecast })],
      actual: actual === 0 ? [] : [anna({ won: actual })],
    };
  });
}

describe('how right forecasts have been over periods (metrics.md section 2)', () => {
  it('of F = 100, 50, 10 against A = 80, 60, 0: WAPE 28.6 %, bias +14.3 %, MAPE not defined (FC04)', () => {
    const { rows, points } = calibrate(
      periods([
        [100, 80],
        [50, 60],
        [10, 0],
      ]),
      { method: 'submitted', view, order },
    );
    expect(rows).toMatchObject([
      { periods: 3, without: 0, over: 2, under: 1, wape: 40 / 140, bias: 20 / 140, mape: null, realised: 140 / 160 },
    ]);
    expect(points.map(({ period }) => period)).toEqual(['2025-01', '2025-02', '2025-03']);
  });

  it('who said nothing has not said 0: the period is in no figure of submissions, and a 0 of a sum of deals', () => {
    const said = periods([
      [100, 80],
      [undefined, 60],
    ]);
    const [submitted] = calibrate(said, { method: 'submitted', view, order }).rows;
    expect(submitted).toMatchObject({ periods: 1, without: 1, wape: 0.25, actual: { amount: '0.80' } });
    const [weighed] = calibrate(said, { method: 'unweighted', view, order }).rows;
    expect(weighed).toMatchObject({ periods: 2, without: 0, wape: 80 / 140, under: 1 });
  });
});
