import type { Command } from '../domain/commands.js';
import type { RegisterRequest } from '../domain/deal/deal.commands.js';
import { FOUR_STAGES } from '../domain/pipeline/pipeline.templates.js';
import type { ProcessDefinition } from '../domain/pipeline/pipeline.events.js';
import type { CompanyId, ContactId, DealId, EmployeeId, EventId, PipelineId, StageId, StreamName } from '../domain/shared/ids.js';
import { isoInstant } from '../domain/shared/instant.js';
import type { Position } from '../domain/shared/position.js';
import { Refusal } from '../domain/shared/refusal.js';
import { InvalidEvent } from '../event-catalog/errors.js';
import { EventStoreUnavailable } from '../event-store/event-store.port.js';
import type { EventStore } from '../event-store/event-store.port.js';
import type { CommandDesk } from '../testing/command-desk.js';
import { ANN, openCommandDesk } from '../testing/command-desk.js';
import type { Step } from './command.js';
import { openCommandHandling } from './command-handling.js';
import { IdempotencyKeyReused, RevisionMismatch, StreamContended } from './errors.js';
import type { Intake } from './intake.js';

const d1 = 'd1' as DealId;
const sales = 'sales' as PipelineId;
const bob = 'bob' as EmployeeId;

const request = (more: Partial<RegisterRequest> = {}): RegisterRequest => ({
  type: 'RegisterRequest',
  id: d1,
  contactId: 'c1' as ContactId,
  companyId: 'f1' as CompanyId,
  summary: 'a pump for the cellar of Mrs. Smith',
  source: { kind: 'known', source: 'phone' },
  origin: { kind: 'spontaneous' },
  receivedBy: { employeeId: bob, department: 'sales' },
  ...more,
});
const qualify: Command = { type: 'QualifyLead', id: d1, pipelineId: sales, ownerId: bob };
const advance = (toStageId: string, reason?: string): Command => ({
  type: 'AdvanceStage',
  id: d1,
  toStageId: toStageId as StageId,
  ...(reason === undefined ? undefined : { reason }),
});

