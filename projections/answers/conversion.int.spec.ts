import type { DomainEvent } from '../../libs/domain/shared/envelope.js';
import { BEGINNING_OF_TIME } from '../../libs/domain/shared/instant.js';
import type { Answering } from '../../libs/testing/answering.js';
import { nobody, openAnswering } from '../../libs/testing/answering.js';
import { Telling } from '../../libs/testing/tell.js';

const day = (text: string): number => Date.parse(`2025-${text}T09:00:00.000Z`);
const rateSet = (rate: string): DomainEvent => ({ type: 'RateSet', data: { from: 'SEK', to: 'EUR', rate } });
const value = (minor: number, currency: string): DomainEvent => ({ type: 'ExpectedValueEstimated', data: { value: { minor, currency } } });

/** Two deals, one in kronor, one in euros; the krona falls in February, and somebody enters in March that it had fallen further on the 20th. */
async function tellStory(answering: Answering): Promise<Telling> {
  const telling = new Telling();
  const stage = { id: 'meeting', label: 'Meeting', weight: 5_000, requiredFields: [], stagnatesAfterDays: null, actions: [] };
  const process = { name: 'Sales', stages: [stage], gates: {}, removedStages: [] };
  const assumed = { dated: false as const, recordedAt: day('01-02') };
  telling.tell('pipeline-sales', BEGINNING_OF_TIME, { type: 'PipelineDefined', data: { version: 1, process } }, assumed);
  telling.tell('rate-SEK-EUR', BEGINNING_OF_TIME, rateSet('0.10'), assumed);
  for (const [deal, worth] of [
    ['deal-a1', value(1_000_05, 'SEK')],
    ['deal-a2', value(200_00, 'EUR')],
  ] as const) {
    const nobodySaid = { contactId: 'not-in-source', companyId: 'not-in-source', summary: 'not-in-source', receivedBy: 'not-in-source' };
    const data = { ...nobodySaid, source: { kind: 'unknown' }, origin: { kind: 'spontaneous' } };
    telling.tell(deal, day('01-10'), { type: 'RequestRegistered', data });
    telling.tell(deal, day('01-10'), { type: 'LeadQualified', data: { pipelineId: 'sales', stageId: 'meeting', ownerId: 'anna' } });
    telling.tell(deal, day('01-10'), worth);
  }
  telling.tell('rate-SEK-EUR', day('02-10'), rateSet('0.09'));
  telling.tell('deal-a1', day('02-15'), value(2_000_05, 'SEK'));
  telling.tell('rate-SEK-EUR', day('02-20'), rateSet('0.08'), { recordedAt: day('03-01') });
  await answering.tell(telling.events);
  return telling;
}

