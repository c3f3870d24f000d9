import { rowCounts } from '../read-store/read-store.port.js';
import { metricsRows } from '../testing/metrics-fixture.js';
import { pipelineReport } from './pipeline/pipeline.js';
import { pipelineTally } from './pipeline/tally.js';
import type { PipelineQuestion } from './pipeline/tally.js';
import type { Figures, MoneyFigures } from './queries.js';
import { dimensionView } from './scope/dimension-view.js';
import type { Scope } from './scope/scope.js';
import { UTC } from './time/report-zone.js';
import { dimensionTimeline } from './waterfall/histories.js';
import { waterfallReport } from './waterfall/waterfall.js';

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
});
