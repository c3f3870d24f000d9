import { rowCounts } from '../read-store/read-store.port.js';
import { metricsRows } from '../testing/metrics-fixture.js';
import { pipelineReport } from './pipeline/pipeline.js';
import { pipelineTally } from './pipeline/tally.js';
import type { PipelineQuestion } from './pipeline/tally.js';
import type { Figures, MoneyFigures } from './queries.js';
import { dimensionView } from './scope/dimension-view.js';
import type { Scope } from './scope/scope.js';
import { accuracyOf } from './forecast/accuracy.js';
import { foldForecast, forecastFigures } from './forecast/forecast.js';
import type { ForecastMethod } from './forecast/methods.js';
import type { FunnelMode } from './funnel/funnel.js';
import { funnelOf, funnelSteps } from './funnel/funnel-report.js';
import { timeInStage } from './leadtimes/time-in-stage.js';
import { flowDeals } from './paths/grouped.js';
import { stageOrder } from './paths/stage-order.js';
import { parsePeriod } from './time/period.js';
import { UTC } from './time/report-zone.js';
import { dimensionTimeline, historiesAt } from './waterfall/histories.js';
import { waterfallReport } from './waterfall/waterfall.js';
import { velocityOf } from './winrate/velocity.js';
import { winRateOf } from './winrate/win-rate-report.js';

const { deals, dimensions } = metricsRows();
const K = Number.MAX_SAFE_INTEGER;
const march = (day: number): number => Date.UTC(2025, 2, day);
const T = march(20);
const Q1 = { from: '2025-01-01', to: '2025-04-01' } as NonNullable<Scope['closing']>; // calendar dates

function question(closing: Scope['closing'], filters: Scope['filters'] = {}): PipelineQuestion {
  return { groupBy: [], scope: { filters, closing }, zone: UTC };
}

function openPipeline(closing: Scope['closing']): Pick<Figures, 'deals' | 'value' | 'weighted'> {
  const view = dimensionView(dimensions.filter((row) => rowCounts(row, T, K)));
  const tally = pipelineTally(question(closing, { status: ['open'] }), view);
  for (const row of deals) if (rowCounts(row, T, K)) tally.add(row);
  const [row] = pipelineReport(tally.state(), view).rows;
  if (row?.weighted === undefined) throw new Error('nothing is open');
  return { deals: row.deals, value: row.value, weighted: row.weighted };
}

/** Thousands, as the table has them. */
function thousands(value: MoneyFigures): number {
  return value.reduce((sum, { amount }) => sum + Number(amount) / 1_000, 0);
}

function waterfall(method: 'events' | 'ends'): {
  flows: Record<string, [deals: number, thousands: number]>;
  trips: Record<string, number[]>;
} {
  const known = { rows: deals, knownAt: K, dimensions: dimensionTimeline(dimensions, K) };
  const report = waterfallReport({ question: question(Q1), opening: march(1), closing: T, known }, method);
  const told = (rows: typeof report.rows): Record<string, [number, number]> =>
    Object.fromEntries(
      rows.filter(({ deals: n, value }) => n !== 0 || value.length > 0).map((row) => [row.bucket, [row.deals, thousands(row.value)]]),
    );
  return { flows: told(report.rows), trips: told(report.roundTrips) };
}

/** Everything of the eight deals as seen at T. */
function seen(asOf: number) {
  const view = dimensionView(dimensions.filter((row) => rowCounts(row, asOf, K)));
  const { groups } = flowDeals(historiesAt(deals, K).values(), { question: question(null), view, asOf, knownAt: K });
  const [group] = groups;
  if (group === undefined) throw new Error('no deals');
  return { view, group, order: stageOrder(dimensions, K) };
}

function funnel(mode: FunnelMode): number[] {
  const { view, group, order } = seen(T);
  const bounds = { milestone: 'qualified', from: Date.UTC(2025, 0, 1), to: Date.UTC(2025, 2, 1) } as const;
  const steps = funnelSteps('qualified', group.paths, view);
  const { rows } = funnelOf(group, { ...bounds, mode, withinMs: null, steps, order }, view);
  // The cohort's own milestone stands before the four stages and the win.
  return rows.slice(1).map(({ deals: count }) => count);
}

function winRate(by: 'cohort' | 'closed', from: number, to: number, asOf = T) {
  const { view, group } = seen(asOf);
  return winRateOf(group, { by, milestone: 'qualified', from, to, today: '2025-03-20', oldAfterMs: 180 * 86_400_000 }, view);
}

function timeInQualification() {
  const { view, group, order } = seen(T);
  const rows = timeInStage(group, { period: null, postponed: 'counted', order }, view);
  const row = rows.find(({ stage }) => stage === 'qualification');
  if (row === undefined) throw new Error('nobody was in qualification');
  return row;
}