describe('carrying out commands', () => {
  let desk: CommandDesk;
  beforeEach(async () => {
    desk = openCommandDesk();
    await desk.send({ type: 'DefinePipeline', id: sales, process: FOUR_STAGES });
  });
  afterEach(async () => {
    await desk.close();
  });

  it('records who did what, when and under which process, personal texts sealed for the person they are about', async () => {
    await desk.send(request(), { effectiveAt: Date.parse('2020-03-01T10:00:00.000Z') });
    const outcome = await desk.send(qualify, { causationId: 'a-call' });
    const [registered, qualified] = await desk.recorded('deal-d1');
    expect(registered?.metadata).toEqual({
      actor: { id: 'ann', kind: 'person' },
      causationId: 'a-test',
      correlationId: 'a-test',
      effectiveAt: '2020-03-01T10:00:00.000Z',
      schemaVersion: 1,
    });
    expect(registered?.data).toMatchObject({ summary: { sealed: 1, person: 'contact-c1', field: 'RequestRegistered.summary' } });
    expect(qualified?.metadata).toEqual({
      actor: { id: 'ann', kind: 'person' },
      causationId: 'a-call',
      correlationId: 'a-test',
      effectiveAt: '2020-03-02T09:00:00.000Z',
      processVersion: 'sales@1',
      schemaVersion: 1,
    });
    expect(outcome).toEqual({
      stream: 'deal-d1',
      id: 'd1',
      revision: 1,
      position: qualified?.position,
      recordedAt: desk.clock.now(),
      events: [{ eventId: qualified?.eventId, type: 'LeadQualified' }],
      repeated: false,
    });
    expect((await desk.told('deal-d1'))[0]?.data).toMatchObject({ summary: 'a pump for the cellar of Mrs. Smith' });
  });

  it('answers a request for what is so already with no events, at the place where the stream is', async () => {
    await desk.send(request());
    const qualified = await desk.send(qualify);
    expect(await desk.send(qualify)).toEqual({ ...qualified, events: [] });
    expect(await desk.another().execute(qualify, ANN)).toEqual({ ...qualified, events: [] });
  });

  it('lets a refusal through and appends nothing', async () => {
    await desk.send(request());
    await expect(desk.send(advance('proposal'))).rejects.toBeInstanceOf(Refusal);
    await expect(desk.send({ ...qualify, pipelineId: 'nowhere' as PipelineId })).rejects.toMatchObject({ name: 'Refusal' });
    expect(await desk.recorded('deal-d1')).toHaveLength(1);
  });

  it('refuses what the catalog has no shape for, and says where', async () => {
    const bad = { ...request(), receivedBy: { employeeId: 'no id at all' as EmployeeId, department: 'sales' } };
    const refusal = await desk.send(bad).catch((thrown: unknown) => thrown);
    expect(refusal).toBeInstanceOf(InvalidEvent);
    expect((refusal as InvalidEvent).faults[0]?.path).toBe('/data/receivedBy');
    expect(await desk.recorded('deal-d1')).toEqual([]);
  });

  it('knows the same person again by a name that the log holds sealed', async () => {
    const register: Command = { type: 'RegisterEmployee', id: bob, name: 'Bob Baker', team: 'North' };
    await desk.send(register);
    expect((await desk.another().execute(register, ANN)).events).toEqual([]);
    expect(await desk.told('employee-bob')).toEqual([
      { type: 'EmployeeRegistered', data: { name: 'Bob Baker' } },
      { type: 'TeamJoined', data: { team: 'North' } },
    ]);
  });

  it('dates facts of a colleague before those that are there, and decides by the dates', async () => {
    await desk.send({ type: 'RegisterEmployee', id: bob, name: 'Bob' });
    await desk.send({ type: 'JoinTeam', id: bob, team: 'South' }, { effectiveAt: Date.parse('2020-02-01') });
    await desk.send({ type: 'JoinTeam', id: bob, team: 'North' }, { effectiveAt: Date.parse('2019-05-01') });
    expect((await desk.send({ type: 'JoinTeam', id: bob, team: 'South' })).events).toEqual([]);
    expect((await desk.send({ type: 'JoinTeam', id: bob, team: 'North' })).events).toHaveLength(1);
  });

  describe('a stream that others write to', () => {
    it('is decided anew on what they wrote', async () => {
      await desk.send(request());
      await desk.send(qualify); // this process now keeps the deal
      await desk.another().execute(advance('meeting'), ANN);
      expect((await desk.send(advance('proposal'))).revision).toBe(3);
      expect((await desk.told('deal-d1')).at(-1)?.data).toEqual({ from: 'meeting', to: 'proposal', skipped: [] });
    });

    it('is read again before a kept state refuses or finds nothing to do', async () => {
      await desk.send(request());
      const other = desk.another();
      await other.execute(qualify, ANN);
      await expect(desk.send(advance('proposal'))).resolves.toMatchObject({ revision: 2 });
      await other.execute({ type: 'ReturnToStage', id: d1, toStageId: 'meeting' as StageId }, ANN);
      expect((await desk.send(advance('proposal'))).events).toHaveLength(1);
    });

    it('takes the commands of this process one after the other', async () => {
      await desk.send(request());
      await desk.send(qualify);
      const values = Array.from({ length: 40 }, (_, index) => index + 1);
      const outcomes = await Promise.all(
        values.map((minor) => desk.send({ type: 'EstimateValue', id: d1, value: { minor, currency: 'EUR' } })),
      );
      expect(outcomes.map(({ revision }) => revision)).toEqual(values.map((value) => value + 1));
    });

    it('settles a race of many processes: every command is carried out once', async () => {
      await desk.send(request());
      const processes = Array.from({ length: 5 }, () => desk.another({ attempts: 50 }));
      await Promise.all(
        processes.flatMap((process, index) =>
          [1, 2, 3].map((n) => process.execute({ type: 'EstimateValue', id: d1, value: { minor: index * 10 + n, currency: 'EUR' } }, ANN)),
        ),
      );
      const values = (await desk.told('deal-d1')).slice(1).map(({ data }) => (data as { value: { minor: number } }).value.minor);
      expect(values.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 11, 12, 13, 21, 22, 23, 31, 32, 33, 41, 42, 43]);
    });

    it('is given up after so many attempts, with nothing appended', async () => {
      await desk.send(request());
      let value = 0;
      const meddler = desk.another();
      const contended: EventStore = Object.create(desk.eventStore, {
        append: {
          value: async (...append: Parameters<EventStore['append']>) => {
            value += 1;
            await meddler.execute({ type: 'EstimateValue', id: d1, value: { minor: value, currency: 'EUR' } }, ANN);
            return desk.eventStore.append(...append);
          },
        },
      }) as EventStore;
      const handling = openCommandHandling({ eventStore: contended, keyStore: desk.keyStore, clock: desk.clock, attempts: 3 });
      await expect(handling.execute({ type: 'ProfileCompany', id: 'f1' as CompanyId, profile: {} }, ANN)).rejects.toBeInstanceOf(Refusal);
      const contest = handling.execute({ type: 'EstimateValue', id: d1, value: { minor: 999, currency: 'EUR' } }, ANN);
      await expect(contest).rejects.toBeInstanceOf(StreamContended);
      expect(value).toBe(3);
      expect(await desk.recorded('deal-d1')).toHaveLength(4);
    });
  });

  describe('an expected revision (If-Match)', () => {
    it('must be the one that the stream is at', async () => {
      await desk.send(request());
      await expect(desk.send(qualify, { expectedRevision: 4 })).rejects.toMatchObject({ name: 'RevisionMismatch', expected: 4, actual: 0 });
      expect((await desk.send(qualify, { expectedRevision: 0 })).revision).toBe(1);
    });

    it('is compared with what another process wrote, not with what this one keeps', async () => {
      await desk.send(request());
      await desk.another().execute(qualify, ANN);
      expect((await desk.send(advance('meeting'), { expectedRevision: 1 })).revision).toBe(2);
      await desk.another().execute(advance('proposal'), ANN);
      await expect(desk.send(advance('closing'), { expectedRevision: 2 })).rejects.toBeInstanceOf(RevisionMismatch);
    });
  });

  describe('an idempotency key', () => {
    const key = { idempotencyKey: 'k-1' };

    it('gives the first answer again, here and in the next process, whatever happened since', async () => {
      await desk.send(request());
      await desk.send(qualify);
      const first = await desk.send(advance('proposal', 'she called'), key);
      desk.clock.set('2020-03-05T09:00:00.000Z');
      await desk.send(advance('closing'));
      const again = { ...first, repeated: true };
      expect(await desk.send(advance('proposal', 'she called'), key)).toEqual(again);
      expect(await desk.another().execute(advance('proposal', 'she called'), { ...ANN, ...key, expectedRevision: 1 })).toEqual(again);
      expect(await desk.recorded('deal-d1')).toHaveLength(4);
    });

    it('is refused with another body, and is another actor’s own', async () => {
      await desk.send(request());
      await desk.send(qualify, key);
      await expect(desk.send(advance('proposal'), key)).rejects.toBeInstanceOf(IdempotencyKeyReused);
      await expect(desk.send(qualify, { ...key, effectiveAt: 5 })).rejects.toBeInstanceOf(IdempotencyKeyReused);
      expect((await desk.send(advance('proposal'), { ...key, actor: { id: 'carl', kind: 'person' } })).repeated).toBe(false);
    });

    it('is kept with a hash of the body that only this log can make', async () => {
      await desk.send(request(), key);
      const [registered] = await desk.recorded('deal-d1');
      expect(registered?.metadata.idempotencyKey).toBe('k-1');
      expect(registered?.metadata.requestHash).toBe(desk.handling.bodyHash({ command: request(), effectiveAt: null }));
      const elsewhere = openCommandDesk();
      expect(elsewhere.handling.bodyHash({ command: request(), effectiveAt: null })).not.toBe(registered?.metadata.requestHash);
      await elsewhere.close();
    });

    it('settles the race of two processes: one appends, the other finds its answer', async () => {
      await desk.send(request());
      const outcomes = await Promise.all(
        [desk.handling, desk.another(), desk.another()].map((process) => process.execute(qualify, { ...ANN, ...key })),
      );
      expect(outcomes.map(({ repeated }) => repeated).toSorted()).toEqual([false, true, true]);
      expect(new Set(outcomes.map(({ events }) => events[0]?.eventId)).size).toBe(1);
    });

    it('of a command that appended nothing is decided again', async () => {
      await desk.send(request());
      await desk.send(qualify);
      expect((await desk.send(advance('qualification'), key)).events).toEqual([]);
      await desk.send(advance('meeting'));
      await expect(desk.send(advance('qualification'), key)).rejects.toMatchObject({ code: 'deal/not-forward' });
    });
  });

  describe('a request with a new contact and company', () => {
    const { type: _type, id: _id, contactId: _contact, companyId: _company, ...asked } = request();
    const intake: Intake = { ...asked, contact: { new: { name: 'Mrs. Smith', phone: '123' } }, company: { new: { name: 'Smith Ltd' } } };
    const key = { ...ANN, idempotencyKey: 'k-2' };
    const own = (position: Position) => desk.eventStore.readAll({ after: position, limit: 100 });

    it('is carried out in the order company, contact, deal', async () => {
      const { position } = await desk.eventStore.head();
      const outcome = await desk.handling.registerRequest(intake, { ...ANN, effectiveAt: Date.parse('2020-03-01') });
      const written = (await own(position)).events;
      expect(written.map(({ stream, type }) => [stream, type])).toEqual([
        [`company-${outcome.companyId}`, 'CompanyRegistered'],
        [`contact-${outcome.contactId}`, 'ContactRegistered'],
        [outcome.stream, 'RequestRegistered'],
      ]);
      expect((await desk.told(`contact-${outcome.contactId}`))[0]?.data).toEqual({
        name: 'Mrs. Smith',
        phone: '123',
        companyId: outcome.companyId,
      });
      expect((await desk.recorded(outcome.stream))[0]?.data).toMatchObject({ contactId: outcome.contactId, companyId: outcome.companyId });
    });

    it('is completed by the same key after a crash between any two of them', async () => {
      for (const crashAfter of [0, 1, 2]) {
        const context = { ...key, idempotencyKey: `crash-${crashAfter}` };
        const { position } = await desk.eventStore.head();
        let appends = 0;
        const crashing: EventStore = Object.create(desk.eventStore, {
          append: {
            value: async (...append: Parameters<EventStore['append']>) => {
              appends += 1;
              if (appends > crashAfter) throw new EventStoreUnavailable('the process was killed');
              return desk.eventStore.append(...append);
            },
          },
        }) as EventStore;
        const crashed = openCommandHandling({ eventStore: crashing, keyStore: desk.keyStore, clock: desk.clock });
        await expect(crashed.registerRequest(intake, context)).rejects.toBeInstanceOf(EventStoreUnavailable);
        const outcome = await desk.another().registerRequest(intake, context);
        expect(outcome.repeated).toBe(false);
        expect(await desk.another().registerRequest(intake, context)).toEqual({ ...outcome, repeated: true });
        expect((await own(position)).events.map(({ type }) => type)).toEqual([
          'CompanyRegistered',
          'ContactRegistered',
          'RequestRegistered',
        ]);
      }
    });

    it('is refused where the key stands for another body, before anything is written', async () => {
      await desk.handling.registerRequest({ ...intake, company: { id: 'f1' as CompanyId } }, key).catch(() => undefined);
      await desk.handling.registerRequest(intake, key);
      const { position } = await desk.eventStore.head();
      const other: Intake = { ...intake, summary: 'something else' };
      await expect(desk.another().registerRequest(other, key)).rejects.toBeInstanceOf(IdempotencyKeyReused);
      expect((await own(position)).events).toEqual([]);
    });

    it('takes a known contact with the company it works for, without asking again, and records what it records of a new one, its source too (RQ03, RQ08, RQ09)', async () => {
      const first = await desk.handling.registerRequest(intake, ANN);
      const { company: _left, ...byReference } = intake;
      const again = await desk.handling.registerRequest({ ...byReference, contact: { id: first.contactId } }, ANN);
      const [[ofNew], [ofKnown]] = await Promise.all([desk.told(first.stream), desk.told(again.stream)]);
      expect([ofKnown?.type, ofKnown?.data]).toEqual([ofNew?.type, ofNew?.data]);
      expect(ofKnown?.data).toMatchObject({ source: intake.source });
      expect(again).toMatchObject({ contactId: first.contactId, companyId: first.companyId });
      expect(again.id).not.toBe(first.id);
    });

    it('refuses a reference to nobody (RQ02), and a request of no company', async () => {
      await expect(desk.handling.registerRequest({ ...intake, contact: { id: 'nobody' as ContactId } }, ANN)).rejects.toMatchObject({
        code: 'contact/unknown',
      });
      await expect(desk.handling.registerRequest({ ...intake, company: { id: 'none' as CompanyId } }, ANN)).rejects.toMatchObject({
        code: 'company/unknown',
      });
      const { company: _left, ...without } = intake;
      await expect(desk.handling.registerRequest(without, ANN)).rejects.toMatchObject({ code: 'request/company-missing' });
    });
  });

  describe('corrections', () => {
    it('are decided on the whole history, texts opened, and sealed again inside the corrected fact', async () => {
      await desk.send(request());
      await desk.send(qualify);
      const lost = await desk.send({ type: 'LoseDeal', id: d1, reasons: ['price'], note: 'Mrs. Smith said so' });
      const correction: Command = {
        type: 'CorrectHistory',
        id: d1,
        reason: 'she meant next year',
        correction: {
          kind: 'replace',
          target: lost.events[0]?.eventId as EventId,
          event: { type: 'DealLost', data: { reasons: ['timing'], note: 'next year' } },
        },
      };
      const corrected = await desk.send(correction);
      const [, , , recorded] = await desk.recorded('deal-d1');
      expect(recorded?.data).toMatchObject({
        reason: { person: 'contact-c1', field: 'HistoryCorrected.reason' },
        event: { data: { note: { person: 'contact-c1', field: 'DealLost.note' } } },
      });
      expect((await desk.send(correction)).events).toEqual([]);
      expect((await desk.send({ type: 'ReopenDeal', id: d1 })).revision).toBe(corrected.revision + 1);
    });

    it('that void the registration withdraw the deal, and voiding them brings it back', async () => {
      const registered = await desk.send(request());
      const voided = await desk.send({
        ...{ type: 'CorrectHistory', id: d1, reason: 'a test' },
        correction: { kind: 'void', target: registered.events[0]?.eventId as EventId },
      });
      await expect(desk.send(qualify)).rejects.toMatchObject({ code: 'deal/withdrawn' });
      await desk.send({
        ...{ type: 'CorrectHistory', id: d1, reason: 'no test after all' },
        correction: { kind: 'void', target: voided.events[0]?.eventId as EventId },
      });
      expect((await desk.send(qualify)).revision).toBe(3);
    });
  });

  describe('a stage that a version of the process removes (CF03)', () => {
    const withoutMeeting: ProcessDefinition = {
      ...FOUR_STAGES,
      stages: FOUR_STAGES.stages.filter(({ id }) => id !== 'meeting'),
      removedStages: [{ stageId: 'meeting' as StageId, to: 'proposal' as StageId }],
    };
    const inMeeting = async (id: string): Promise<void> => {
      await desk.send(request({ id: id as DealId }));
      await desk.send({ ...qualify, id: id as DealId });
      await desk.send({ ...advance('meeting'), id: id as DealId } as Command);
    };
    const inForce = Date.parse('2020-03-10T00:00:00.000Z');
    const revise = async (): Promise<EventId> => {
      const revised = await desk.send({ type: 'RevisePipeline', id: sales, process: withoutMeeting }, { effectiveAt: inForce });
      return revised.events[0]?.eventId as EventId;
    };
    const moved = (version: EventId) => ({
      actor: { id: 'system', kind: 'rule' },
      causationId: version,
      correlationId: 'a-test',
      effectiveAt: isoInstant(inForce),
      processVersion: 'sales@2',
      schemaVersion: 1,
    });

    it('is left by the first command that meets the deal, as the rule’s deed, dated when the version came into force (RV10)', async () => {
      await inMeeting('d1');
      const version = await revise();
      desk.clock.set('2020-03-20T09:00:00.000Z');
      await desk.another().execute({ type: 'EstimateValue', id: d1, value: { minor: 5, currency: 'EUR' } }, ANN);
      const events = (await desk.recorded('deal-d1')).slice(3);
      expect(events.map(({ type, data }) => ({ type, data }))).toEqual([
        { type: 'StageReassigned', data: { from: 'meeting', to: 'proposal' } },
        { type: 'ExpectedValueEstimated', data: { value: { minor: 5, currency: 'EUR' } } },
      ]);
      expect(events[0]?.metadata).toEqual(moved(version));
      expect(events[1]?.metadata).toMatchObject({ actor: ANN.actor, effectiveAt: '2020-03-20T09:00:00.000Z' });
    });

    it('is left by all deals in a batch that may be stopped and begun again', async () => {
      const ids = ['d1', 'd2', 'd3'] as DealId[];
      for (const id of ids) await inMeeting(id);
      await desk.send({ type: 'LoseDeal', id: 'd3' as DealId, reasons: ['price'] });
      const version = await revise();
      expect(await desk.handling.reassignRemovedStages(sales, ids)).toEqual({ looked: 3, moved: 0 }); // not in force yet
      desk.clock.set('2020-03-20T09:00:00.000Z');
      expect(await desk.handling.reassignRemovedStages(sales, ids.slice(0, 1))).toEqual({ looked: 1, moved: 1 });
      expect(await desk.another().reassignRemovedStages(sales, [...ids, 'unheard-of' as DealId])).toEqual({ looked: 4, moved: 1 });
      for (const id of ['d1', 'd2']) {
        const events = await desk.recorded(`deal-${id}`);
        expect(events).toHaveLength(4);
        expect(events[3]?.type).toBe('StageReassigned');
        expect(events[3]?.metadata).toEqual({ ...moved(version), correlationId: 'pipeline-sales' });
      }
      expect(await desk.recorded('deal-unheard-of')).toEqual([]);
    });

    it('is seen in a version that another process recorded just now', async () => {
      await inMeeting('d1');
      await desk.another().execute({ type: 'RevisePipeline', id: sales, process: withoutMeeting }, { ...ANN, effectiveAt: inForce });
      desk.clock.set('2020-03-20T09:00:00.000Z');
      await expect(desk.send({ type: 'ReturnToStage', id: d1, toStageId: 'meeting' as StageId })).rejects.toMatchObject({
        code: 'deal/unknown-stage',
      });
    });
  });

  describe('several commands to one stream', () => {
    const steps = (...commands: Command[]): Step[] => commands.map((command) => ({ command, context: ANN }));

    it('are decided one after the other and appended as one', async () => {
      const outcome = await desk.handling.executeStream('deal-d1' as StreamName, steps(request(), qualify, advance('closing')));
      expect(outcome.steps.map(({ status }) => status)).toEqual(['appended', 'appended', 'appended']);
      expect(outcome).toMatchObject({ stream: 'deal-d1', revision: 2 });
      const recorded = await desk.recorded('deal-d1');
      expect(recorded.map(({ type }) => type)).toEqual(['RequestRegistered', 'LeadQualified', 'StageAdvanced']);
      expect(recorded[2]?.position).toBe(outcome.position);
      expect((await desk.send({ type: 'WinDeal', id: d1, reasons: ['price'] })).revision).toBe(3);
    });

    it('go on without the refused one, or not at all where that was asked', async () => {
      const bad = steps(request(), advance('closing'), qualify);
      const withheld = await desk.handling.executeStream('deal-d1' as StreamName, bad, { onRefusal: 'nothing' });
      expect(withheld.steps.map(({ status }) => status)).toEqual(['withheld', 'refused', 'withheld']);
      expect(withheld.revision).toBe(-1);
      expect(await desk.recorded('deal-d1')).toEqual([]);
      const rest = await desk.handling.executeStream('deal-d1' as StreamName, bad);
      expect(rest.steps.map(({ status }) => status)).toEqual(['appended', 'refused', 'appended']);
      expect(rest.revision).toBe(1);
    });

    it('skip the facts whose import hash is in the stream, here and in the next process', async () => {
      const at = Date.parse('2020-01-01');
      const imported = (command: Command, importHash: string): Step => ({
        command,
        context: { actor: { id: 'crm', kind: 'import' }, correlationId: 'import-1', effectiveAt: at, dated: false, importHash },
      });
      const file = [imported(request({ summary: 'not-in-source' }), 'h1'), imported(qualify, 'h2'), imported(qualify, 'h2')];
      const first = await desk.handling.executeStream('deal-d1' as StreamName, file);
      expect(first.steps.map(({ status }) => status)).toEqual(['appended', 'appended', 'repeated']);
      const grown = [...file, imported(advance('closing'), 'h3')];
      const second = await desk.another().executeStream('deal-d1' as StreamName, grown);
      expect(second.steps.map(({ status }) => status)).toEqual(['repeated', 'repeated', 'repeated', 'appended']);
      const recorded = await desk.recorded('deal-d1');
      expect(recorded.map(({ metadata: { dated, effectiveAt, importHash } }) => [dated, effectiveAt, importHash])).toEqual([
        [false, '2020-01-01T00:00:00.000Z', 'h1'],
        [false, '2020-01-01T00:00:00.000Z', 'h2'],
        [false, '2020-01-01T00:00:00.000Z', 'h3'],
      ]);
      expect(recorded[0]?.data).toMatchObject({ summary: 'not-in-source' });
    });

    it('correct what earlier ones of the same append recorded', async () => {
      await desk.handling.executeStream('deal-d1' as StreamName, steps(request(), qualify));
      const { 1: qualified } = await desk.handling.history('deal-d1' as StreamName);
      const outcome = await desk.handling.executeStream(
        'deal-d1' as StreamName,
        steps(
          advance('closing'),
          {
            type: 'CorrectHistory',
            id: d1,
            reason: 'never qualified',
            correction: { kind: 'void', target: qualified?.eventId as EventId },
          },
          { type: 'WinDeal', id: d1, reasons: ['price'] },
        ),
      );
      expect(outcome.steps.map(({ status }) => status)).toEqual(['appended', 'refused', 'appended']);
    });
  });

  describe('many streams at once', () => {
    const deals = Array.from({ length: 50 }, (_, index) => `d${index}` as DealId);
    const batch = (...commands: ((id: DealId) => Command)[]) =>
      deals.map((id) => ({
        stream: `deal-${id}` as StreamName,
        steps: commands.map((command) => ({ command: command(id), context: ANN })),
      }));

    it('are settled each by itself, also where one of them was written to meanwhile', async () => {
      await desk.handling.executeStreams(batch((id) => request({ id })));
      await desk.another().execute({ ...qualify, id: deals[7] ?? d1 }, ANN);
      const outcomes = await desk.handling.executeStreams(
        batch(
          (id) => ({ ...qualify, id }),
          (id) => ({ ...advance('closing'), id }) as Command,
        ),
      );
      expect(outcomes.map(({ stream }) => stream)).toEqual(deals.map((id) => `deal-${id}`));
      expect(outcomes.map(({ revision }) => revision)).toEqual(deals.map(() => 2));
      expect(outcomes[7]?.steps.map(({ status }) => status)).toEqual(['nothing', 'appended']);
      expect(outcomes[8]?.steps.map(({ status }) => status)).toEqual(['appended', 'appended']);
    });

    it('are not kept where that was asked, and the next command is decided on what they appended', async () => {
      await desk.send(request());
      const importHash = '0'.repeat(32);
      const step = (command: Command): Step => ({ command, context: { ...ANN, importHash } });
      const stream = 'deal-d1' as StreamName;
      await desk.handling.executeStreams([{ stream, steps: [step(qualify)] }], { keep: false });
      const [again] = await desk.handling.executeStreams([{ stream, steps: [step(qualify)] }], { keep: false });
      expect(again?.steps[0]?.status).toBe('repeated');
      expect((await desk.send(advance('proposal'))).revision).toBe(2);
    });

    it('are decided at once and appended when what has to be first is written, or not at all', async () => {
      const deals = (['d2', 'd3'] as DealId[]).map((id) => ({ stream: `deal-${id}` as StreamName, id }));
      const [one, other] = deals.map(({ stream, id }) => [{ stream, steps: [{ command: request({ id }), context: ANN }] }]);
      let written: () => void = () => undefined;
      const first = new Promise<void>((resolve) => (written = resolve));
      const settled = desk.handling.executeStreams(one ?? [], { after: first });
      // The key of whom it is about is made by deciding.
      while ((await desk.keyStore.find('contact-c1')).state === 'missing') await new Promise((resolve) => setImmediate(resolve));
      expect(await desk.recorded('deal-d2')).toEqual([]);
      written();
      await settled;
      expect(await desk.recorded('deal-d2')).toHaveLength(1);

      const failed = Promise.reject(new EventStoreUnavailable('the disk is full'));
      await expect(desk.handling.executeStreams(other ?? [], { after: failed })).rejects.toThrow('the disk is full');
      expect(await desk.recorded('deal-d3')).toEqual([]);
    });

    it('may name the same stream several times', async () => {
      const stream = 'deal-d1' as StreamName;
      const requests = [request(), qualify, advance('closing')].map((command) => ({ stream, steps: [{ command, context: ANN }] }));
      const outcomes = await desk.handling.executeStreams(requests);
      expect(outcomes.map(({ revision }) => revision)).toEqual([0, 1, 2]);
    });
  });

  describe('a person who was forgotten', () => {
    it('is not written about again, while everything else goes on', async () => {
      await desk.send(request());
      await desk.keyStore.destroy('contact-c1');
      await expect(desk.send({ type: 'RecordFirstContact', id: d1, channel: 'phone', note: 'she was nice' })).rejects.toMatchObject({
        code: 'privacy/person-forgotten',
        details: { holder: 'contact-c1' },
      });
      const steps: Step[] = [
        { command: { type: 'RegisterContact', id: 'c1' as ContactId, name: 'Mrs. Smith', companyId: null }, context: ANN },
      ];
      const [again, other] = await desk.handling.executeStreams([
        { stream: 'contact-c1' as StreamName, steps },
        { stream: 'deal-d1' as StreamName, steps: [{ command: qualify, context: ANN }] },
      ]);
      expect(again?.steps[0]).toMatchObject({ status: 'refused', error: { code: 'privacy/person-forgotten' } });
      expect(other?.steps[0]?.status).toBe('appended');
      expect(await desk.recorded('contact-c1')).toEqual([]);
    });
  });

  it('appends nothing where the store cannot be reached, and says so', async () => {
    const gone: EventStore = Object.create(desk.eventStore, {
      append: { value: () => Promise.reject(new EventStoreUnavailable('no disk')) },
    }) as EventStore;
    const handling = openCommandHandling({ eventStore: gone, keyStore: desk.keyStore, clock: desk.clock });
    await expect(handling.execute(request(), ANN)).rejects.toBeInstanceOf(EventStoreUnavailable);
    expect(await desk.recorded('deal-d1')).toEqual([]);
  });
});

