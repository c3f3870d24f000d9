import type { DomainEvent } from '../../libs/domain/shared/envelope.js';
import { BEGINNING_OF_TIME } from '../../libs/domain/shared/instant.js';
import type { BehindFigure } from '../../libs/reporting/behind/behind.js';
import type { FunnelAnswer, InflowAnswer, LeadTimesAnswer, StandstillsAnswer, WinRateAnswer } from '../../libs/reporting/flow-queries.js';
import type { DealsBehindAnswer, PipelineAnswer } from '../../libs/reporting/queries.js';
import type { Answering } from '../../libs/testing/answering.js';
import { openAnswering } from '../../libs/testing/answering.js';
import { sealedText } from '../../libs/testing/history-steps.js';
import { Telling } from '../../libs/testing/tell.js';
import { askedBy } from '../testing/report-samples.js';

const day = (text: string): number => Date.parse(`2025-${text}T09:00:00.000Z`);
const eur = (thousand: number): object => ({ value: { minor: thousand * 100_000, currency: 'EUR' } });

/** A deal's request: who asked, through what, for what, and who took it. */
const request = (company: string, source: string, employeeId: string, productId?: string): DomainEvent => ({
  type: 'RequestRegistered',
  data: {
    ...{ contactId: company === 'acme' ? 'zoe' : 'not-in-source', companyId: company, summary: 'not-in-source' },
    ...{ source: { kind: 'known', source }, origin: { kind: 'spontaneous' }, receivedBy: { employeeId, department: 'sales' } },
    ...(productId === undefined ? {} : { productId }),
  },
});
const contacted: DomainEvent = { type: 'RequestContacted', data: { channel: 'phone' } };
const qualified = (ownerId: string): DomainEvent => ({ type: 'LeadQualified', data: { pipelineId: 'sales', stageId: 'meeting', ownerId } });
const worth = (thousand: number): DomainEvent => ({ type: 'ExpectedValueEstimated', data: eur(thousand) });
const decides: DomainEvent = { type: 'DecisionDateExpected', data: { decisionDate: '2025-09-01' } };
const chances: DomainEvent = { type: 'ChanceAssessed', data: { get: 5_000, go: 8_000 } };
const to = (from: string, stage: string, ...skipped: string[]): DomainEvent => ({
  type: 'StageAdvanced',
  data: { from, to: stage, skipped },
});
const won = (thousand: number): DomainEvent => ({ type: 'DealWon', data: { ...eur(thousand), reasons: [] } });
const lost: DomainEvent = { type: 'DealLost', data: { reasons: ['price'] } };
const away: DomainEvent = {
  type: 'RequestRoutedToMarketing',
  data: { lists: ['newsletter'], reason: sealedText('deal-b1', 1, 'RequestRoutedToMarketing.reason') },
};

/** Seven requests of three firms and of one that nobody knows. Anna answers on the day, Ben ten days later. */
const DEALS: Readonly<Record<string, readonly (readonly [string, ...DomainEvent[]])[]>> = {
  a1: [
    ['01-06', request('acme', 'website', 'anna', 'desk'), contacted],
    ['01-07', qualified('anna'), worth(10), decides, chances],
    ['01-20', to('meeting', 'demo')],
    ['01-30', to('demo', 'proposal')],
    ['02-10', won(10)],
  ],
  a2: [
    ['03-03', request('acme', 'website', 'ben', 'desk')],
    ['03-13', contacted],
    ['03-14', qualified('ben'), worth(5)],
    ['03-20', to('meeting', 'proposal', 'demo')],
    ['04-01', won(5)],
  ],
  b1: [
    ['01-07', request('bolt', 'mailing', 'ben')],
    ['01-17', contacted],
    ['01-20', away],
  ],
  b2: [
    ['04-02', request('bolt', 'referral', 'anna', 'chair'), contacted],
    ['04-03', qualified('anna'), worth(7), decides],
    ['04-10', to('meeting', 'demo')],
    ['05-05', won(7)],
  ],
  c1: [
    ['02-03', request('core', 'website', 'ben', 'desk')],
    ['02-13', contacted],
    ['02-14', qualified('ben')],
    ['02-20', to('meeting', 'proposal', 'demo')],
    ['04-10', lost],
  ],
  c2: [
    ['05-06', request('core', 'website', 'anna', 'chair'), contacted],
    ['05-07', qualified('anna'), worth(3)],
    ['05-20', to('meeting', 'proposal', 'demo')],
  ],
  d1: [['05-07', request('not-in-source', 'website', 'ben')]],
};