describe('values in one currency', () => {
  let answering: Answering;
  let telling: Telling;
  beforeEach(async () => {
    answering = await openAnswering([], { now: day('04-01'), logMadeAt: day('01-01') });
    telling = await tellStory(answering);
  });
  afterEach(() => answering.close());
  const eur = (amount: string): object[] => [{ amount, currency: 'EUR' }];

  it('each deal at the rate in force at T, as known at K, rounded half to even; the basis names the rates', async () => {
    const asked = { convertTo: 'EUR', groupBy: ['status'] } as const;
    const january = await answering.answers.pipeline({ ...asked, asOf: '2025-01-31' }, nobody);
    expect(january.rows[0]).toMatchObject({ deals: 2, value: eur('300.00'), weighted: eur('150.00') }); // 100.005 is 100.00
    expect(january.basis).toMatchObject({
      ...{ currency: ['EUR'], assumedSinceBeginning: ['process', 'rate'] },
      conversion: { to: 'EUR', rates: [{ from: 'SEK', to: 'EUR', rate: '0.10', since: null }] },
    });
    const february = { ...asked, asOf: '2025-02-28' };
    expect((await answering.answers.pipeline(february, nobody)).rows[0]?.value).toEqual(eur('360.00')); // 2000.05 × 0.08 = 160.004
    expect((await answering.answers.pipeline({ ...february, knownAt: '2025-02-28' }, nobody)).rows[0]?.value).toEqual(eur('380.00')); // × 0.09 = 180.0045
  });

  it('the other way round by the inverse of the rate', async () => {
    const { rows } = await answering.answers.pipeline({ asOf: '2025-01-31', convertTo: 'SEK', groupBy: [] }, nobody);
    expect(rows[0]?.value).toEqual([{ amount: '3000.05', currency: 'SEK' }]);
  });

  it('without a rate a value stays in its own currency, and the answer says so', async () => {
    const { rows, basis } = await answering.answers.pipeline({ asOf: '2025-01-31', convertTo: 'USD', groupBy: [] }, nobody);
    expect(rows[0]?.value).toEqual([...eur('200.00'), { amount: '1000.05', currency: 'SEK' }]);
    expect(basis.conversion).toEqual({ to: 'USD', rates: [] });
    expect(basis.marks).toContain('no rate of EUR, SEK in USD was in force: these values stand in their own currency');
  });

  it('forecasts too: each point at the rates in force there, what came at those of the end of the period (TN01)', async () => {
    const before = telling.events.length;
    const expected: DomainEvent = { type: 'DecisionDateExpected', data: { decisionDate: '2025-03-15' } };
    telling.tell('deal-a1', day('01-11'), expected);
    telling.tell('deal-a2', day('01-11'), expected);
    telling.tell('deal-a1', day('03-14'), { type: 'DealWon', data: { value: { minor: 2_000_05, currency: 'SEK' }, reasons: [] } });
    await answering.tell(telling.events.slice(before));
    const asked = { period: '2025-Q1', convertTo: 'EUR' } as const;
    const february = await answering.answers.forecast({ ...asked, asOf: '2025-02-28' }, nobody);
    expect(february.rows[0]).toMatchObject({ deals: 2, value: eur('360.00'), expected: eur('180.00') });
    expect(february.basis).toMatchObject({ currency: ['EUR'], conversion: { to: 'EUR', rates: [{ rate: '0.08' }] } });
    const { rows, actual, accuracy } = await answering.answers.forecastHistory(
      { ...asked, method: 'unweighted', step: 'month', from: '2025-01-31' },
      nobody,
    );
    expect(rows.map(({ at, figures, error }) => [at.slice(0, 10), figures?.forecast, error])).toEqual([
      ['2025-01-31', eur('300.00'), eur('140.00')],
      ['2025-02-28', eur('360.00'), eur('200.00')],
      ['2025-03-31', eur('360.00'), eur('200.00')],
    ]);
    expect([actual[0]?.now.won, accuracy.map(({ currency }) => currency)]).toEqual([eur('160.00'), ['EUR', 'EUR', 'EUR']]);
  });

  it('what is no currency is refused', async () => {
    await expect(answering.answers.pipeline({ convertTo: 'EURO' }, nobody)).rejects.toThrow("'EURO' is no currency");
  });

  it('the waterfall has what the rates did in a bucket of its own, and what happened to deals at the rates of that day', async () => {
    const asked = { from: '2025-02-01', to: '2025-02-28', convertTo: 'EUR' };
    const { rows } = await answering.answers.waterfall(asked, nobody);
    const moved = rows.filter(({ bucket, moves }) => moves === undefined || moves > 0 || bucket === 'reRated');
    expect(moved.map(({ bucket, deals, value }) => [bucket, deals, value])).toEqual([
      ['opening', 2, eur('300.00')],
      ['increased', 0, eur('90.00')], // 90.0045 is 90.00, 180.0045 is 180.00
      ['reRated', 0, eur('-30.00')], // 100.00 to 90.00, 180.00 to 160.00
      ['closing', 2, eur('360.00')],
    ]);
    const ends = await answering.answers.waterfall({ ...asked, method: 'ends' }, nobody);
    const byBucket = Object.fromEntries(ends.rows.map(({ bucket, value }) => [bucket, value]));
    expect(byBucket).toMatchObject({ reRated: eur('-20.00'), increased: eur('80.00') }); // all of it at the rate of the end
  });

  it('the explanation of a difference names the rate that moved it', async () => {
    const explained = await answering.answers.explain({ then: '2025-01-31', now: '2025-02-28', convertTo: 'EUR', groupBy: [] }, nobody);
    expect(explained.rows.map(({ cause, eventType, value }) => [cause, eventType, value])).toEqual([
      ['meaning', 'rate/SEK-EUR', eur('-10.00')],
      ['event', 'ExpectedValueEstimated', eur('90.00')],
      ['meaning', 'rate/SEK-EUR', eur('-20.00')],
    ]);
    expect(explained.totals.difference.value).toEqual(eur('60.00'));
  });
});
