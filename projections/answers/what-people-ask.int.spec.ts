import type { DomainEvent } from '../../libs/domain/shared/envelope.js';
import { BEGINNING_OF_TIME } from '../../libs/domain/shared/instant.js';
import type { Grouping } from '../../libs/reporting/queries.js';
import type { Answering } from '../../libs/testing/answering.js';
import { nobody, openAnswering } from '../../libs/testing/answering.js';
import { sealedText } from '../../libs/testing/history-steps.js';
import { Telling } from '../../libs/testing/tell.js';

const day = (text: string): number => Date.parse(`2025-${text}T09:00:00.000Z`);
const eur = (thousand: number): object => ({ value: { minor: thousand * 100_000, currency: 'EUR' } });

interface Request {
  readonly at: string;
  readonly source: string;
  readonly department: string;
  readonly product: string;
  readonly campaign?: string;
  /** What became of it, day by day. */
  readonly then: readonly (readonly [string, DomainEvent])[];
}

const qualified = (ownerId: string): DomainEvent => ({ type: 'LeadQualified', data: { pipelineId: 'sales', stageId: 'meeting', ownerId } });
const worth = (thousand: number): DomainEvent => ({ type: 'ExpectedValueEstimated', data: eur(thousand) });
const proposal: DomainEvent = { type: 'StageAdvanced', data: { from: 'meeting', to: 'proposal', skipped: [] } };
const won = (thousand: number): DomainEvent => ({ type: 'DealWon', data: { ...eur(thousand), reasons: [] } });
const lost: DomainEvent = { type: 'DealLost', data: { reasons: ['price'] } };

/** Six requests of a quarter: two won, one lost at the proposal, one still in its meeting, one waiting, one given to marketing. */
const REQUESTS: Readonly<Record<string, Request>> = {
  r1: {
    at: '01-06',
    source: 'website',
    department: 'sales',
    product: 'x1',
    then: [
      ['01-07', qualified('anna')],
      ['01-07', worth(10)],
      ['02-10', won(10)],
    ],
  },
  r2: {
    at: '01-07',
    source: 'website',
    department: 'after-sales',
    product: 'x1',
    then: [
      ['01-08', qualified('anna')],
      ['01-08', worth(40)],
      ['01-20', proposal],
      ['03-03', lost],
    ],
  },
  r3: {
    at: '02-03',
    source: 'referral',
    department: 'sales',
    product: 'x2',
    then: [
      ['02-04', qualified('ben')],
      ['02-04', worth(5)],
      ['02-20', won(5)],
    ],
  },
  r4: {
    at: '02-04',
    source: 'website',
    department: 'sales',
    product: 'x1',
    then: [
      ['02-05', qualified('ben')],
      ['02-05', worth(8)],
      ['02-05', { type: 'DecisionDateExpected', data: { decisionDate: '2025-03-31' } }],
    ],
  },
  r5: { at: '03-03', source: 'mailing', department: 'sales', product: 'x2', campaign: 'spring', then: [] },
  r6: {
    at: '03-04',
    source: 'website',
    department: 'after-sales',
    product: 'x2',
    then: [
      [
        '03-05',
        {
          type: 'RequestRoutedToMarketing',
          data: { lists: ['newsletter'], reason: sealedText('deal-r6', 1, 'RequestRoutedToMarketing.reason') },
        },
      ],
    ],
  },
};

async function tellStory({ tell }: Answering): Promise<void> {
  const telling = new Telling();
  const stage = { requiredFields: [], stagnatesAfterDays: null, actions: [] };
  const stages = [
    { ...stage, id: 'meeting', label: 'Meeting', weight: 3_000 },
    { ...stage, id: 'proposal', label: 'Proposal', weight: 6_000 },
  ];
  const process = { name: 'Sales', stages, gates: {}, removedStages: [] };
  const assumed = { dated: false as const, recordedAt: day('01-02') };
  telling.tell('pipeline-sales', BEGINNING_OF_TIME, { type: 'PipelineDefined', data: { version: 1, process } }, assumed);
  const moves = Object.entries(REQUESTS).flatMap(([deal, { at, source, department, product, campaign, then }]) => {
    const origin = campaign === undefined ? { kind: 'spontaneous' } : { kind: 'provoked', campaignId: campaign };
    const from = { contactId: 'not-in-source', companyId: 'not-in-source', summary: 'not-in-source', productId: product };
    const data = { ...from, source: { kind: 'known', source }, origin, receivedBy: { employeeId: 'anna', department } };
    const registered: DomainEvent = { type: 'RequestRegistered', data };
    return [[at, registered] as const, ...then].map(([when, event]) => ({ stream: `deal-${deal}`, when: day(when), event }));
  });
  for (const { stream, when, event } of moves.toSorted((a, b) => a.when - b.when)) telling.tell(stream, when, event);
  await tell(telling.events);
}

