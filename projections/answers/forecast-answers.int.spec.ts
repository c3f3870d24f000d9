import fc from 'fast-check';
import type { MoneyText } from '../../libs/domain/shared/money.js';
import { FORECAST_METHODS } from '../../libs/reporting/forecast/methods.js';
import type { ForecastFigures } from '../../libs/reporting/forecast-queries.js';
import type { Grouping, MoneyFigures } from '../../libs/reporting/queries.js';
import { openAnswering } from '../../libs/testing/answering.js';
import { arbitraryLog, HISTORY_BEGINS } from '../../libs/testing/histories.js';
import { metricsFixtureWithSubmissions } from '../../libs/testing/metrics-fixture.js';
import { holds } from '../../libs/testing/property.js';
import { Telling } from '../../libs/testing/tell.js';

const nobody = { readPersonal: false };
const methods = FORECAST_METHODS.filter((method) => method !== 'submitted');
const groupBys: readonly (readonly Grouping[])[] = [[], ['owner'], ['product', 'team']];

describe('a forecast history', () => {
  it('is at each point the forecast asked as of that instant (TN01, TN02)', async () => {
    const asked = fc.record({
      method: fc.constantFrom(...methods),
      known: fc.constantFrom('now' as const, 'then' as const),
      groupBy: fc.constantFrom(...groupBys),
    });
    await holds(
      fc.asyncProperty(arbitraryLog({ events: 60, deals: 8 }), asked, async (events, { method, known, groupBy }) => {
        const world = await openAnswering(events, { now: Date.UTC(2026, 0, 1), logMadeAt: HISTORY_BEGINS });
        const common = { period: '2025-Q2', method, groupBy };
        const history = await world.answers.forecastHistory({ ...common, step: 'month', known }, nobody);
        for (const at of history.basis.points) {
          const knownAt = known === 'now' ? `position:${history.basis.position}` : at;
          const forecast = await world.answers.forecast({ ...common, asOf: at, knownAt }, nobody);
          const rows = history.rows.filter((row) => row.at === at && row.figures !== null);
          expect(rows.map(({ group, figures }) => ({ group, ...figures }))).toEqual(
            forecast.rows.map(({ labels: _labels, ...row }) => row),
          );
        }
        await world.close();
      }),
      0.15,
    );
  });
});

/** Sums by currency in minor units, those that are 0 left out. */
function minor(sums: readonly MoneyFigures[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const { amount, currency } of sums.flat()) total[currency] = (total[currency] ?? 0) + Math.round(Number(amount) * 100);
  return Object.fromEntries(Object.entries(total).filter(([, sum]) => sum !== 0));
}

function counts({ deals, unvalued, unweighable, wonDeals }: ForecastFigures): number[] {
  return [deals, unvalued, unweighable, wonDeals];
}

describe('a forecast', () => {
  it('has rows that add up to its totals by any grouping, won and expected to the forecast, and counts open deals without an expected date apart (FC03, FC05)', async () => {
    await holds(
      fc.asyncProperty(arbitraryLog({ events: 80, deals: 10 }), fc.constantFrom(...methods), async (events, method) => {
        const world = await openAnswering(events, { now: Date.UTC(2026, 0, 1), logMadeAt: HISTORY_BEGINS });
        const answers = await Promise.all(
          groupBys.map((groupBy) => world.answers.forecast({ period: '2025-Q2', method, groupBy }, nobody)),
        );
        const [first] = answers;
        for (const { rows, totals, noExpectedDate } of answers) {
          expect([totals, noExpectedDate]).toEqual([first?.totals, first?.noExpectedDate]);
          if (typeof totals === 'string') continue;
          expect(rows.map(counts).reduce((sum, row) => sum.map((count, index) => count + (row[index] ?? 0)), [0, 0, 0, 0])).toEqual(
            counts(totals),
          );
          for (const figure of ['value', 'expected', 'won', 'forecast'] as const)
            expect(minor(rows.map((row) => row[figure]))).toEqual(minor([totals[figure]]));
          expect(minor([totals.won, totals.expected])).toEqual(minor([totals.forecast]));
        }
        await world.close();
      }),
      0.15,
    );
  });
});