describe('a simulated history', () => {
  it('is recorded on its own clock, many instants in one call', async () => {
    const desk = openCommandDesk('2010-01-01T00:00:00.000Z', { simulated: true });
    const at = (day: number) => ({ ...ANN, recordedAt: Date.UTC(2019, 0, day) });
    await desk.handling.executeStreams([
      {
        stream: 'pipeline-sales' as StreamName,
        steps: [{ command: { type: 'DefinePipeline', id: sales, process: FOUR_STAGES }, context: at(1) }],
      },
    ]);
    await desk.handling.executeStreams([
      { stream: 'deal-d1' as StreamName, steps: [{ command: request(), context: at(2) }] },
      { stream: 'deal-d2' as StreamName, steps: [{ command: request({ id: 'd2' as DealId }), context: at(3) }] },
      { stream: 'deal-d1' as StreamName, steps: [{ command: qualify, context: at(4) }] },
    ]);
    const { events } = await desk.eventStore.readAll({ limit: 10, filter: { categories: ['deal'] } });
    expect(events.map(({ stream, recordedAt }) => [stream, isoInstant(recordedAt)])).toEqual([
      ['deal-d1', '2019-01-02T00:00:00.000Z'],
      ['deal-d2', '2019-01-03T00:00:00.000Z'],
      ['deal-d1', '2019-01-04T00:00:00.000Z'],
    ]);
    expect((await desk.recorded('deal-d1'))[1]?.effectiveAt).toBe(Date.UTC(2019, 0, 4));
    await desk.close();
  });
});