describe('what people ask of their sales process', () => {
  let answering: Answering;
  beforeAll(async () => {
    answering = await openAnswering([], { now: day('04-01'), logMadeAt: day('01-01') });
    await tellStory(answering);
  });
  afterAll(() => answering.close());
  const asOf = '2025-03-31';
  const quarter = { from: '2025-01-01', to: '2025-03-31', asOf } as const;

  it('how many leads are in each stage, of one source too, and which stage each is in (PR03, PR06, NU02, QL09)', async () => {
    const counts = async (filters: object) => {
      const { rows } = await answering.answers.pipeline({ asOf, groupBy: ['status', 'stage'], filters }, nobody);
      return rows.map(({ group, deals }) => [group.status, group.stage, deals]);
    };
    expect(await counts({})).toEqual([
      ['requested', null, 1],
      ['open', 'meeting', 1],
      ['won', null, 2],
      ['lost', null, 1],
      ['marketing', null, 1],
    ]);
    expect(await counts({ source: ['website'] })).toEqual([
      ['open', 'meeting', 1],
      ['won', null, 1],
      ['lost', null, 1],
      ['marketing', null, 1],
    ]);
    const { deals } = await answering.answers.deals({ asOf: '2025-02-15' }, nobody);
    expect(deals.map(({ deal, status, stage }) => [deal, status, stage])).toEqual([
      ['r1', 'won', 'meeting'],
      ['r2', 'open', 'proposal'],
      ['r3', 'open', 'meeting'],
      ['r4', 'open', 'meeting'],
    ]);
  });

  it('what has just come in: it waits at the top of the funnel from the instant it was registered (RQ19)', async () => {
    const statuses = async (instant: string) => {
      const { rows } = await answering.answers.pipeline({ asOf: instant, groupBy: ['status'], filters: { source: ['mailing'] } }, nobody);
      return rows.map(({ group, deals }) => [group.status, deals]);
    };
    expect(await statuses('2025-03-03T08:59:59.999Z')).toEqual([]);
    expect(await statuses('2025-03-03T09:00:00Z')).toEqual([['requested', 1]]);
  });

  it('where a request went that there was nothing to win of: out of the funnel and of the work lists, never out of the record (AS19)', async () => {
    const listed = async (instant: string, status: readonly string[]) => {
      const { deals } = await answering.answers.deals({ asOf: instant, filters: { status } }, nobody);
      return deals.map(({ deal }) => deal).includes('r6');
    };
    const underWay = ['requested', 'contacted', 'open', 'postponed'];
    expect([await listed('2025-03-04', underWay), await listed(asOf, underWay), await listed(asOf, ['marketing'])]).toEqual([
      ...[true, false, true],
    ]);
    const { state } = await answering.answers.deal('r6', { asOf }, nobody);
    expect(state?.status).toBe('marketing');
    const { events } = await answering.answers.dealHistory('r6', {}, nobody);
    expect(events.map(({ type }) => type)).toEqual(['RequestRegistered', 'RequestRoutedToMarketing']);
  });

  it('where time is lost: in which stage deals stay longest, and in which deals nothing happened for so long (EF02)', async () => {
    const { rows } = await answering.answers.timeInStage({ asOf }, nobody);
    expect(rows.map(({ stage, finished, mean }) => [stage, finished, mean])).toEqual([
      ['meeting', 3, (34 + 12 + 16) / 3],
      ['proposal', 1, 42],
    ]);
    const { longest } = await answering.answers.standstills({ asOf, over: '30d', limit: 2 }, nobody);
    expect(longest.map(({ deal, days }) => [deal, Math.floor(days)])).toEqual([
      ['r4', 54],
      ['r2', 42],
    ]);
  });

  it('how many active deals each salesperson works on (PR05)', async () => {
    const { rows } = await answering.answers.pipeline({ asOf: '2025-02-15', groupBy: ['owner'], filters: { status: ['open'] } }, nobody);
    expect(rows.map(({ group, deals }) => [group.owner, deals])).toEqual([
      ['anna', 1],
      ['ben', 2],
    ]);
  });

  it('what the present leads bring at the conversion so far: of the deals that were in the meeting and ended, two of three were won (PR10)', async () => {
    const { rows } = await answering.answers.forecast({ period: '2025-Q1', method: 'conversion', asOf }, nobody);
    expect(rows[0]).toMatchObject({ deals: 1, expected: [{ amount: '5333.60', currency: 'EUR' }] }); // 8,000 at 66.67 %
  });

  it('what the pipeline holds and what the period will bring are two figures of the same deals (FC06)', async () => {
    const pipeline = await answering.answers.pipeline({ asOf, groupBy: ['status'], filters: { status: ['open'] } }, nobody);
    const forecast = await answering.answers.forecast({ period: '2025-Q1', asOf }, nobody);
    expect(pipeline.rows[0]).toMatchObject({ deals: 1, value: [{ amount: '8000.00' }], weighted: [{ amount: '2400.00' }] });
    expect(forecast.rows[0]).toMatchObject({
      expected: [{ amount: '2400.00' }],
      won: [{ amount: '15000.00' }],
      forecast: [{ amount: '17400.00' }],
    });
    expect([pipeline.basis.method, forecast.basis.method]).toEqual(['pipeline/1', 'forecast/1/stage-weight']);
    // Before its decision date was known to be in the quarter, a deal is in the pipeline and in no forecast.
    expect((await answering.answers.forecast({ period: '2025-Q2', asOf }, nobody)).rows[0]).toMatchObject({ deals: 0 });
  });

  const inflow = async (groupBy: readonly Grouping[], milestone = 'registered') => {
    const { rows } = await answering.answers.inflow({ ...quarter, milestone, groupBy, step: 'quarter' }, nobody);
    return rows.map(({ group, deals, share }) => [...Object.values(group), deals, share]);
  };

  it('where requests come from, and where qualified leads come from (SO01, SO02)', async () => {
    expect(await inflow(['source'])).toEqual([
      ['mailing', 1, 1 / 6],
      ['referral', 1, 1 / 6],
      ['website', 4, 4 / 6],
    ]);
    expect(await inflow(['source'], 'qualified')).toEqual([
      ['referral', 1, 1 / 4],
      ['website', 3, 3 / 4],
    ]);
  });

  it('which promotion gave requests (SO05)', async () => {
    expect(await inflow(['campaign'])).toEqual([
      ['spring', 1, 1 / 6],
      [null, 5, 5 / 6],
    ]);
  });

  it('how the requests of each receiving department evolve, month by month, a month without one told as 0 (SO04, NU04)', async () => {
    const { rows } = await answering.answers.inflow({ ...quarter, groupBy: ['department'] }, nobody);
    expect(rows.map(({ period, group, deals }) => [period, group.department, deals])).toEqual([
      ['2025-01', 'after-sales', 1],
      ['2025-01', 'sales', 1],
      ['2025-02', 'after-sales', 0],
      ['2025-02', 'sales', 2],
      ['2025-03', 'after-sales', 1],
      ['2025-03', 'sales', 1],
    ]);
  });

  it('which patterns are in the inflow: by weekday, with how many there were of each (NU05)', async () => {
    const { rows } = await answering.answers.inflow({ ...quarter, step: 'weekday' }, nobody);
    expect(rows.map(({ period, periods, deals }) => [period, periods, deals])).toEqual([
      ['Monday', 13, 3],
      ['Tuesday', 12, 3],
      ...['Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'].map((name) => [name, 13, 0]),
    ]);
  });

  it('whether a type of request is disappearing: its share of each month (TN04)', async () => {
    const { rows } = await answering.answers.inflow({ ...quarter, groupBy: ['product'] }, nobody);
    expect(rows.filter(({ group }) => group.product === 'x1').map(({ period, share }) => [period, share])).toEqual([
      ['2025-01', 1],
      ['2025-02', 0.5],
      ['2025-03', 0],
    ]);
  });

  it('in which calendar periods the sale stands still: no deal was won in January and March (LT02)', async () => {
    const { rows, basis } = await answering.answers.inflow({ ...quarter, milestone: 'won' }, nobody);
    expect(rows.map(({ period, deals }) => [period, deals])).toEqual([
      ['2025-01', 0],
      ['2025-02', 2],
      ['2025-03', 0],
    ]);
    const running = await answering.answers.inflow({ from: '2025-01-01', to: '2025-03-31', asOf: '2025-03-10', milestone: 'won' }, nobody);
    expect([basis.marks, running.basis.marks]).toEqual([[], ['told in part, as they are not over or cut: 2025-03']]);
  });

  it('where the others fail: the stage that deals were lost from (SU02)', async () => {
    const { rows } = await answering.answers.timeInStage({ asOf }, nobody);
    expect(rows.map(({ stage, exits }) => [stage, exits])).toEqual([
      ['meeting', { won: 2, advanced: 1, stillThere: 1 }],
      ['proposal', { lost: 1 }],
    ]);
  });

  it('which kind, department and person does better than the average, which is shown too (SU03, SU06)', async () => {
    const rate = async (groupBy: readonly Grouping[]) => {
      const { rows } = await answering.answers.winRate({ cohort: '2025-Q1', milestone: 'registered', groupBy, asOf }, nobody);
      return rows.map(({ group, rates }) => [...Object.values(group), rates['by-deals'].won, rates['by-deals'].of]);
    };
    expect(await rate([])).toEqual([[2, 3]]);
    expect(await rate(['product'])).toEqual([
      ['x1', 1, 2],
      ['x2', 1, 1],
    ]);
    expect(await rate(['department'])).toEqual([
      ['after-sales', 0, 1],
      ['sales', 2, 2],
    ]);
    expect(await rate(['owner'])).toEqual([
      ['anna', 1, 2],
      ['ben', 1, 1],
    ]);
  });

  it('whether the expected revenue tells the success: what was expected, not what it was won for (SU07)', async () => {
    const { rows } = await answering.answers.winRate({ asOf }, nobody);
    expect(rows[0]?.byBand.map(({ from, to, won: wins, lost: losses, rate }) => [from?.amount, to?.amount, wins, losses, rate])).toEqual([
      ['3000.00', '10000.00', 1, 0, 1],
      ['10000.00', '30000.00', 1, 0, 1],
      ['30000.00', '100000.00', 0, 1, 0],
    ]);
  });

  it('how long it takes by source, and whether that is shorter than before (LT05, TN03)', async () => {
    const days = async (cohort: string) => {
      const { rows } = await answering.answers.leadTimes({ from: 'registered', to: 'won', cohort, groupBy: ['source'], asOf }, nobody);
      return rows.map(({ group, n, finished, mean }) => [group.source, n, finished, mean]);
    };
    expect(await days('2025-01')).toEqual([['website', 2, 1, 35]]);
    expect(await days('2025-02')).toEqual([
      ['referral', 1, 1, 17],
      ['website', 1, 0, null],
    ]);
  });

  it('whether disqualified requests surface later after all, and after how long (LT04)', async () => {
    const telling = new Telling();
    const request = (deal: string, at: string, companyId: string): void => {
      const data = {
        contactId: 'not-in-source',
        companyId,
        summary: 'not-in-source',
        source: { kind: 'unknown' },
        origin: { kind: 'spontaneous' },
      };
      telling.tell(`deal-${deal}`, day(at), { type: 'RequestRegistered', data: { ...data, receivedBy: 'not-in-source' } });
    };
    const away = (deal: string, at: string): void => {
      const data = { lists: ['newsletter'], reason: sealedText(`deal-${deal}`, 1, 'RequestRoutedToMarketing.reason') };
      telling.tell(`deal-${deal}`, day(at), { type: 'RequestRoutedToMarketing', data });
    };
    request('a', '01-02', 'c1'); // turned away on the 3rd, asks again on 2 February, and is won
    request('b', '01-02', 'c2'); // turned away, never again
    request('c', '01-02', 'not-in-source'); // nobody can tell
    for (const deal of ['a', 'b', 'c']) away(deal, '01-03');
    request('d', '02-02', 'c1');
    telling.tell('deal-d', day('02-03'), qualified('anna'));
    telling.tell('deal-d', day('02-10'), won(1));
    const { answers, close } = await openAnswering(telling.events, { now: day('04-01'), logMadeAt: day('01-01') });
    const { rows, basis } = await answers.reemergence({ asOf: '2025-03-31' }, nobody);
    expect(rows[0]).toMatchObject({ n: 2, askerUnknown: 1, askedAgain: 1, wonAfterAll: 1, share: 0.5, mean: 30, kaplanMeierMedian: 30 });
    expect(basis.marks).toContain('disqualified requests of no known company, which can never be seen again: 1');
    // Before the second request, nobody had come back yet.
    expect((await answers.reemergence({ asOf: '2025-02-01' }, nobody)).rows[0]).toMatchObject({ n: 2, askedAgain: 0, wonAfterAll: 0 });
    await close();
  });
});