describe('what people said they would win', () => {
  it('is the last that was said by then, less what is won already; its history tells how right each person was (FC04, PF02, TN02)', async () => {
    const told = metricsFixtureWithSubmissions({ '03-01': 50, '03-12': 30 });
    const { answers, close } = await openAnswering(told, { now: Date.parse('2025-04-10'), logMadeAt: Date.parse('2025-01-01') });
    const usd = (amount: string) => [{ amount, currency: 'USD' }];
    const asked = { period: '2025-Q1', method: 'submitted', groupBy: ['owner'] } as const;
    const forecast = async (asOf: string) => (await answers.forecast({ ...asked, asOf }, nobody)).rows[0];
    expect(await forecast('2025-02-28')).toMatchObject({ group: { owner: 'anna' }, deals: 5, expected: [], forecast: [] });
    expect(await forecast('2025-03-05')).toMatchObject({ expected: usd('50000.00'), won: [], forecast: usd('50000.00') });
    expect(await forecast('2025-03-11')).toMatchObject({ expected: usd('38000.00'), won: usd('12000.00'), forecast: usd('50000.00') });
    expect(await forecast('2025-03-20')).toMatchObject({ expected: usd('8500.00'), won: usd('21500.00'), forecast: usd('30000.00') });
    const { rows } = await answers.forecastHistory({ ...asked, from: '2025-03-05', step: 'week' }, nobody);
    expect(rows.map(({ at, error }) => [at.slice(0, 10), error])).toEqual([
      ['2025-03-05', usd('28500.00')],
      ['2025-03-12', usd('8500.00')],
      ['2025-03-19', usd('8500.00')],
      ['2025-03-26', usd('8500.00')],
      ['2025-03-31', usd('8500.00')],
    ]);
    await expect(answers.forecast({ ...asked, groupBy: ['product'] }, nobody)).rejects.toThrow('people submit sums, not deals');
    await expect(answers.forecast({ ...asked, closing: '2025-01' }, nobody)).rejects.toThrow('not by closing');
    await close();
  });

  it('is less what each has won himself, so that persons, teams and the whole add up to one total (FC03, PF02)', async () => {
    const telling = new Telling();
    const at = Date.parse('2025-01-10');
    const won = (owner: string, euros: number): void => {
      const request = { contactId: 'not-in-source', companyId: 'not-in-source', summary: 'not-in-source', source: { kind: 'unknown' } };
      const told = (type: string, data: object): void => void telling.tell(`deal-${owner}`, at, { type, data });
      told('RequestRegistered', { ...request, origin: { kind: 'spontaneous' }, receivedBy: 'not-in-source' });
      told('LeadQualified', { pipelineId: 'sales', stageId: 'meeting', ownerId: owner });
      told('DealWon', { value: { minor: euros * 100, currency: 'EUR' }, reasons: [] });
    };
    const said = (submitterId: string, euros: number): void => {
      const amount = { minor: euros * 100, currency: 'EUR' };
      const data = { submitterId, from: '2025-01-01', to: '2025-04-01', category: 'commit', amount };
      telling.tell(`forecast-${submitterId}`, at, { type: 'ForecastSubmitted', data });
    };
    for (const owner of ['anna', 'ben', 'cees']) telling.tell(`employee-${owner}`, at, { type: 'TeamJoined', data: { team: 'north' } });
    said('anna', 50); // nothing won yet
    won('ben', 30); // said nothing
    said('cees', 10); // has won more than he said
    won('cees', 15);
    const { answers, close } = await openAnswering(telling.events, { now: Date.parse('2025-02-01'), logMadeAt: Date.parse('2025-01-01') });
    const totals = async (groupBy: readonly Grouping[]) =>
      (await answers.forecast({ period: '2025-Q1', method: 'submitted', groupBy }, nobody)).totals;
    const eur = (amount: string) => [{ amount, currency: 'EUR' }];
    for (const groupBy of [[], ['owner'], ['team'], ['currency']] as const)
      expect(await totals(groupBy)).toMatchObject({ expected: eur('50.00'), won: eur('45.00'), forecast: eur('95.00') });
    const inSek = await answers.forecast({ period: '2025-Q1', method: 'submitted', filters: { currency: ['SEK'] } }, nobody);
    expect(inSek.totals).toMatchObject({ wonDeals: 0, forecast: [] });
    await close();
  });

  it('is compared with what came period after period, each taken at the same horizon (FC04, TN02)', async () => {
    const told = metricsFixtureWithSubmissions({ '03-01': 50, '03-12': 30 });
    const { answers, close } = await openAnswering(told, { now: Date.parse('2025-04-10'), logMadeAt: Date.parse('2025-01-01') });
    const asked = { from: '2024-Q4', to: '2025-Q2' } as const;
    const early = await answers.calibration({ ...asked, horizon: '30d' }, nobody);
    expect(early.rows).toMatchObject([{ group: { owner: 'anna' }, currency: 'USD', periods: 1, without: 1, over: 1, under: 0 }]);
    expect(early.rows[0]).toMatchObject({ forecast: { amount: '50000.00' }, actual: { amount: '21500.00' }, bias: 28_500 / 21_500 });
    expect(early.basis.marks).toContain('not ended yet, so left out: 2025-Q2');
    const late = await answers.calibration({ ...asked, horizon: '5d' }, nobody);
    expect(late.rows[0]).toMatchObject({ forecast: { amount: '30000.00' }, bias: 8_500 / 21_500 });
    // Nobody had said anything on the first day of any of them.
    expect((await answers.calibration(asked, nobody)).rows).toMatchObject([{ periods: 0, without: 2, bias: null, realised: null }]);
    const before = await answers.calibration({ from: '2023-Q4', to: '2024-Q1', method: 'unweighted' }, nobody);
    expect([before.rows, before.basis.marks.at(-1)]).toEqual([
      [],
      'before the first event of any deal, 2025-01-05T09:00:00.000Z: 2023-Q4, 2024-Q1',
    ]);
    await expect(answers.calibration({ from: '2025-Q1', to: '2025-03' }, nobody)).rejects.toThrow('are not of one kind');
    await expect(answers.calibration({ from: '2025-Q2', to: '2025-Q2' }, nobody)).rejects.toThrow('has not');
    await close();
  });

  it('of any method is in each period the forecast asked as of that instant, against what came as its history has it (TN02)', async () => {
    await holds(
      fc.asyncProperty(
        arbitraryLog({ events: 60, deals: 8 }),
        fc.constantFrom(...methods),
        fc.constantFrom('now' as const, 'then' as const),
        async (log, method, known) => {
          const world = await openAnswering(log, { now: Date.UTC(2026, 0, 1), logMadeAt: HISTORY_BEGINS });
          const asked = { method, groupBy: ['owner'], known } as const;
          const { periods } = await world.answers.calibration({ ...asked, from: '2025-01', to: '2025-04', horizon: '10d' }, nobody);
          for (const point of periods) {
            const history = await world.answers.forecastHistory(
              { ...asked, period: point.period, from: point.at, step: 'quarter' },
              nobody,
            );
            const row = history.rows.find(({ at, group }) => at === point.at && group['owner'] === point.group['owner']);
            const of = (sums: readonly MoneyText[] | undefined) =>
              sums?.find(({ currency }) => currency === point.currency)?.amount ?? '0.00';
            expect(Number(point.forecast?.amount)).toBe(Number(of(row?.figures?.forecast)));
            const came = history.actual.find(({ group }) => group['owner'] === point.group['owner']);
            expect(Number(point.actual.amount)).toBe(Number(of(came?.now.won)));
          }
          await world.close();
        },
      ),
      0.15,
    );
  });
});
