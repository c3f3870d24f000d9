import { BEGINNING_OF_TIME } from '../../libs/domain/shared/instant.js';
import type { Answering } from '../../libs/testing/answering.js';
import { nobody, openAnswering } from '../../libs/testing/answering.js';
import { Telling } from '../../libs/testing/tell.js';

const day = (text: string): number => Date.parse(`2025-${text}T00:00:00.000Z`);
const eur = (euros: number) => ({ value: { minor: euros * 100, currency: 'EUR' } });
const imported = day('06-10');

/** Three deals of January as a source tells them in June: one won on 4 February, one won and one lost nobody knows when. */
function told(): Telling {
  const telling = new Telling();
  const more = { recordedAt: imported };
  for (const deal of ['dated', 'won', 'lost']) {
    const request = { contactId: 'not-in-source', companyId: 'not-in-source', summary: 'not-in-source', source: { kind: 'unknown' } };
    const facts: readonly (readonly [string, string, object])[] = [
      ['01-05', 'RequestRegistered', { ...request, origin: { kind: 'spontaneous' }, receivedBy: 'not-in-source' }],
      ['01-05', 'LeadQualified', { pipelineId: 'sales', stageId: 'meeting', ownerId: 'anna' }],
      ['01-05', 'ExpectedValueEstimated', eur(100)],
      ['01-05', 'DecisionDateExpected', { decisionDate: '2025-02-28' }],
    ];
    for (const [at, type, data] of facts) telling.tell(`deal-${deal}`, day(at), { type, data }, more);
  }
  telling.tell('deal-dated', day('02-04'), { type: 'DealWon', data: { ...eur(90), reasons: [] } }, more);
  telling.tell('deal-won', imported, { type: 'DealWon', data: { ...eur(80), reasons: [] } }, { ...more, dated: false });
  telling.tell('deal-lost', imported, { type: 'DealLost', data: { reasons: [] } }, { ...more, dated: false });
  return telling;
}

describe('a deal that ended nobody knows when', () => {
  let answering: Answering;
  const ended = (where: string, deals: number) => `deals that ended without a date of their own, ${where}: ${deals}`;
  const recorded = (deals: number) => `deals whose end was recorded in this period without a date of its own, in no period: ${deals}`;

  beforeAll(async () => {
    answering = await openAnswering(told().events, { now: day('07-01'), logMadeAt: day('01-01') });
  });
  afterAll(() => answering.close());

  it('is open until its import and ended from then on, and closes in no month, not in that in which it was expected to either', async () => {
    const { answers } = answering;
    const states = async (asOf: string) =>
      (await answers.pipeline({ asOf, groupBy: ['status', 'closingMonth'] }, nobody)).rows.map(({ group, deals }) => [
        ...[group.status, group.closingMonth, deals],
      ]);
    expect(await states('2025-05-31')).toEqual([
      ['open', '2025-02', 2],
      ['won', '2025-02', 1],
    ]);
    expect(await states('2025-06-30')).toEqual([
      ['won', '2025-02', 1],
      ['won', null, 1],
      ['lost', null, 1],
    ]);
    expect((await answers.pipeline({ closing: '2025-Q1' }, nobody)).rows.map(({ deals }) => deals)).toEqual([1]);
  });

  it('is won in no period: not in a forecast, a quota, an inflow or a rate by closing of the month of its import', async () => {
    const { answers } = answering;
    const forecast = await answers.forecast({ period: '2025-06' }, nobody);
    expect([forecast.rows[0]?.wonDeals, forecast.basis.marks.at(-1)]).toEqual([0, recorded(1)]);
    expect((await answers.forecast({ period: '2025-Q1' }, nobody)).rows[0]?.wonDeals).toBe(1);
    const history = await answers.forecastHistory({ period: '2025-06' }, nobody);
    expect([history.actual[0]?.now.deals, history.basis.marks.includes(recorded(1))]).toEqual([0, true]);
    const coverage = await answers.coverage({ period: '2025-06' }, nobody);
    expect([coverage.totals.coverage, coverage.basis.marks.at(-1)]).toEqual([[], recorded(1)]);
    const inflow = await answers.inflow({ from: '2025-06-01', to: '2025-06-30', milestone: 'won' }, nobody);
    expect([inflow.rows.map(({ deals }) => deals), inflow.basis.marks.includes(recorded(1))]).toEqual([[0], true]);
    const closed = await answers.winRate({ closed: '2025-06' }, nobody);
    expect([closed.rows[0]?.n, closed.basis.marks.includes(recorded(2))]).toEqual([0, true]);
  });

  it('counts for what became of its cohort, and for no length of time', async () => {
    const { answers } = answering;
    const winRate = await answers.winRate({ cohort: '2025-01' }, nobody);
    expect(winRate.rows[0]).toMatchObject({ won: 2, lost: 1, rates: { 'by-deals': { won: 2, of: 3 } } });
    expect(winRate.rows[0]?.curve.at(-1)).toMatchObject({ won: 1, lost: 0, open: 0 });
    expect(winRate.basis.marks).toContain(ended('in the rates and at no age', 2));
    for (const mode of ['reached', 'touched', 'strict'] as const) {
      const { rows } = await answers.funnel({ cohort: '2025-01', mode }, nobody);
      expect(rows.at(-1)).toMatchObject({ milestone: 'won', deals: 2 });
    }
    const toWon = await answers.leadTimes({ from: 'registered', to: 'won' }, nobody);
    expect(toWon.rows[0]).toMatchObject({ n: 1, finished: 1, running: 0, gone: 0, mean: 30 });
    expect(toWon.basis.marks).toContain(ended('in no lead time', 2));
    const stays = await answers.timeInStage({}, nobody);
    expect(stays.rows).toMatchObject([{ n: 1, finished: 1, mean: 30 }]);
    expect(stays.basis.marks).toContain('stays in a stage that began or ended without a date of their own, in no row: 2');
    const silences = await answers.standstills({ over: '60d' }, nobody);
    expect(silences.rows[0]).toMatchObject({ silences: 1, standstills: 0, longest: 30 });
  });
});

