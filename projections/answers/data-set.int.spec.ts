import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Answering } from '../../libs/testing/answering.js';
import { nobody, openAnswering } from '../../libs/testing/answering.js';
import { personIdFromName } from '../../libs/privacy/hashing.js';
import { openImportDesk, readMappingFile, SHARED_DATA } from '../../libs/testing/import-desk.js';

/** The data set stands beside the checkout; where it does not, there is nothing to compare with. */
const THERE = existsSync(SHARED_DATA);

/** Flow and forecast reports over the public data set, each beside a plain loop over its CSV. */

interface SourceRow {
  readonly opportunity_id: string;
  readonly sales_agent: string;
  readonly account: string;
  readonly product: string;
  readonly deal_stage: 'Prospecting' | 'Engaging' | 'Won' | 'Lost';
  readonly engage_date: string;
  readonly close_date: string;
  readonly close_value: string;
}

function csv<Row>(name: string): readonly Row[] {
  return THERE ? parse(readFileSync(join(SHARED_DATA, name)), { columns: true }) : [];
}

const rows = csv<SourceRow>('sales_pipeline.csv');
const listPrice = new Map(
  csv<{ product: string; sales_price: string }>('products.csv').map((row) => [row.product, Number(row.sales_price)]),
);
const managers = new Map(csv<{ sales_agent: string; manager: string }>('sales_teams.csv').map((row) => [row.sales_agent, row.manager]));
const sectors = new Map(csv<{ account: string; sector: string }>('accounts.csv').map((row) => [row.account, row.sector]));
const product = ({ product: name }: SourceRow): string => (name === 'GTXPro' ? 'GTX Pro' : name);
const worth = (row: SourceRow): number => (row.deal_stage === 'Won' ? Number(row.close_value) : (listPrice.get(product(row)) ?? NaN));
/** Only prospecting rows have no date at all. */
const dated = rows.filter(({ engage_date: engaged }) => engaged !== '');

const QUARTERS = [
  ['2017-Q1', '2017-01-01', '2017-03-31'],
  ['2017-Q2', '2017-04-01', '2017-06-30'],
  ['2017-Q3', '2017-07-01', '2017-09-30'],
  ['2017-Q4', '2017-10-01', '2017-12-31'],
] as const;
const MONTH_ENDS = [
  '2017-01-31',
  '2017-02-28',
  '2017-03-31',
  '2017-04-30',
  '2017-05-31',
  '2017-06-30',
  '2017-07-31',
  '2017-08-31',
  '2017-09-30',
  '2017-10-31',
  '2017-11-30',
  '2017-12-31',
];

/** What a row is counted under; an open row without an account has no sector in the source. */
const GROUPED_BY = {
  team: (row: SourceRow, logKey: Buffer) => personIdFromName(logKey, 'crm', managers.get(row.sales_agent) ?? ''),
  industry: (row: SourceRow) => sectors.get(row.account) ?? 'not-in-source',
  product,
} as const;

const within = (date: string, from: string, to: string): boolean => date !== '' && date >= from && date <= to;
const count = (all: readonly SourceRow[], stage: SourceRow['deal_stage']): number => all.filter((row) => row.deal_stage === stage).length;
const sum = (all: readonly SourceRow[]): number => all.reduce((total, row) => total + worth(row), 0);
const dollars = (value: readonly { amount: string }[] | undefined): number => Number(value?.[0]?.amount ?? 0);

