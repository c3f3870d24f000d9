import type { Running } from '../../testing/running.js';
import { runServer, temporaryFolder } from '../../testing/running.js';

const REQUEST = {
  contact: { new: { name: 'Anna Jansen', email: 'anna@company.example' } },
  company: { new: { name: 'Vermeer Machines', industry: 'manufacturing' } },
  summary: 'wants a price for ten machines before summer',
  source: { kind: 'known', source: 'website' },
  origin: { kind: 'spontaneous' },
  receivedBy: { employeeId: 'e-1', department: 'after-sales' },
};

describe('the way of a request over HTTP', () => {
  const data = temporaryFolder();
  let running: Running;
  let deal = '';
  beforeAll(async () => {
    running = await runServer(data.folder);
    expect((await running.post('/v1/employees', { id: 'e-1', name: 'Bob de Vries', team: 'north' })).status).toBe(201);
    expect((await running.post('/v1/pipelines', { id: 'machines', template: 'four-stages' })).status).toBe(201);
  });
  afterAll(async () => {
    await running.stop();
    data.remove();
  });

  async function events(): Promise<number> {
    return Number((await running.dealtrail.eventStore.head()).position);
  }

  it('registers a request of a new contact at a new company, in the order company, contact, request (RQ01, RQ03)', async () => {
    const answer = await running.post('/v1/requests', REQUEST);
    expect(answer.status).toBe(201);
    const body = answer.json() as { id: string; contactId: string; companyId: string; position: string };
    deal = body.id;
    expect(answer.headers).toMatchObject({ etag: '"0"', location: `/v1/deals/${deal}`, 'dealtrail-position': body.position });
    const page = await running.dealtrail.eventStore.readAll({ limit: 100, filter: { categories: ['company', 'contact', 'deal'] } });
    expect(page.events.map(({ stream, type }) => `${stream} ${type}`)).toEqual([
      `company-${body.companyId} CompanyRegistered`,
      `company-${body.companyId} IndustryClassified`,
      `contact-${body.contactId} ContactRegistered`,
      `deal-${deal} RequestRegistered`,
    ]);
  });

  it('qualifies, values, advances and wins it, and every answer has the revision and the position', async () => {
    const steps: [string, object][] = [
      ['qualify-lead', { pipelineId: 'machines', ownerId: 'e-1' }],
      ['estimate-value', { value: { amount: '12500.00', currency: 'EUR' } }],
      ['assess-chance', { get: 6000, go: 'unknown' }],
      ['expect-decision', { decisionDate: '2030-06-30' }],
      ['advance-stage', { toStageId: 'proposal', reason: 'asked for a quote on the phone' }],
      ['win', { reasons: ['relationship'], value: { amount: '11900.00', currency: 'EUR' } }],
    ];
    for (const [index, [step, body]] of steps.entries()) {
      const answer = await running.post(`/v1/deals/${deal}/${step}`, body);
      expect([step, answer.status, answer.headers.etag]).toEqual([step, 200, `"${index + 1}"`]);
    }
    const shown = (await running.ask(`/v1/deals/${deal}`)).json();
    expect(shown).toMatchObject({ revision: 6, state: { status: 'won', wonValue: { amount: '11900.00', currency: 'EUR' } } });
  });

  it('is seen by a report that asks for its position, opened for the local caller', async () => {
    const { position } = await running.dealtrail.eventStore.head();
    const report = await running.ask(`/v1/reports/pipeline?after=${position}&groupBy=status,owner`);
    expect(report.status).toBe(200);
    expect(report.json()).toMatchObject({
      report: 'pipeline',
      rows: [
        {
          group: { status: 'won', owner: 'e-1' },
          labels: { owner: 'Bob de Vries' },
          deals: 1,
          value: [{ amount: '11900.00', currency: 'EUR' }],
        },
      ],
    });
  });

  it('refuses to advance a won deal, says what would be legal, and appends nothing', async () => {
    const before = await events();
    const answer = await running.post(`/v1/deals/${deal}/advance-stage`, { toStageId: 'closing' });
    expect(answer.status).toBe(409);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.json()).toMatchObject({ status: 409, code: 'deal/not-open', legal: expect.arrayContaining(['DealReopened']) as unknown });
    expect(await events()).toBe(before);
  });

  it('names the path of each fault of a malformed body', async () => {
    const answer = await running.post('/v1/requests', { ...REQUEST, contact: { new: {} }, source: { kind: 'known' }, colour: 'red' });
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({
      code: 'request/malformed',
      errors: [
        { path: 'colour', message: 'is not a field of this command' },
        { path: 'contact.new.name', message: 'is missing: it must be text' },
      ],
    });
    const large = await running.post(`/v1/deals/${deal}/estimate-value`, { value: { amount: '1000000000000.01', currency: 'EUR' } });
    expect(large.json()).toMatchObject({ status: 400, errors: [{ path: 'value.amount', message: 'must be at most 1000000000000.00' }] });
    const kind = await running.post('/v1/requests', { ...REQUEST, source: { kind: 'known' } });
    expect(kind.json()).toMatchObject({
      status: 400,
      errors: [{ path: 'source.source', message: 'goes with kind known, and only with it' }],
    });
  });

  it('answers 404 for a deal that nobody registered, and 422 for a stage that the process does not have', async () => {
    expect((await running.post('/v1/deals/nobody/resume', {})).json()).toMatchObject({ status: 404, code: 'deal/unknown' });
    const fresh = (await running.post('/v1/requests', REQUEST)).json() as { id: string };
    const answer = await running.post(`/v1/deals/${fresh.id}/qualify-lead`, { pipelineId: 'machines', stageId: 'nowhere', ownerId: 'e-1' });
    expect(answer.json()).toMatchObject({ status: 422, code: 'deal/unknown-stage' });
  });

  it('carries out a command only at the revision that If-Match says', async () => {
    const answer = await running.post(`/v1/deals/${deal}/reopen`, { reason: 'they called back' }, { 'if-match': '"3"' });
    expect(answer.status).toBe(412);
    expect(answer.headers.etag).toBe('"6"');
    expect(answer.json()).toMatchObject({ code: 'request/revision-mismatch', currentRevision: 6 });
    expect((await running.post(`/v1/deals/${deal}/reopen`, { reason: 'they called back' }, { 'if-match': '"6"' })).status).toBe(200);
  });

  it('gives the first answer to the same Idempotency-Key, and refuses it with another body', async () => {
    const key = { 'idempotency-key': 'web-form-17' };
    const first = await running.post('/v1/requests', REQUEST, key);
    const before = await events();
    const again = await running.post('/v1/requests', REQUEST, key);
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(again.headers['dealtrail-repeated']).toBe('true');
    const other = await running.post('/v1/requests', { ...REQUEST, summary: 'something else' }, key);
    expect(other.json()).toMatchObject({ status: 422, code: 'request/idempotency-key-reused' });
    expect(await events()).toBe(before);
  });

  it('leaves no company behind where the request itself is refused', async () => {
    const before = await events();
    const answer = await running.post('/v1/requests', { ...REQUEST, effectiveAt: '2999-01-01T00:00:00Z' });
    expect(answer.json()).toMatchObject({ status: 422, code: 'deal/effective-in-future' });
    expect(await events()).toBe(before);
  });

  it('records who did it from the header, as a person, and takes nobody’s word for being an import', async () => {
    await running.post(`/v1/deals/${deal}/estimate-value`, { value: 'unknown' }, { 'dealtrail-actor': 'e-1' });
    const history = (await running.ask(`/v1/deals/${deal}/history`)).json() as { events: { actor: object }[] };
    expect(history.events.at(-1)?.actor).toEqual({ id: 'e-1', kind: 'person' });
    const claim = await running.post(`/v1/deals/${deal}/identify-company`, { companyId: 'not-in-source' });
    expect(claim.json()).toMatchObject({
      status: 400,
      errors: [{ path: 'companyId', message: "must not be 'not-in-source': only an import may say so" }],
    });
  });

  it('corrects history: what was entered wrong stays in the log, and is no longer the deal', async () => {
    const history = (await running.ask(`/v1/deals/${deal}/history`)).json() as {
      events: { eventId: string; type: string; standing: string }[];
    };
    const estimate = history.events.find(({ type }) => type === 'ExpectedValueEstimated');
    const answer = await running.post(`/v1/deals/${deal}/correct-history`, {
      correction: {
        kind: 'replace',
        target: estimate?.eventId,
        event: { type: 'ExpectedValueEstimated', data: { value: { amount: '13000.00', currency: 'EUR' } } },
      },
      reason: 'a digit was swapped',
    });
    expect(answer.status).toBe(200);
    const after = (await running.ask(`/v1/deals/${deal}/history`)).json() as typeof history;
    expect(after.events.map(({ type, standing }) => `${type} ${standing}`)).toContain('ExpectedValueEstimated replaced');
    const wrong = await running.post(`/v1/deals/${deal}/correct-history`, {
      correction: { kind: 'insert', event: { type: 'DealWon', data: { value: { amount: '1.234', currency: 'EUR' }, reasons: [] } } },
      reason: 'forgotten',
    });
    expect(wrong.json()).toMatchObject({
      status: 400,
      errors: [{ path: 'correction.effectiveAt', message: 'is needed with kind insert' }],
    });
  });
});