describe('a deal that came to its stage nobody knows when', () => {
  it('stands there for a time that is not known, and took no known time to it (RV11, LT01)', async () => {
    const telling = told();
    const process = {
      name: 'Sales',
      stages: ['meeting', 'proposal'].map((id) => ({
        id,
        label: id,
        weight: 5_000,
        requiredFields: [],
        stagnatesAfterDays: 10,
        actions: [],
      })),
      gates: {},
      removedStages: [],
    };
    telling.tell('pipeline-sales', BEGINNING_OF_TIME, { type: 'PipelineDefined', data: { version: 1, process } }, { dated: false });
    const request = { contactId: 'not-in-source', companyId: 'not-in-source', summary: 'not-in-source', source: { kind: 'unknown' } };
    const more = { recordedAt: imported };
    const asked = { ...request, origin: { kind: 'spontaneous' }, receivedBy: 'not-in-source' };
    telling.tell('deal-moved', day('01-05'), { type: 'RequestRegistered', data: asked }, more);
    telling.tell(
      'deal-moved',
      day('01-05'),
      { type: 'LeadQualified', data: { pipelineId: 'sales', stageId: 'meeting', ownerId: 'anna' } },
      more,
    );
    telling.tell(
      'deal-moved',
      imported,
      { type: 'StageAdvanced', data: { from: 'meeting', to: 'proposal', skipped: [] } },
      { ...more, dated: false },
    );
    const { answers, close } = await openAnswering(telling.events, { now: day('07-01'), logMadeAt: day('01-01') });
    const aging = await answers.aging({}, nobody);
    expect(aging.totals).toMatchObject({ deals: 1, ageUnknown: 1, stagnant: { deals: 0 } });
    const toProposal = await answers.leadTimes({ from: 'registered', to: 'proposal' }, nobody);
    expect(toProposal.rows[0]).toMatchObject({ finished: 0, running: 0 });
    expect(toProposal.basis.marks).toContain('deals that came to proposal without a date of their own, in no lead time: 1');
    expect((await answers.timeInStage({}, nobody)).rows).toMatchObject([{ stage: 'meeting', n: 1, finished: 1, mean: 30 }]);
    const { rows } = await answers.funnel({ cohort: '2025-01' }, nobody);
    expect(rows.find(({ milestone }) => milestone === 'proposal')).toMatchObject({ stillHere: 1 });
    expect(rows.find(({ milestone }) => milestone === 'meeting')).toMatchObject({ deals: 4, account: { entries: 4, advanced: 1 } });
    await close();
  });
});
