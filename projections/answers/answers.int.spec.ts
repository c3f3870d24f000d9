import { NestFactory } from '@nestjs/core';
import { QueryBus } from '@nestjs/cqrs';
import type { DomainEvent } from '../../libs/domain/shared/envelope.js';
import { BEGINNING_OF_TIME } from '../../libs/domain/shared/instant.js';
import { seal } from '../../libs/privacy/sealing.js';
import { AnotherHistory } from '../../libs/projection-engine/faults.js';
import type { Answering } from '../../libs/testing/answering.js';
import { nobody, openAnswering } from '../../libs/testing/answering.js';
import { Telling } from '../../libs/testing/tell.js';
import { AnswersModule, Ask } from './answers.module.js';
import { AnswerNotReady, DealUnknown } from './sources.js';

const anyone = { readPersonal: true };
const day = (text: string): number => Date.parse(`2025-${text}T09:00:00.000Z`);
const eur = (amount: string): object[] => [{ amount, currency: 'EUR' }];
const money = (minor: number): object => ({ value: { minor, currency: 'EUR' } });

function registered(source = 'website'): DomainEvent {
  return {
    type: 'RequestRegistered',
    data: {
      ...{ contactId: 'p1', companyId: 'c1', summary: 'not-in-source', source: { kind: 'known', source } },
      ...{ origin: { kind: 'spontaneous' }, receivedBy: 'not-in-source' },
    },
  };
}
const qualified: DomainEvent = { type: 'LeadQualified', data: { pipelineId: 'sales', stageId: 'meeting', ownerId: 'anna' } };

/** Anna, north until she joins south (entered late), wins one of two deals; a third comes from a list without dates. */
async function tellStory({ keyStore, tell }: Answering): Promise<Telling> {
  const key = (await keyStore.ensure(['employee-anna'])).get('employee-anna');
  if (key?.state !== 'present') throw new Error('no key was made');
  const telling = new Telling();
  const assumed = { dated: false as const, recordedAt: day('01-02') };
  const stage = { requiredFields: [], stagnatesAfterDays: null, actions: [] };
  const stages = [
    { ...stage, id: 'meeting', label: 'First meeting', weight: 1_000 },
    { ...stage, id: 'proposal', label: 'Proposal', weight: 5_000 },
  ];
  const process = { name: 'Sales', stages, gates: {}, removedStages: [] };
  telling.tell('pipeline-sales', BEGINNING_OF_TIME, { type: 'PipelineDefined', data: { version: 1, process } }, assumed);
  const name = seal(key.key, 'employee-anna', 'EmployeeRegistered.name', 'Anna Smith');
  telling.tell('employee-anna', BEGINNING_OF_TIME, { type: 'EmployeeRegistered', data: { name } }, assumed);
  telling.tell('employee-anna', BEGINNING_OF_TIME, { type: 'TeamJoined', data: { team: 'north' } }, assumed);
  telling.tell('deal-a1', day('01-10'), registered());
  telling.tell('deal-a1', day('01-10'), qualified);
  telling.tell('deal-a1', day('01-10'), { type: 'ExpectedValueEstimated', data: money(100_050) });
  telling.tell('deal-a2', day('01-20'), registered());
  telling.tell('deal-a2', day('01-20'), qualified);
  telling.tell('deal-crm-7F3', day('02-05'), registered('list'), { dated: false, actor: { id: 'list', kind: 'import' } });
  telling.tell('employee-anna', day('02-01'), { type: 'TeamJoined', data: { team: 'south' } }, { recordedAt: day('02-10') });
  const advanced = { from: 'meeting', to: 'proposal', skipped: [] };
  telling.tell('deal-a1', day('02-15'), { type: 'StageAdvanced', data: advanced });
  telling.tell('deal-a2', day('02-20'), { type: 'DealWon', data: { ...money(50_000), reasons: ['price'] } });
  const event = { type: 'ExpectedValueEstimated', schemaVersion: 1, data: money(40_000), effectiveAt: '2025-01-25T09:00:00.000Z' };
  const reason = seal(key.key, 'deal-a2', 'HistoryCorrected.reason', 'forgotten');
  telling.tell('deal-a2', day('03-01'), { type: 'HistoryCorrected', data: { kind: 'insert', event, reason } });
  await tell(telling.events);
  return telling;
}