function story(): Telling {
  const telling = new Telling();
  const stages = [
    { id: 'meeting', label: 'Meeting', weight: 3_000 },
    { id: 'demo', label: 'Demo', weight: 4_000 },
    { id: 'proposal', label: 'Proposal', weight: 6_000 },
  ].map((stage) => ({ ...stage, requiredFields: [], stagnatesAfterDays: null, actions: [] }));
  const process = { name: 'Sales', stages, gates: {}, removedStages: [] };
  const assumed = { dated: false as const, recordedAt: day('01-02') };
  telling.tell('pipeline-sales', BEGINNING_OF_TIME, { type: 'PipelineDefined', data: { version: 1, process } }, assumed);
  const moves = Object.entries(DEALS).flatMap(([deal, days]) =>
    days.flatMap(([when, ...events]) => events.map((event) => ({ stream: `deal-${deal}`, when: day(when), event }))),
  );
  for (const { stream, when, event } of moves.toSorted((a, b) => a.when - b.when)) telling.tell(stream, when, event);
  return telling;
}

/** What was opened, deal by deal. */
function dealsOf(behind: BehindFigure | undefined): readonly string[] {
  return (behind?.told ?? []).map(({ deal }) => deal);
}

describe('what people say to ask of firms, colleagues and the process', () => {
  let answering: Answering;
  beforeAll(async () => {
    answering = await openAnswering(story().events, { now: day('06-01'), logMadeAt: day('01-01') });
  });
  afterAll(() => answering.close());
  const ask = async <A>(line: string): Promise<A> => (await askedBy(line, answering.answers)) as A; // the report that the line names

  it('whether we win more of customers, of acquaintances or of firms we did not know, as they were when they asked (EF05)', async () => {
    const rates = async (asOf: string) => {
      const { rows } = await ask<WinRateAnswer>(`report winrate --milestone registered --group-by relationship --as-of ${asOf}`);
      return rows.map(({ group, rates: { 'by-deals': share } }) => [group.relationship, share.won, share.of]);
    };
    // Acme was unknown when it asked first, and stays so in this report though it is a customer by now.
    expect(await rates('2025-06-01')).toEqual([
      ['customer', 1, 1],
      ['acquaintance', 1, 1],
      ['unknown', 1, 2],
    ]);
    expect(await rates('2025-03-01')).toEqual([['unknown', 1, 1]]);
    const line = 'report winrate --milestone registered --group-by relationship --as-of 2025-06-01 --behind n';
    const { behind } = await ask<WinRateAnswer>(line);
    expect(behind?.told.map(({ deal, group }) => [deal, group.relationship])).toEqual([
      ['a2', 'customer'],
      ['b2', 'acquaintance'],
      ['c2', 'acquaintance'],
      ['a1', 'unknown'],
      ['c1', 'unknown'],
    ]);
  });

  it('where new customers come from: by their first order, and not by every order (SO03)', async () => {
    const line = 'report inflow --from 2025-01-01 --to 2025-05-31 --milestone won --step year --group-by purchase,source';
    const { rows, behind } = await ask<InflowAnswer>(`${line} --behind deals`);
    expect(rows.map(({ group, deals }) => [group.purchase, group.source, deals])).toEqual([
      ['first', 'referral', 1],
      ['first', 'website', 1],
      ['repeat', 'website', 1],
    ]);
    expect(dealsOf(behind)).toEqual(['b2', 'a1', 'a2']);
  });

  it('whether we get many repeat purchases, quarter by quarter; renewals of contracts are in no fact yet (SU08)', async () => {
    const line = 'report inflow --from 2025-01-01 --to 2025-06-30 --milestone won --step quarter --group-by purchase --as-of 2025-06-01';
    const { rows } = await ask<InflowAnswer>(line);
    expect(rows.map(({ period, group, deals, share }) => [period, group.purchase, deals, share])).toEqual([
      ['2025-Q1', 'first', 1, 1],
      ['2025-Q1', 'repeat', 0, 0],
      ['2025-Q2', 'first', 1, 0.5],
      ['2025-Q2', 'repeat', 1, 0.5],
    ]);
  });

  it('who is punctual or careless in following up requests, and whose deals lie still (EF03)', async () => {
    const line = 'report leadtimes --from registered --to contacted --group-by receivedBy';
    const { rows } = await ask<LeadTimesAnswer>(line);
    expect(rows.map(({ group, n, finished, running, p50, p95 }) => [group.receivedBy, n, finished, running, p50, p95])).toEqual([
      ['anna', 3, 3, 0, 0, 0],
      ['ben', 4, 3, 1, 10, 10], // the one that nobody has answered yet is not left out
    ]);
    expect(dealsOf((await ask<LeadTimesAnswer>(`${line} --behind running`)).behind)).toEqual(['d1']);
    const silent = await ask<StandstillsAnswer>('report standstills --over 15d --group-by owner --behind standstills');
    expect(silent.behind?.told.map(({ deal, group, days }) => [deal, group.owner, Math.round(days ?? 0)])).toEqual([
      ['b2', 'anna', 25],
      ['c1', 'ben', 49],
      ['d1', null, 25],
    ]);
  });

  it('whether better documented deals are won more often, by what was known when they ended (EF04, QT09)', async () => {
    const { rows } = await ask<WinRateAnswer>('report winrate --group-by completeness');
    expect(rows.map(({ group, rates: { 'by-deals': share }, open }) => [group.completeness, share.won, share.of, open])).toEqual([
      ['3 of 8', 0, 1, 0],
      ['4 of 8', 0, 0, 1],
      ['5 of 8', 2, 2, 0],
      ['8 of 8', 1, 1, 0],
    ]);
  });

  it('how many quotes each seller works on, and which (NU01)', async () => {
    const { rows } = await ask<PipelineAnswer>('report pipeline --status open --group-by owner --as-of 2025-03-31');
    expect(rows.map(({ group, deals }) => [group.owner, deals])).toEqual([['ben', 2]]);
    const { deals } = await ask<DealsBehindAnswer>('report deals --status open --owner ben --as-of 2025-03-31');
    expect(deals.map(({ deal, stage }) => [deal, stage])).toEqual([
      ['a2', 'proposal'],
      ['c1', 'proposal'],
    ]);
  });

  it('how many and which kind of requests do not follow the foreseen process: what they skipped, and by which deals (PC01)', async () => {
    const line = 'report funnel --cohort 2025 --group-by product --behind skippedIn';
    const { rows, behind } = await ask<FunnelAnswer>(line);
    expect(
      rows.filter(({ milestone }) => milestone === 'demo').map(({ group, deals, skippedIn }) => [group.product, deals, skippedIn]),
    ).toEqual([
      ['chair', 2, 1],
      ['desk', 3, 2],
      [null, 0, 0],
    ]);
    const ofDemo = behind?.told.filter(({ row }) => row['milestone'] === 'demo').map(({ deal, group }) => [deal, group.product]);
    expect(ofDemo).toEqual([
      ['c2', 'chair'],
      ['a2', 'desk'],
      ['c1', 'desk'],
    ]);
  });
});
