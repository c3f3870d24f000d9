import type { DomainEvent } from '../../../libs/domain/shared/envelope.js';
import { BEGINNING_OF_TIME } from '../../../libs/domain/shared/instant.js';
import type { Basis } from '../../../libs/reporting/queries.js';
import type { Answering } from '../../../libs/testing/answering.js';
import { nobody, openAnswering } from '../../../libs/testing/answering.js';
import { Telling } from '../../../libs/testing/tell.js';
import type { Answers } from '../../../projections/answers/answers.js';
import { pipelineSnapshotModel } from '../../../projections/pipeline-snapshot/pipeline-snapshot.js';
import { answerText } from '../../questions/question.js';
import { renderText } from './answer.js';
import type { Answer } from './answers.js';

const day = (text: string): number => Date.parse(`2025-${text}T09:00:00.000Z`);
const qualified: DomainEvent = { type: 'LeadQualified', data: { pipelineId: 'sales', stageId: 'meeting', ownerId: 'anna' } };
const value = (minor: number, currency: string): DomainEvent => ({ type: 'ExpectedValueEstimated', data: { value: { minor, currency } } });
const due = (decisionDate: string): DomainEvent => ({ type: 'DecisionDateExpected', data: { decisionDate } });

/** Euros and kronor, one deal without a value and without an expected date, one imported without a date. The log begins on 1 January, deals on the 10th. */
async function tellStory({ tell }: Answering): Promise<void> {
  const telling = new Telling();
  const stage = { id: 'meeting', label: 'First meeting', weight: 5_000, requiredFields: [], stagnatesAfterDays: null, actions: [] };
  const process = { name: 'Sales', stages: [stage], gates: {}, removedStages: [] };
  const assumed = { dated: false as const, recordedAt: day('01-02') };
  telling.tell('pipeline-sales', BEGINNING_OF_TIME, { type: 'PipelineDefined', data: { version: 1, process } }, assumed);
  const register = (deal: string, at: string, more: { dated?: false } = {}): void => {
    const unsaid = { contactId: 'not-in-source', companyId: 'not-in-source', summary: 'not-in-source', receivedBy: 'not-in-source' };
    const data = { ...unsaid, source: { kind: 'unknown' }, origin: { kind: 'spontaneous' } };
    telling.tell(`deal-${deal}`, day(at), { type: 'RequestRegistered', data }, more);
  };
  for (const [deal, facts] of [
    ['a1', [value(1_000_00, 'EUR'), due('2025-03-20')]],
    ['a2', [value(2_000_00, 'SEK'), due('2025-03-21')]],
    ['a3', []],
  ] as const) {
    register(deal, '01-10');
    telling.tell(`deal-${deal}`, day('01-10'), qualified);
    for (const fact of facts) telling.tell(`deal-${deal}`, day('01-10'), fact);
  }
  register('a4', '02-05', { dated: false });
  telling.tell('deal-a4', day('02-05'), qualified, { dated: false });
  await tell(telling.events);
}

const UNDATED = 'deals in scope without a date of their own, in undated and in no row: 1';
const UNVALUED = 'deals without a known value, in no sum: 1';
const MIXED = 'values are in EUR, SEK: currencies are neither added up nor converted';
const NO_DATE = 'open deals without an expected decision date, in no period: 1';

/** Every report, asked as of an instant and as known at one. */
const REPORTS: readonly (readonly [name: string, ask: (answers: Answers, at: { asOf: string; knownAt?: string }) => Promise<Answer>])[] = [
  ['pipeline', (answers, at) => answers.pipeline(at, nobody)],
  ['compare', (answers, { asOf, ...at }) => answers.compare({ ...at, then: asOf, now: asOf }, nobody)],
  ['explain', (answers, { asOf, ...at }) => answers.explain({ ...at, then: asOf, now: asOf }, nobody)],
  ['series', (answers, { asOf, ...at }) => answers.series({ ...at, from: asOf, to: asOf, step: 'day' }, nobody)],
  ['waterfall', (answers, { asOf, ...at }) => answers.waterfall({ ...at, from: asOf, to: asOf }, nobody)],
  ['funnel', (answers, at) => answers.funnel({ ...at, cohort: '2025-Q1' }, nobody)],
  ['inflow', (answers, at) => answers.inflow({ ...at, from: '2025-01-01', to: '2025-01-31' }, nobody)],
  ['leadtimes', (answers, at) => answers.leadTimes({ ...at, from: 'registered', to: 'won' }, nobody)],
  ['reemergence', (answers, at) => answers.reemergence(at, nobody)],
  ['time-in-stage', (answers, at) => answers.timeInStage(at, nobody)],
  ['winrate', (answers, at) => answers.winRate({ ...at, cohort: '2025-Q1' }, nobody)],
  ['velocity', (answers, at) => answers.velocity(at, nobody)],
  ['forecast', (answers, at) => answers.forecast({ ...at, period: '2025-Q1' }, nobody)],
  ['aging', (answers, at) => answers.aging(at, nobody)],
  ['standstills', (answers, at) => answers.standstills(at, nobody)],
  ['slippage', (answers, { asOf, ...at }) => answers.slippage({ ...at, from: asOf, to: asOf }, nobody)],
  ['coverage', (answers, at) => answers.coverage({ ...at, period: '2025-Q1' }, nobody)],
  ['deals', (answers, at) => answers.deals(at, nobody)],
];