describe('answers', () => {
  let answering: Answering;
  let telling: Telling;
  beforeEach(async () => {
    answering = await openAnswering([], { now: day('04-01'), logMadeAt: day('01-01') });
    telling = await tellStory(answering);
  });
  afterEach(() => answering.close());
  const log = (): string => answering.eventStore.identity.logId;
  const at = (n: number) => answering.events.find((event) => event.position === position(n))?.eventId;
  const position = (n: number): string => String(n).padStart(20, '0');

  it('the pipeline as of an instant, with its basis, as JSON (PR01)', async () => {
    const answer = await answering.answers.pipeline({ asOf: '2025-02-01', groupBy: ['status', 'stage', 'owner', 'team'] }, anyone);
    const labels = { stage: 'First meeting', owner: 'Anna Smith' };
    const group = { status: 'open', stage: 'meeting', owner: 'anna', team: 'south' };
    const none = { deals: 0, unvalued: 0, value: [] };
    const both = { deals: 2, unvalued: 0, value: eur('1400.50'), weighted: eur('140.05') };
    expect(answer).toEqual({
      report: 'pipeline',
      basis: {
        ...{ log: log(), asOf: '2025-02-01T23:59:59.999Z', knownAt: '2025-03-01T09:00:00.000Z', position: position(14), event: at(14) },
        ...{ timeZone: 'UTC', method: 'pipeline/1', scope: { filters: {}, closing: null }, organised: 'then' },
        ...{ processVersions: ['sales@1'], currency: ['EUR'], n: 2, parked: 0, assumedSinceBeginning: ['process'] },
        marks: ['deals in scope without a date of their own, in undated and in no row: 1'],
      },
      rows: [{ group, labels, ...both }],
      undated: 1,
      totals: {
        ...{ requested: none, contacted: none, open: both, postponed: none, won: none, lost: none, marketing: none, filed: none },
        all: both,
      },
    });
  });

  it('what the screen showed then: the late change of team and the forgotten value are not in it (TN02)', async () => {
    const { rows, basis } = await answering.answers.pipeline({ asOf: '2025-02-01', knownAt: '2025-02-01', groupBy: ['team'] }, nobody);
    expect(rows).toEqual([{ group: { team: 'north' }, labels: {}, deals: 2, unvalued: 1, value: eur('1000.50'), weighted: eur('100.05') }]);
    expect([basis.position, basis.knownAt, basis.assumedSinceBeginning]).toEqual([
      position(9),
      '2025-01-20T09:00:00.000Z',
      ['employee', 'process'],
    ]);
  });

  it("a team that a source names by its manager has that person's name, and is asked for by it", async () => {
    await answering.tell([telling.tell('employee-anna', day('03-10'), { type: 'TeamJoined', data: { team: 'anna' } })]);
    const asked = { asOf: '2025-03-15', groupBy: ['team'], filters: { team: ['anna smith'] } } as const;
    const { rows } = await answering.answers.pipeline(asked, anyone);
    expect(rows.map(({ group, labels, deals }) => ({ group, labels, deals }))).toEqual([
      { group: { team: 'anna' }, labels: { team: 'Anna Smith' }, deals: 2 },
    ]);
    expect((await answering.answers.pipeline({ ...asked, filters: { team: ['anna'] } }, nobody)).rows[0]?.labels).toEqual({
      team: 'withheld',
    });
  });

  it('then versus now, and teams as they are organised now', async () => {
    const query = { then: '2025-01-31', now: '2025-02-28', groupBy: ['status', 'team'], organised: 'now' } as const;
    const { rows, undated } = await answering.answers.compare(query, nobody);
    expect(undated).toEqual({ then: 1, now: 0, difference: -1 });
    expect(rows).toEqual([
      {
        ...{ group: { status: 'requested', team: null }, labels: {} },
        then: { deals: 0, unvalued: 0, value: [] },
        now: { deals: 1, unvalued: 1, value: [] },
        difference: { deals: 1, unvalued: 1, value: [] },
      },
      {
        ...{ group: { status: 'open', team: 'south' }, labels: {} },
        then: { deals: 2, unvalued: 0, value: eur('1400.50'), weighted: eur('140.05') },
        now: { deals: 1, unvalued: 0, value: eur('1000.50'), weighted: eur('500.25') },
        difference: { deals: -1, unvalued: 0, value: eur('-400.00'), weighted: eur('360.20') },
      },
      {
        ...{ group: { status: 'won', team: 'south' }, labels: {} },
        then: { deals: 0, unvalued: 0, value: [] },
        now: { deals: 1, unvalued: 0, value: eur('500.00') },
        difference: { deals: 1, unvalued: 0, value: eur('500.00') },
      },
    ]);
  });

  it('says what was not known yet, and what had not happened yet, instead of 0', async () => {
    const early = await answering.answers.pipeline({ asOf: '2025-02-01', knownAt: '2024-12-31' }, nobody);
    expect([early.rows, early.undated, early.totals]).toEqual([[], 'not known yet', 'not known yet']);
    expect(early.basis.marks).toEqual(['not known yet: the first event was recorded 2025-01-01T09:00:00.000Z']);
    const before = await answering.answers.pipeline({ asOf: '2024' }, nobody);
    expect(before.basis.marks).toContain('2024-12-31T23:59:59.999Z is before the first event of any deal, 2025-01-10T09:00:00.000Z');
    const compared = await answering.answers.compare({ then: '2024', now: '2025-02-28', known: 'then', groupBy: [] }, nobody);
    expect([compared.rows[0]?.then, compared.rows[0]?.difference]).toEqual(['not known yet', 'not known yet']);
  });

  it('every figure opens to the deals behind it, page by page', async () => {
    const asked = { asOf: '2025-02-01', group: { status: 'open', team: 'south' }, limit: 1 } as const;
    const first = await answering.answers.deals(asked, nobody);
    const second = await answering.answers.deals({ ...asked, cursor: first.next! }, nobody);
    expect(
      [first, second].map(({ deals, next, basis }) => [deals.map((each) => [each.deal, each.value, each.labels.owner]), next, basis.n]),
    ).toEqual([
      [[['a1', { amount: '1000.50', currency: 'EUR' }, 'withheld']], 'a1', 2],
      [[['a2', { amount: '400.00', currency: 'EUR' }, 'withheld']], null, 2],
    ]);
    const undated = await answering.answers.deals({ asOf: '2025-02-01', undated: true }, nobody);
    expect(undated.deals.map((each) => [each.deal, each.dated])).toEqual([['crm-7F3', false]]);
  });

  it('filters take names, of people only from who may read them; a forgotten name reads so (RQ10)', async () => {
    const asked = { asOf: '2025-02-01', groupBy: ['owner'], filters: { owner: ['anna smith'] } } as const;
    expect((await answering.answers.pipeline(asked, anyone)).rows).toHaveLength(1);
    expect((await answering.answers.pipeline(asked, nobody)).rows).toEqual([]);
    await answering.keyStore.destroy('employee-anna');
    const { rows } = await answering.answers.pipeline({ ...asked, filters: { owner: ['anna'] } }, anyone);
    expect(rows.map(({ labels }) => labels)).toEqual([{ owner: 'forgotten' }]);
  });

  it('a deal by the law, as it is now known to have been, and as it was known then', async () => {
    const { deal, revision, state, labels, basis } = await answering.answers.deal('a2', { asOf: '2025-02-01' }, anyone);
    expect([deal, revision, state?.status, state?.['value'], state?.['registeredAt'], labels, basis.position]).toEqual([
      ...['a2', 3, 'open', { amount: '400.00', currency: 'EUR' }, '2025-01-20T09:00:00.000Z'],
      { lastStage: 'First meeting', pipeline: 'Sales', owner: 'Anna Smith', company: null, contact: null },
      position(14),
    ]);
    const then = await answering.answers.deal('a2', { asOf: '2025-02-01', knownAt: 'position:13' }, nobody);
    expect([then.revision, then.state?.['value']]).toEqual([2, 'unknown']);
    const early = await answering.answers.deal('a2', { asOf: '2025-01-01' }, nobody);
    expect([early.state, early.basis.marks]).toEqual([null, ['before its first event, 2025-01-20T09:00:00.000Z']]);
  });

  it('a deal is found by its source’s own key, and an unknown one is told', async () => {
    expect((await answering.answers.deal('7F3', {}, nobody)).deal).toBe('crm-7F3');
    await expect(answering.answers.deal('7F4', {}, nobody)).rejects.toThrow(DealUnknown);
    await expect(answering.answers.deal('../7F4', {}, nobody)).rejects.toThrow("'../7F4' is no deal's id");
  });

  it('the whole history of a deal, corrections too, with what has become of each fact', async () => {
    const { events, labels } = await answering.answers.dealHistory('a2', {}, nobody);
    expect(labels).toEqual({ 'employee/anna': 'withheld' });
    expect((await answering.answers.dealHistory('a1', {}, anyone)).labels).toEqual({ 'employee/anna': 'Anna Smith' });
    expect(events.map(({ revision, type, recordedAt, standing }) => [revision, type, recordedAt.slice(0, 10), standing])).toEqual([
      [0, 'RequestRegistered', '2025-01-20', 'holds'],
      [1, 'LeadQualified', '2025-01-20', 'holds'],
      [2, 'DealWon', '2025-02-20', 'holds'],
      [3, 'HistoryCorrected', '2025-03-01', 'holds'],
    ]);
    expect(events[2]?.data).toEqual({ value: { amount: '500.00', currency: 'EUR' }, reasons: ['price'] });
    expect(events[3]?.data).toMatchObject({ reason: 'withheld' });
  });

  it('a K that lies beyond what is there is late, never lowered; nonsense is refused in one line', async () => {
    const { answers } = answering;
    await expect(answers.pipeline({ knownAt: 'position:99' }, nobody)).rejects.toThrow(AnswerNotReady);
    await expect(answers.deal('a1', { knownAt: 'position:99' }, nobody)).rejects.toThrow(AnswerNotReady);
    await expect(answers.pipeline({ filters: { status: ['opne'] } }, nobody)).rejects.toThrow(
      "'opne' is no status; take of requested, contacted, open, postponed, won, lost, marketing, filed",
    );
    await expect(answers.deals({ limit: 0 }, nobody)).rejects.toThrow('the limit is 1 to 1000 deals');
  });

  it('a position that comes with its event is answered by the history it is of, and refused by another with the same positions', async () => {
    const { answers } = answering;
    const asked = { asOf: '2025-02-01', groupBy: ['status'] } as const;
    const first = await answers.pipeline(asked, nobody);
    const place = `position:${first.basis.position}/${first.basis.event}`;
    expect(await answers.pipeline({ ...asked, knownAt: place }, nobody)).toEqual(first);
    expect((await answers.deal('a2', { knownAt: place }, nobody)).basis.event).toBe(first.basis.event);
    const elsewhere = `position:${first.basis.position}/${at(3)}`;
    await expect(answers.pipeline({ ...asked, knownAt: elsewhere }, nobody)).rejects.toThrow(AnotherHistory);
    await expect(answers.deal('a2', { knownAt: elsewhere }, nobody)).rejects.toThrow(AnotherHistory);
    expect((await answers.pipeline({ ...asked, knownAt: 'position:0' }, nobody)).basis.event).toBeNull();
  });

  it('goes over the QueryBus', async () => {
    const app = await NestFactory.createApplicationContext(AnswersModule.of(answering.answers), { logger: false });
    await app.init();
    const answer = await app.get(QueryBus, { strict: false }).execute(new Ask('pipeline', { asOf: '2025-02-01', groupBy: [] }, nobody));
    expect(answer.basis.n).toBe(2);
    await app.close();
  });
});
