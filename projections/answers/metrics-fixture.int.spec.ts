import type { MoneyFigures, OpenFigures, WaterfallMethod } from '../../libs/reporting/queries.js';
import type { FunnelMode } from '../../libs/reporting/funnel/funnel.js';
import type { Answering } from '../../libs/testing/answering.js';
import { nobody, openAnswering } from '../../libs/testing/answering.js';
import { metricsFixture } from '../../libs/testing/metrics-fixture.js';

/** The table of metrics.md section 1, row by row, asked as anybody asks. T = 2025-03-20 00:00 unless said. */

const asOf = '2025-03-20T00:00:00Z';
const usd = (thousand: number): MoneyFigures => [{ amount: (thousand * 1_000).toFixed(2), currency: 'USD' }];

/** Thousands, as the table has them. */
function thousands(value: MoneyFigures): number {
  return value.reduce((sum, { amount }) => sum + Number(amount) / 1_000, 0);
}

describe('the fixture of eight deals, at 2025-03-20 00:00', () => {
  let answering: Answering;
  beforeAll(async () => {
    answering = await openAnswering(metricsFixture(), { now: Date.parse('2025-04-01'), logMadeAt: Date.parse('2025-01-01') });
  });
  afterAll(() => answering.close());

  const openPipeline = async (scope: { readonly closing?: string }) => {
    const asked = { asOf, filters: { status: ['open'] }, ...scope };
    const { rows, basis } = await answering.answers.pipeline({ ...asked, groupBy: [] }, nobody);
    const { deals } = await answering.answers.deals(asked, nobody);
    return { row: rows[0], n: basis.n, deals: deals.map(({ deal, value }) => [deal, thousands(value === null ? [] : [value])]) };
  };

  it('open pipeline, close date in Q1: 85 (D4 40, D5 8, D6 15, D7 22), n = 4 (PR01)', async () => {
    const { row, n, deals } = await openPipeline({ closing: '2025-Q1' });
    expect([row?.deals, row?.value, n]).toEqual([4, usd(85), 4]);
    expect(deals).toEqual([
      ['D4', 40],
      ['D5', 8],
      ['D6', 15],
      ['D7', 22],
    ]);
  });

  it('open pipeline, all close dates: 90, n = 5', async () => {
    const { row, n } = await openPipeline({});
    expect([row?.deals, row?.value, n]).toEqual([5, usd(90), 5]);
  });

  it('weighted, Q1 close 22.5, all 24.0 (FC02)', async () => {
    expect((await openPipeline({ closing: '2025-Q1' })).row?.weighted).toEqual(usd(22.5));
    expect((await openPipeline({})).row?.weighted).toEqual(usd(24));
  });

  const waterfall = async (method: WaterfallMethod) => {
    const asked = { from: '2025-03-01T00:00:00Z', to: asOf, closing: '2025-Q1', method };
    const { rows, roundTrips } = await answering.answers.waterfall(asked, nobody);
    const told = (buckets: readonly (OpenFigures & { readonly bucket: string })[]) =>
      Object.fromEntries(
        buckets
          .filter(({ deals, value }) => deals !== 0 || value.length > 0)
          .map(({ bucket, deals, value }) => [bucket, [deals, thousands(value)]]),
      );
    return { flows: told(rows), trips: told(roundTrips) };
  };

  it('Q1-scope waterfall 03-01 -> 03-20, event sum: 64 + 15 + 8 + 40 + 0.5 - 8 - 21.5 - 8 - 5 = 85', async () => {
    expect((await waterfall('events')).flows).toEqual({
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

  it('same, end points only: 64 + 15 + 40 + 0.5 - 8 - 21.5 - 5 = 85; the loss and reopening of D5 vanish into a round trip', async () => {
    expect(await waterfall('ends')).toEqual({
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

  it('every bucket opens to its moves: who was won, and who was lost on the way to being reopened', async () => {
    const asked = { from: '2025-03-01T00:00:00Z', to: asOf, closing: '2025-Q1' };
    const behind = async (bucket: string) => {
      const { moves } = await answering.answers.waterfall({ ...asked, bucket }, nobody);
      return moves?.told.map(({ at, deal, eventType, value }) => [at.slice(5, 10), deal, eventType, thousands(value)]);
    };
    expect(await behind('won')).toEqual([
      ['03-10', 'D1', 'DealWon', -12],
      ['03-18', 'D8', 'DealWon', -9.5],
    ]);
    expect(await behind('pushedOut')).toEqual([['03-05', 'D3', 'DecisionDateExpected', -5]]);
    expect([...(await behind('lost'))!, ...(await behind('reopened'))!]).toEqual([
      ['03-03', 'D5', 'DealLost', -8],
      ['03-15', 'D5', 'DealReopened', 8],
    ]);
    await expect(answering.answers.waterfall({ ...asked, bucket: 'gone' }, nobody)).rejects.toThrow("'gone' is no bucket; take of new, ");
  });

  const cohort = '2025-01..2025-02';
  const funnel = async (mode: FunnelMode) => {
    const { rows, maturity } = await answering.answers.funnel({ cohort, milestone: 'qualified', mode, asOf }, nobody);
    // The cohort's own milestone stands before the four stages and the win.
    expect([rows[0]?.milestone, rows[0]?.deals, maturity[0]?.n]).toEqual(['qualified', 7, 7]);
    return rows.slice(1).map(({ milestone, deals }) => [milestone, deals]);
  };
  const steps = (qualification: number, meeting: number, proposal: number, closing: number, won: number) =>
    Object.entries({ qualification, meeting, proposal, closing, won });

  it('cohort created Jan-Feb (n = 7), touched: Qual 7, Meeting 5, Proposal 2, Closing 1, Won 2 (PR02)', async () => {
    expect(await funnel('touched')).toEqual(steps(7, 5, 2, 1, 2));
  });

  it('same, reached or beyond: 7, 7, 3, 2, 2 (PR02, PR07)', async () => {
    expect(await funnel('reached')).toEqual(steps(7, 7, 3, 2, 2));
  });

  it('same, strict order: 7, 5, 1, 1, 1 - a won deal disappears', async () => {
    expect(await funnel('strict')).toEqual(steps(7, 5, 1, 1, 1));
  });

  it('a cohort of those that came to Meeting goes on from there', async () => {
    const { rows } = await answering.answers.funnel({ cohort: '2025-01', milestone: 'meeting', asOf }, nobody);
    expect(rows.map(({ milestone, deals }) => [milestone, deals])).toEqual([
      ['meeting', 1],
      ['proposal', 1],
      ['closing', 1],
      ['won', 1],
    ]);
  });

  it('every figure of a funnel opens to its deals: strictly D1 alone was won, by reaching D8 too', async () => {
    const behind = async (reached: string, mode: FunnelMode) => {
      const { deals, basis } = await answering.answers.deals({ cohort, milestone: 'qualified', reached, mode, asOf }, nobody);
      return [basis.n, deals.map(({ deal }) => deal)];
    };
    expect(await behind('proposal', 'reached')).toEqual([3, ['D1', 'D2', 'D8']]);
    expect(await behind('Proposal', 'strict')).toEqual([1, ['D1']]);
    expect(await behind('won', 'touched')).toEqual([2, ['D1', 'D8']]);
    const lost = await answering.answers.deals({ cohort, filters: { status: ['lost'] }, asOf }, nobody);
    expect(lost.deals.map(({ deal }) => deal)).toEqual(['D2']);
    await expect(answering.answers.deals({ reached: 'won', asOf }, nobody)).rejects.toThrow(
      "'reached' is of a cohort: say which with cohort",
    );
  });

  const winRate = async (scope: { readonly cohort: string } | { readonly closed: string }, at = asOf) => {
    const { rows } = await answering.answers.winRate({ ...scope, asOf: at }, nobody);
    const [row] = rows;
    if (row === undefined) throw new Error('no win rate');
    return row;
  };

  it('win rate won/(won+lost) of that cohort: 2/3 = 66.7 % (SU01)', async () => {
    expect((await winRate({ cohort })).rates['by-deals']).toMatchObject({ won: 2, of: 3, rate: 2 / 3 });
  });

  it('win rate won/all of that cohort: 2/7 = 28.6 %, 4 still open', async () => {
    expect(await winRate({ cohort })).toMatchObject({ n: 7, open: 4, rates: { cohort: { won: 2, of: 7, rate: 2 / 7 } } });
  });

  it('its other forms: broad 2/3, as nobody left without a decision; with the overdue one (D3 is due in May, D4 to D7 later in March) 2/3', async () => {
    const { derailed, overdue, old, rates } = await winRate({ cohort });
    expect([derailed, overdue, old]).toEqual([0, 0, 0]);
    expect([rates.broad.rate, rates.overdue.rate]).toEqual([2 / 3, 2 / 3]);
    // Seen at the end of March, D7 (03-30), D5 (03-25) and D4 (03-28) are overdue.
    expect((await winRate({ cohort }, '2025-03-31')).rates.overdue).toMatchObject({ won: 2, of: 6, rate: 2 / 6 });
  });

  it('win rate by value, won/(won+lost): 21.5/41.5 = 51.8 %', async () => {
    expect((await winRate({ cohort })).byValue).toEqual({
      USD: { won: '21500.00', of: '41500.00', rate: 21.5 / 41.5 },
    });
  });

  it("win rate 'closed 1-10 March': 1/2 seen on 03-10 in the evening, 1/1 seen on 03-20, since D5 was reopened", async () => {
    const closed = '2025-03-01..2025-03-10';
    expect((await winRate({ closed }, '2025-03-10')).rates['by-deals']).toMatchObject({ won: 1, of: 2, rate: 0.5 });
    expect((await winRate({ closed })).rates['by-deals']).toMatchObject({ won: 1, of: 1, rate: 1 });
    // None of them can be open, so the forms that count open deals say nothing.
    expect((await winRate({ closed })).rates).toMatchObject({ cohort: { of: 0, rate: null }, overdue: { of: 0, rate: null } });
  });

  const timeInQualification = async () => {
    const { rows } = await answering.answers.timeInStage({ asOf }, nobody);
    const row = rows.find(({ stage }) => stage === 'qualification');
    if (row === undefined) throw new Error('nobody was in qualification');
    return row;
  };

  it('time in Qualification, completed spells only: mean 12.125 d (n = 8)', async () => {
    expect(await timeInQualification()).toMatchObject({ finished: 8, mean: 12.125 });
  });

  it('same, the open spell (D6, 16 d) taken for finished would be 12.56 d: it is told as running instead', async () => {
    const { n, finished, mean, exits } = await timeInQualification();
    expect(((mean ?? 0) * finished + 16) / n).toBeCloseTo(12.56, 2);
    expect([n, exits['stillThere']]).toEqual([9, 1]);
  });

  it('Kaplan-Meier: median 11 d; restricted mean 13.11 d to 21 d', async () => {
    expect(await timeInQualification()).toMatchObject({
      kaplanMeierMedian: 11,
      restrictedMean: { mean: expect.closeTo(13.111, 3), limit: 21 },
    });
  });

  it('exit rate, events/exposure: 8/113 = 0.0708 per deal-day', async () => {
    expect((await timeInQualification()).exitRate).toEqual({ ended: 8, exposure: 113, rate: 8 / 113 });
  });

  it('sales velocity: 5 open, win 2/3, average won 10.75, average cycle 42.5 d: 0.843 a day (PR08, PR11)', async () => {
    const { rows } = await answering.answers.velocity({ asOf }, nobody);
    expect(rows).toEqual([
      {
        ...{ group: {}, labels: {}, openDeals: 5, won: 2, lost: 1, winRate: 2 / 3, averageWon: { amount: '10750.00', currency: 'USD' } },
        ...{ averageCycleDays: 42.5, perDay: { amount: '843.14', currency: 'USD' } },
      },
    ]);
  });
});

describe('what else the eight deals tell', () => {
  let answering: Answering;
  beforeAll(async () => {
    answering = await openAnswering(metricsFixture(), { now: Date.parse('2025-04-01'), logMadeAt: Date.parse('2025-01-01') });
  });
  afterAll(() => answering.close());

  it('forecast for Q1 by stage weight: 22.5 expected of 85 open, 21.5 won so far; unweighted 85 (FC01, FC04)', async () => {
    const forecast = async (method: 'stage-weight' | 'unweighted') =>
      (await answering.answers.forecast({ period: '2025-Q1', method, asOf }, nobody)).rows[0];
    const common = { deals: 4, value: usd(85), wonDeals: 2, won: usd(21.5), unvalued: 0, unweighable: 0 };
    expect(await forecast('stage-weight')).toMatchObject({ ...common, expected: usd(22.5), forecast: usd(44) });
    expect(await forecast('unweighted')).toMatchObject({ ...common, expected: usd(85), forecast: usd(106.5) });
  });

  it('forecast by conversion of one stage alone is that of its row: of those that were in Meeting, D1 was won', async () => {
    const asked = { period: '2025-Q1', method: 'conversion', asOf } as const;
    const byStage = await answering.answers.forecast({ ...asked, groupBy: ['stage'] }, nobody);
    const meeting = byStage.rows.find(({ group }) => group.stage === 'meeting')!;
    expect(meeting).toMatchObject({ deals: 3, unweighable: 0, expected: usd(70) });
    for (const scope of [{ filters: { stage: ['meeting'] } }, { filters: { stage: ['meeting'], status: ['open'] }, closing: '2025-03' }]) {
      const { rows } = await answering.answers.forecast({ ...asked, ...scope }, nobody);
      expect(rows[0]).toMatchObject({ deals: 3, unweighable: 0, expected: meeting.expected });
    }
  });

  it('forecast per week, month, quarter or year: the parts add up to the whole (FC05)', async () => {
    const forecast = async (period: string) => {
      const { rows } = await answering.answers.forecast({ period, asOf }, nobody);
      return [rows[0]?.deals, thousands(rows[0]?.expected ?? []), rows[0]?.wonDeals, thousands(rows[0]?.won ?? [])];
    };
    // D4 03-28, D5 03-25, D6 and D7 03-30; D3 in May; D1 and D8 were won on 03-10 and 03-18.
    expect(await forecast('2025')).toEqual([5, 24, 2, 21.5]);
    expect(await forecast('2025-Q1')).toEqual([4, 22.5, 2, 21.5]);
    expect(await forecast('2025-03')).toEqual([4, 22.5, 2, 21.5]);
    expect(await forecast('2025-05')).toEqual([1, 1.5, 0, 0]);
    expect(await forecast('2025-W13')).toEqual([4, 22.5, 0, 0]);
    expect(await forecast('2025-W11')).toEqual([0, 0, 1, 12]);
    expect(await forecast('2025-W12')).toEqual([0, 0, 1, 9.5]);
  });

  it('forecast as it was on 1 March against what came: 64 open of which 9.5 and 12 came, 20 days before the fixture ends (TN01, FC07)', async () => {
    const asked = { period: '2025-03', from: '2025-02-28', step: 'month', asOf: '2025-03-20T00:00:00Z' } as const;
    const { rows, actual, finished, realisation, basis } = await answering.answers.forecastHistory(
      { ...asked, method: 'unweighted' },
      nobody,
    );
    expect(rows[0]).toMatchObject({
      at: '2025-02-28T23:59:59.999Z',
      figures: { deals: 5, value: usd(64), forecast: usd(64) },
      error: usd(42.5),
    });
    expect([actual[0]?.now, actual[0]?.atClose, finished]).toEqual([{ deals: 2, won: usd(21.5) }, null, false]);
    expect(realisation).toEqual({ deals: 5, won: 2, wonInPeriod: 2, lost: 0, open: 3, other: 0, rate: 0.4 });
    expect(basis.marks).toEqual(['the period runs until 2025-03-31T23:59:59.999Z: what came is not all known']);
  });

  it('the same as of 15 March knows of no win that came later, and of a quarter that has not begun neither what stood when it began (TN01, FC07)', async () => {
    const { answers } = answering;
    const during = await answers.forecastHistory({ period: '2025-03', from: '2025-02-28', step: 'month', asOf: '2025-03-15' }, nobody);
    expect(during.actual[0]?.now).toEqual({ deals: 1, won: usd(12) });
    expect(during.rows.map(({ figures, error }) => [figures?.expected, error])).toEqual([
      [usd(21.8), usd(9.8)],
      [usd(23.4), usd(23.4)],
    ]);
    expect(during.realisation).toEqual({ deals: 5, won: 1, wonInPeriod: 1, lost: 0, open: 4, other: 0, rate: 0.2 });
    const before = await answers.forecastHistory({ period: '2025-Q2', step: 'month', asOf: '2025-02-28' }, nobody);
    expect([before.actual[0]?.now, before.calibration, before.realisation]).toEqual([{ deals: 0, won: [] }, [], null]);
    expect(before.basis.points).toEqual(['2024-12-31T23:59:59.999Z', '2025-01-31T23:59:59.999Z', '2025-02-28T23:59:59.999Z']);
  });

  it('slippage in March: D3 pushed by 56 days, D4 pulled in by 94; at its end four deals are overdue', async () => {
    const asked = { from: '2025-03-01T00:00:00Z', to: asOf } as const;
    const { rows, most } = await answering.answers.slippage(asked, nobody);
    expect(rows[0]).toMatchObject({
      ...{ deals: 7, pushes: 1, dealsPushed: 1, pulls: 1, redatedWithin: 0, daysLater: 56, daysNet: -38 },
      ...{ openingValue: usd(104), pushedValue: usd(5), pushedShare: { USD: 5 / 104 }, overdue: 0, overdueValue: [] },
    });
    expect(most).toEqual([{ deal: 'D3', status: 'open', pushes: 1, daysLater: 56, decisionDate: '2025-05-10' }]);
    const later = await answering.answers.slippage({ ...asked, to: '2025-03-31' }, nobody);
    expect(later.rows[0]).toMatchObject({ overdue: 4, overdueValue: usd(85) });
    // By quarter D4 comes from the second into the first, and D3 goes the other way.
    expect((await answering.answers.slippage({ ...asked, grain: 'quarter' }, nobody)).rows[0]).toMatchObject({ pushes: 1, pulls: 1 });
  });

  it('days from registered to won: 64 and 21, mean 42.5; four are on the way, one was lost (LT01)', async () => {
    const { rows } = await answering.answers.leadTimes({ from: 'registered', to: 'won', cohort: '2025-01..2025-02', asOf }, nobody);
    expect(rows[0]).toMatchObject({ n: 7, finished: 2, running: 4, gone: 1, mean: 42.5, least: 21, most: 64 });
    // By 64 days 1/7 and then all of what is neither lost (at 36 days: 1/5 of 6/7) nor won have come.
    expect(rows[0]).toMatchObject({ kaplanMeierMedian: 64, restrictedMean: { mean: expect.closeTo(21 + (43 * 6) / 7, 9), limit: 64 } });
    // From an end it goes on: D5 was reopened after twelve days, D2 has been lost for a month and may be yet.
    const back = (await answering.answers.leadTimes({ from: 'lost', to: 'reopened', asOf }, nobody)).rows[0];
    expect(back).toMatchObject({ n: 2, finished: 1, running: 1, gone: 0, mean: 12, kaplanMeierMedian: 12 });
    const toWonAgain = (await answering.answers.leadTimes({ from: 'closed', to: 'won', cohort: '2025-02..2025-03', asOf }, nobody)).rows[0];
    expect(toWonAgain).toMatchObject({ n: 4, finished: 2, running: 2, gone: 0 });
    const toLost = await answering.answers.leadTimes({ from: 'registered', to: 'lost', cohort: '2025-01..2025-02', asOf }, nobody);
    // Two were won and four are on the way: 17 % are lost by 64 days, and half never will be.
    const lostBy64 = 6 / 7 / 5;
    expect(toLost.rows[0]).toMatchObject({ n: 7, finished: 1, running: 4, gone: 2, kaplanMeierMedian: null });
    expect(toLost.rows[0]?.restrictedMean).toEqual({ mean: expect.closeTo(64 - lostBy64 * (64 - 36), 9), limit: 64 });
  });

  it('silences inside deals: eight of over fourteen days, the longest D7 until its amount went down; D6 still stands (LT02)', async () => {
    const { rows, longest } = await answering.answers.standstills({ asOf, over: '14d', limit: 3 }, nobody);
    expect(rows[0]).toMatchObject({ deals: 8, silences: 22, longest: 32, standstills: 8, dealsStood: 6, standing: 1, daysStood: 178 });
    expect(
      longest.map(({ deal, from, to, days, stage, endedBy }) => [deal, from.slice(5, 10), to?.slice(5, 10), days, stage, endedBy]),
    ).toEqual([
      ['D7', '02-02', '03-06', 32, 'meeting', 'ExpectedValueEstimated'],
      ['D4', '02-05', '03-08', 31, 'meeting', 'DecisionDateExpected'],
      ['D2', '01-20', '02-15', 26, 'proposal', 'DealLost'],
    ]);
    // The lives of the deals add up to their silences: D6 has lived for its sixteen days.
    const sixth = await answering.answers.standstills({ asOf, over: '1d', cohort: '2025-03-04', limit: 9 }, nobody);
    expect(sixth.rows[0]).toMatchObject({ deals: 1, daysLived: 16, daysStood: 16, share: 1 });
    await expect(answering.answers.standstills({ over: 'long' }, nobody)).rejects.toThrow("'long'");
  });

  it('then versus now, and the events that explain it (TN02)', async () => {
    const asked = { then: '2025-02-28', now: asOf, filters: { status: ['open'] }, groupBy: [] } as const;
    const { rows, totals } = await answering.answers.explain(asked, nobody);
    expect([totals.difference.deals, totals.difference.value]).toEqual([-1, usd(-14)]);
    expect(rows.reduce((sum, { value }) => sum + thousands(value), 0)).toBe(-14);
    expect(rows.filter(({ deal }) => deal === 'D5').map(({ eventType, deals }) => [eventType, deals])).toEqual([
      ['DealLost', -1],
      ['DealReopened', 1],
    ]);
  });
});