describe('what the data cannot tell is said, in the JSON and on the terminal', () => {
  let answering: Answering;
  beforeAll(async () => {
    answering = await openAnswering([], { now: day('04-01'), logMadeAt: day('01-01') });
    await tellStory(answering);
  });
  afterAll(() => answering.close());

  /** The answer, with every mark of its basis found in its table. */
  async function told<A extends Answer>(asked: Promise<A>): Promise<{ answer: A; marks: Basis['marks']; table: string }> {
    const answer = await asked;
    const table = renderText(answerText(answer), 'table').replaceAll(/\n(?!!)/g, ' ');
    for (const mark of answer.basis.marks) expect(table).toContain(`! ${mark}`);
    return { answer, marks: answer.basis.marks, table };
  }

  it('values that are not known, and currencies that are never added up', async () => {
    const { answer, marks, table } = await told(answering.answers.pipeline({ asOf: '2025-01-31', groupBy: ['owner'] }, nobody));
    expect(marks).toEqual([UNDATED, UNVALUED, MIXED]);
    expect(answer.rows).toMatchObject([{ deals: 3, unvalued: 1, value: [{ currency: 'EUR' }, { currency: 'SEK' }] }]);
    expect(table).toMatch(/1,000 EUR .* 1 .*2,000 SEK/);
    const unknown = await told(
      answering.answers.pipeline({ asOf: '2025-01-31', filters: { currency: ['not-known'] }, groupBy: [] }, nobody),
    );
    expect(unknown.answer.rows[0]?.value).toEqual([]);
    expect(unknown.table).toMatch(/1 {2}unknown/);
  });

  it('deals without a date, in every report that could count them', async () => {
    for (const [name, ask] of REPORTS) {
      const { answer, marks } = await told(ask(answering.answers, { asOf: '2025-01-31' }));
      expect([name, marks]).toEqual([name, expect.arrayContaining([UNDATED])]);
      // The points of a comparison have it each; `deals` lists them when asked for the undated ones.
      if ('undated' in answer && typeof answer.undated === 'number') expect([name, answer.undated]).toEqual([name, 1]);
    }
  });

  it('deals without an expected date, that no period can have', async () => {
    const forecast = await told(answering.answers.forecast({ period: '2025-Q1', asOf: '2025-01-31' }, nobody));
    expect(forecast.answer.noExpectedDate).toEqual({ deals: 1, unvalued: 1, value: [] });
    expect(forecast.marks).toContain(NO_DATE);
    expect(forecast.table).toContain('In no period, having no expected decision date: 1 open deal');
    expect((await told(answering.answers.coverage({ period: '2025-Q1', asOf: '2025-01-31' }, nobody))).marks).toContain(NO_DATE);
    const history = await told(answering.answers.forecastHistory({ period: '2025-Q1', from: '2025-01-31' }, nobody));
    expect(history.table).toContain('Forecast for 2025-Q1');
    const later = await told(answering.answers.forecastHistory({ period: '2025-Q2', asOf: '2025-06-30' }, nobody));
    expect(later.marks).toContain('open deals without an expected decision date when the period begins, in no period: 2');
  });

  it('cohorts that are young, still open or small', async () => {
    const { answer, marks } = await told(answering.answers.funnel({ cohort: '2025-Q1', within: '90d', asOf: '2025-01-31' }, nobody));
    expect(answer.maturity).toEqual([{ group: {}, n: 3, closed: 0, share: 0, oldEnough: 0 }]);
    expect(marks).toEqual(
      expect.arrayContaining([
        'deals of the cohort still open, their outcome not known: 3 of 3',
        'deals younger than the age asked for, so that the cohort is immature: 3 of 3',
        'n = 3 is small: shares and times of so few say little',
      ]),
    );
    expect(answer.rows.map(({ low, high }) => [low !== null, high !== null])).toContainEqual([true, true]);
  });

  it('rates that nothing can be told of are not there, rather than 0', async () => {
    const rate = await told(answering.answers.winRate({ cohort: '2025-Q1' }, nobody));
    expect(rate.answer.rows[0]?.rates['by-deals']).toEqual({ won: 0, of: 0, rate: null, low: null, high: null });
    const velocity = await told(answering.answers.velocity({}, nobody));
    expect(velocity.answer.rows[0]).toMatchObject({ openDeals: 3, winRate: null, averageWon: null, perDay: null });
    expect(velocity.table).toContain('not available');
    const coverage = await told(answering.answers.coverage({ period: '2025-Q1' }, nobody));
    expect(coverage.answer.totals.coverage[0]).toMatchObject({ quota: null, ofRemaining: null, ofWhole: null });
    expect(coverage.table).toContain('no quota');
  });

  it.each(REPORTS)('%s: an instant before the first event of any deal', async (_name, ask) => {
    const { marks } = await told(ask(answering.answers, { asOf: '2025-01-05' }));
    // A waterfall from a day begins at the end of the day before.
    expect(marks).toContainEqual(
      expect.stringMatching(/^2025-01-0[45]T23:59:59\.999Z is before the first event of any deal, 2025-01-10T09:00:00\.000Z$/),
    );
  });

  it.each(REPORTS)('%s: a K before anything was recorded, and one before any deal was', async (_name, ask) => {
    const nothing = await told(ask(answering.answers, { asOf: '2025-02-01', knownAt: '2024-12-31' }));
    expect([nothing.answer.basis.knownAt, nothing.marks]).toEqual([
      null,
      ['not known yet: the first event was recorded 2025-01-01T09:00:00.000Z'],
    ]);
    // Neither an empty frame nor a 0 that somebody would believe.
    expect(nothing.table).not.toMatch(/─\n\n|^(opening|now|difference) +0$/m);
    const early = await told(ask(answering.answers, { asOf: '2025-02-01', knownAt: '2025-01-05' }));
    expect(early.marks).toContain('no deal had been recorded by then');
  });

  it('names that nobody has, where the answer would be a plain 0', async () => {
    const { marks } = await told(answering.answers.pipeline({ asOf: '2025-01-31', filters: { owner: ['nobody'] } }, nobody));
    expect(marks).toEqual(['no deal in scope counts here as of 2025-01-31T23:59:59.999Z']);
    await expect(answering.answers.funnel({ cohort: '2025-Q1', milestone: 'qualifed' }, nobody)).rejects.toThrow(
      "'qualifed' is no milestone (did you mean qualified?); take of registered, contacted, qualified, postponed, reopened, won, lost, marketing, filed, closed, or a stage: meeting",
    );
    const byLabel = await told(answering.answers.funnel({ cohort: '2025-Q1', milestone: 'first meeting' }, nobody));
    expect(byLabel.answer.basis.milestone).toBe('stage:meeting');
  });

  it('deals that an error holds back: whatever is told may change when they are replayed', async () => {
    const { readStore, answers, events } = answering;
    const { name, version } = pipelineSnapshotModel;
    const parked = { model: name, version, stream: 'deal-a3', entity: 'a3', position: events.at(-1)!.position };
    await readStore.park({ ...parked, error: 'it cannot be projected', attempts: 3, parkedAt: day('03-01') });
    for (const [report, ask] of REPORTS) {
      const { answer, marks } = await told(ask(answers, { asOf: '2025-01-31' }));
      expect([report, 'parked' in answer.basis && answer.basis.parked, marks]).toEqual([
        ...[report, 1],
        expect.arrayContaining(['deals held back by an error, perhaps missing here (./dealtrail parked lists them): 1']),
      ]);
    }
    await readStore.unpark(pipelineSnapshotModel, 'deal-a3');
    expect((await answers.pipeline({ asOf: '2025-01-31' }, nobody)).basis.parked).toBe(0);
  });
});
