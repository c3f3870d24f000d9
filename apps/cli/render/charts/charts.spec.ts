import type { SeriesAnswer, WaterfallAnswer } from '../../../../libs/reporting/queries.js';
import { chartOf } from './chart.js';
import { shortNumber } from './axes.js';
import { text } from './svg.js';

const basis = {
  ...{
    log: '5f0c2ab1-0000',
    asOf: '2025-03-31T23:59:59.999Z',
    knownAt: '2025-04-01T09:00:00.000Z',
    position: '00000000000000000042',
    event: null,
  },
  event: null,
  ...{ timeZone: 'UTC', scope: { filters: {}, closing: null }, organised: 'then', processVersions: [], currency: ['EUR'], n: 3, parked: 0 },
  ...{ assumedSinceBeginning: [], known: 'now' as const, points: [] },
};
const eur = (amount: string) => [{ amount, currency: 'EUR' }];
const row = (bucket: string, deals: number, amount: string) => ({ group: {}, labels: {}, bucket, deals, unvalued: 0, value: eur(amount) });

function waterfall(rows: WaterfallAnswer['rows']): WaterfallAnswer {
  const none = { deals: 0, unvalued: 0, value: [] };
  return {
    report: 'waterfall',
    basis: { ...basis, method: 'waterfall/1/events', marks: ['values < & > are odd'], from: basis.asOf, to: basis.asOf },
    rows,
    roundTrips: [],
    totals: { opening: none, closing: none, difference: none },
  };
}

/** Everything that is written in a chart, in order. */
function said(chart: string): string[] {
  return [...chart.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, words = '']) => words);
}

describe('a chart', () => {
  it('says what it shows, in what, and at its foot what it stands on and what it cannot tell', () => {
    const words = said(
      chartOf(
        waterfall([row('opening', 2, '1000.00'), row('pulledIn', 1, '250.00'), row('won', -1, '-400.00'), row('closing', 2, '850.00')]),
      ),
    );
    expect(words.slice(0, 2)).toEqual([
      'What moved the open pipeline',
      'From the end of 2025-03-31 to the end of 2025-03-31, EUR, every move at its cause',
    ]);
    expect(words).toEqual(expect.arrayContaining(['opening', '1,000', 'pulled in', '+250', 'won', '-400', 'closing', '850', 'EUR']));
    expect(words.slice(-2)).toEqual([
      'As of the end of 2025-03-31 · known at 2025-04-01 09:00 (position 42 of log 5f0c2ab1) · n = 3 · waterfall/1/events · UTC',
      '! values &lt; &amp; &gt; are odd',
    ]);
  });

  it('leaves out buckets in which nothing was booked, and is refused where it would hold two bridges or two currencies', () => {
    expect(said(chartOf(waterfall([row('opening', 1, '10.00'), row('lost', 0, '0.00'), row('closing', 1, '10.00')])))).not.toContain(
      'lost',
    );
    const two = { ...row('opening', 1, '1.00'), value: [...eur('1.00'), { amount: '1.00', currency: 'SEK' }] };
    expect(() => chartOf(waterfall([two]))).toThrow('a chart holds one currency and this answer EUR, SEK');
    const groups = ['north', 'south'].map((team) => ({ ...row('opening', 1, '1.00'), group: { team } }));
    expect(() => chartOf(waterfall(groups))).toThrow('a chart holds one waterfall');
  });

  it('shows a time of which nothing was known as a gap, not as 0', () => {
    const figures = { deals: 2, unvalued: 0, value: eur('1.00') };
    const answer: SeriesAnswer = {
      report: 'series',
      basis: { ...basis, method: 'series/1', marks: [], known: 'then', step: 'month' },
      rows: [{ at: '2025-03-31T23:59:59.999Z', group: {}, labels: {}, ...figures }],
      points: [
        { at: '2025-01-31T23:59:59.999Z', undated: 'not known yet', totals: 'not known yet' },
        { at: '2025-02-28T23:59:59.999Z', undated: 0, totals: { all: { deals: 0, unvalued: 0, value: [] } } },
        { at: '2025-03-31T23:59:59.999Z', undated: 0, totals: { all: figures } },
      ],
    };
    expect(said(chartOf(answer))).toEqual(expect.arrayContaining(['not known yet', '2025-01-31', '2025-03-31', 'deals']));
  });

  it('escapes what names hold, and rounds what an axis says', () => {
    expect(text(1, 2, '<script> & "co"')).toContain('&lt;script&gt; &amp; &quot;co&quot;');
    expect([0, 999, 12_340, 1_250_000, -2_500_000_000].map(shortNumber)).toEqual(['0', '999', '12.3 k', '1.25 M', '-2.5 B']);
  });
});