(THERE ? describe : describe.skip)('the public data set, report by report beside a plain loop over its rows', () => {
  let answering: Answering;
  let logKey: Buffer;
  beforeAll(async () => {
    const desk = openImportDesk();
    ({ logKey } = desk.keyStore);
    const mapping = join(import.meta.dirname, '../../examples/imports/crm-sales-opportunities.yaml');
    await desk.import(readMappingFile(mapping), SHARED_DATA);
    const events = [...(await desk.streams()).values()].flat().toSorted((a, b) => (a.position < b.position ? -1 : 1));
    answering = await openAnswering(events, { now: Date.parse('2026-12-01'), logMadeAt: Date.parse('2026-11-01') });
  }, 120_000);
  afterAll(() => answering.close());

  it.each(MONTH_ENDS.flatMap((at) => (['team', 'industry', 'product'] as const).map((by) => [at, by] as const)))(
    'pipeline as of %s by status and %s, in deals and in money',
    async (at, by) => {
      const answer = await answering.answers.pipeline({ asOf: at, groupBy: ['status', by] }, nobody);
      const told = answer.rows.map(({ group, labels, deals, value }) => {
        const named = by === 'product' ? labels.product : group[by];
        return `${group.status} ${named}: ${deals} deals, ${dollars(value)}`;
      });
      const groups = new Map<string, { deals: number; value: number }>();
      for (const row of dated.filter(({ engage_date: engaged }) => engaged <= at)) {
        const closed = row.close_date !== '' && row.close_date <= at;
        const status = closed ? row.deal_stage.toLowerCase() : 'open';
        const key = `${status} ${GROUPED_BY[by](row, logKey)}`;
        const group = groups.get(key) ?? { deals: 0, value: 0 };
        group.deals += 1;
        group.value += status === 'won' ? Number(row.close_value) : (listPrice.get(product(row)) ?? NaN);
        groups.set(key, group);
      }
      expect(told.toSorted()).toEqual([...groups].map(([key, { deals, value }]) => `${key}: ${deals} deals, ${value}`).toSorted());
    },
  );

  it.each([QUARTERS[1], QUARTERS[2]])('cycle times of the deals engaged in %s, and what became of them', async (cohort, from, to) => {
    const engaged = dated.filter(({ engage_date: date }) => within(date, from, to));
    const days = engaged
      .filter(({ deal_stage: stage }) => stage === 'Won')
      .map(({ engage_date: begun, close_date: closed }) => (Date.parse(closed) - Date.parse(begun)) / 86_400_000)
      .toSorted((a, b) => a - b);
    const [told] = (await answering.answers.leadTimes({ from: 'registered', to: 'won', cohort }, nobody)).rows;
    const nearestRank = (share: number): number | undefined => days[Math.ceil(days.length * share) - 1];
    expect(told).toMatchObject({
      n: engaged.length,
      finished: days.length,
      gone: count(engaged, 'Lost'),
      running: count(engaged, 'Engaging'),
    });
    expect(told).toMatchObject({ p25: nearestRank(0.25), p50: nearestRank(0.5), p90: nearestRank(0.9), least: days[0], most: days.at(-1) });
    expect(told?.mean).toBeCloseTo(days.reduce((sum, each) => sum + each, 0) / days.length, 2);
    const funnel = (await answering.answers.funnel({ cohort }, nobody)).rows;
    expect([funnel[0]?.deals, funnel.at(-1)?.deals]).toEqual([engaged.length, count(engaged, 'Won')]);
    expect(funnel.reduce((sum, { lost }) => sum + lost, 0)).toBe(count(engaged, 'Lost'));
  });

  it.each(QUARTERS)('win rate of what was closed in %s, in deals and in money', async (closed, from, to) => {
    const ended = dated.filter(({ close_date: date }) => within(date, from, to));
    const { rows: told } = await answering.answers.winRate({ closed }, nobody);
    expect(told[0]?.rates['by-deals']).toMatchObject({ won: count(ended, 'Won'), of: ended.length });
    const wonValue = sum(ended.filter(({ deal_stage: stage }) => stage === 'Won'));
    expect(told[0]?.byValue).toMatchObject({ USD: { won: wonValue.toFixed(2), of: sum(ended).toFixed(2) } });
  });

  it.each([QUARTERS[0], QUARTERS[2]])('win rate of the cohort engaged in %s, product by product', async (cohort, from, to) => {
    const { rows: told } = await answering.answers.winRate({ cohort, groupBy: ['product'] }, nobody);
    const engaged = dated.filter(({ engage_date: date }) => within(date, from, to));
    const expected = [...new Set(engaged.map(product))].map((name) => {
      const own = engaged.filter((row) => product(row) === name);
      return [name, own.length, count(own, 'Won'), count(own, 'Lost'), count(own, 'Engaging')];
    });
    const byName = told.map(({ labels, n, won, lost, open }) => [labels.product, n, won, lost, open]);
    expect(byName.toSorted()).toEqual(expected.toSorted());
  });

  it.each([QUARTERS[1], QUARTERS[3]])(
    'forecast history of %s: what was won by each month\u2019s end, and what came',
    async (period, from, to) => {
      const history = await answering.answers.forecastHistory({ period, step: 'month', from }, nobody);
      const came = rows.filter((row) => row.deal_stage === 'Won' && within(row.close_date, from, to));
      expect([history.actual[0]?.now.deals ?? 0, dollars(history.actual[0]?.now.won)]).toEqual([came.length, sum(came)]);
      for (const { at, figures, error } of history.rows) {
        const by = came.filter(({ close_date: date }) => date <= at.slice(0, 10));
        expect([at, figures?.wonDeals, dollars(figures?.won)]).toEqual([at, by.length, sum(by)]);
        expect(dollars(error)).toBe(sum(by) - sum(came)); // the source has no expected dates: only what is won counts
      }
    },
  );

  it.each(MONTH_ENDS.filter((_, month) => month % 3 === 2))(
    'forecast as of %s: open deals of the source have no expected date, and are counted apart',
    async (at) => {
      const { rows: told, noExpectedDate } = await answering.answers.forecast({ period: '2017-Q4', asOf: at }, nobody);
      const open = dated.filter(({ engage_date: engaged, close_date: closed }) => engaged <= at && (closed === '' || closed > at));
      expect([told[0]?.deals, noExpectedDate.deals, dollars(noExpectedDate.value)]).toEqual([
        0,
        open.length,
        open.reduce((total, row) => total + (listPrice.get(product(row)) ?? NaN), 0),
      ]);
    },
  );

  it('series of 2017 by status, month by month', async () => {
    const series = await answering.answers.series({ from: '2017-01', to: '2017-12', step: 'month', groupBy: ['status'] }, nobody);
    const told = MONTH_ENDS.map((at) =>
      ['open', 'won', 'lost'].map((status) => series.rows.find((row) => row.at.startsWith(at) && row.group.status === status)?.deals ?? 0),
    );
    const ended = (at: string) => dated.filter(({ close_date: closed }) => closed !== '' && closed <= at);
    expect(told).toEqual(
      MONTH_ENDS.map((at) => {
        const begun = dated.filter(({ engage_date: engaged }) => engaged <= at).length;
        return [begun - ended(at).length, count(ended(at), 'Won'), count(ended(at), 'Lost')];
      }),
    );
  });

  it('inflow of 2017, month by month, and the deals without a date beside it', async () => {
    const { rows: told, undated } = await answering.answers.inflow({ from: '2017-01-01', to: '2017-12-31' }, nobody);
    const expected = MONTH_ENDS.map((at) => [
      at.slice(0, 7),
      dated.filter(({ engage_date: engaged }) => engaged.startsWith(at.slice(0, 7))).length,
    ]);
    expect(told.map(({ period, deals }) => [period, deals])).toEqual(expected);
    expect(undated).toBe(rows.length - dated.length);
  });
});