describe('the fixture of metrics.md section 1, at 2025-03-20 00:00', () => {
  const usd = (amount: string) => [{ amount, currency: 'USD' }];

  it('open pipeline, close date in Q1: 85 (D4 40, D5 8, D6 15, D7 22), n = 4; weighted 22.5 (PR01, FC02)', () => {
    expect(openPipeline(Q1)).toEqual({ deals: 4, value: usd('85000.00'), weighted: usd('22500.00') });
  });

  it('open pipeline, all close dates: 90, n = 5; weighted 24.0', () => {
    expect(openPipeline(null)).toEqual({ deals: 5, value: usd('90000.00'), weighted: usd('24000.00') });
  });

  it('Q1-scope waterfall 03-01 -> 03-20, event sum: 64 + 15 + 8 + 40 + 0.5 - 8 - 21.5 - 8 - 5 = 85', () => {
    expect(waterfall('events').flows).toEqual({
      opening: [5, 64],
      new: [1, 15],
      reopened: [1, 8],
      pulledIn: [1, 40],
      increased: [0, 0.5],
      decreased: [0, -8],
      won: [-2, -21.5],
      lost: [-1, -8],
      pushedOut: [-1, -5],
      closing: [4, 85],
    });
  });

  it('same, end points only: 64 + 15 + 40 + 0.5 - 8 - 21.5 - 5 = 85; the loss and reopening of D5 are a round trip', () => {
    expect(waterfall('ends')).toEqual({
      flows: {
        opening: [5, 64],
        new: [1, 15],
        pulledIn: [1, 40],
        increased: [0, 0.5],
        decreased: [0, -8],
        won: [-2, -21.5],
        pushedOut: [-1, -5],
        closing: [4, 85],
      },
      trips: { reopened: [1, 8], lost: [-1, -8] },
    });
  });

  it('cohort created Jan-Feb (n = 7), touched: 7, 5, 2, 1, 2 (PR02)', () => {
    expect(funnel('touched')).toEqual([7, 5, 2, 1, 2]);
  });

  it('same, reached or beyond: 7, 7, 3, 2, 2 (PR02, PR07)', () => {
    expect(funnel('reached')).toEqual([7, 7, 3, 2, 2]);
  });

  it('same, strict order: 7, 5, 1, 1, 1 - a won deal disappears', () => {
    expect(funnel('strict')).toEqual([7, 5, 1, 1, 1]);
  });

  const cohort = () => winRate('cohort', Date.UTC(2025, 0, 1), Date.UTC(2025, 2, 1));

  it('win rate won/(won+lost) of that cohort: 2/3 = 66.7% (SU01)', () => {
    expect(cohort().rates['by-deals']).toMatchObject({ won: 2, of: 3, rate: 2 / 3 });
  });

  it('win rate won/all of that cohort: 2/7 = 28.6%, 4 still open', () => {
    expect(cohort()).toMatchObject({ n: 7, open: 4, rates: { cohort: { won: 2, of: 7, rate: 2 / 7 } } });
  });

  it('win rate by value, won/(won+lost): 21.5/41.5 = 51.8%', () => {
    expect(cohort().byValue).toEqual({ USD: { won: 2_150_000, of: 4_150_000, rate: 21.5 / 41.5, low: null, high: null } });
  });

  it("win rate 'closed 1-10 March': 1/2 seen on 03-10 in the evening, 1/1 seen on 03-20, since D5 was reopened", () => {
    expect(winRate('closed', march(1), march(11), march(11) - 1).rates['by-deals']).toMatchObject({ won: 1, of: 2 });
    expect(winRate('closed', march(1), march(11)).rates['by-deals']).toMatchObject({ won: 1, of: 1 });
  });

  it('time in Qualification, completed spells only: mean 12.125 d (n = 8)', () => {
    expect(timeInQualification()).toMatchObject({ finished: 8, mean: 12.125 });
  });

  it('same, with the open spell (D6, 16 d): Kaplan-Meier median 11 d, restricted mean 13.11 d to 21 d', () => {
    expect(timeInQualification()).toMatchObject({
      n: 9,
      kaplanMeierMedian: 11,
      restrictedMean: { mean: expect.closeTo(13.111, 3), limit: 21 },
    });
  });

  it('exit rate, events/exposure: 8/113 = 0.0708 per deal-day', () => {
    expect(timeInQualification().exitRate).toEqual({ ended: 8, exposure: 113, rate: 8 / 113 });
  });

  it('sales velocity: 5 open, win 2/3, average won 10.75, average cycle 42.5 d: 0.843 a day (PR08, PR11)', () => {
    const { view, group } = seen(T);
    expect(velocityOf(group, view)).toEqual([
      {
        ...{ group: {}, labels: {}, openDeals: 5, winRate: 2 / 3, averageWon: { amount: '10750.00', currency: 'USD' } },
        ...{ averageCycleDays: 42.5, perDay: { amount: '843.14', currency: 'USD' } },
      },
    ]);
  });

  it('forecast for Q1 by stage weight: 22.5 expected of 85 open, 21.5 won so far; unweighted 85 (FC01, FC04)', () => {
    const { view } = seen(T);
    const period = parsePeriod('2025-Q1', { now: T, zone: UTC });
    const rows = deals.filter((row) => rowCounts(row, T, K));
    const expected = (method: ForecastMethod) => {
      const [group] = foldForecast({ question: question(null), period, method, view, conversion: () => undefined }, rows).result().groups;
      if (group === undefined) throw new Error('no forecast');
      const { deals: n, value, expected: weighed, wonDeals, won } = forecastFigures(group.sums);
      return { n, value: thousands(value), expected: thousands(weighed), wonDeals, won: thousands(won) };
    };
    expect(expected('stage-weight')).toEqual({ n: 4, value: 85, expected: 22.5, wonDeals: 2, won: 21.5 });
    expect(expected('unweighted')).toEqual({ n: 4, value: 85, expected: 85, wonDeals: 2, won: 21.5 });
  });

  it('accuracy of F = 100, 50, 10 against A = 80, 60, 0: WAPE 28.6%, bias +14.3%, MAPE undefined', () => {
    const pairs = [
      { forecast: 100, actual: 80 },
      { forecast: 50, actual: 60 },
      { forecast: 10, actual: 0 },
    ];
    expect(accuracyOf(T, 0, 'USD', pairs)).toMatchObject({ n: 3, wape: 40 / 140, bias: 20 / 140, mape: null });
  });
});
