import { get } from 'node:http';
import type { Running } from '../../testing/running.js';
import { runServer, temporaryFolder } from '../../testing/running.js';

interface Received {
  readonly id: string;
  readonly event: { readonly position: string; readonly type: string; readonly stream: string; readonly data: Record<string, unknown> };
}

/** Reads the subscription until so many events have come, then goes away. */
function receive(base: string, path: string, count: number, headers: Record<string, string> = {}): Promise<Received[]> {
  return new Promise((resolve, reject) => {
    const events: Received[] = [];
    let rest = '';
    const request = get(new URL(path, base), { headers, agent: false }, (answer) => {
      answer.setEncoding('utf8');
      answer.on('data', (text: string) => {
        rest += text;
        for (let end = rest.indexOf('\n\n'); end !== -1; end = rest.indexOf('\n\n')) {
          const block = rest.slice(0, end);
          rest = rest.slice(end + 2);
          const id = /^id: (.*)$/m.exec(block)?.[1];
          const data = /^data: (.*)$/m.exec(block)?.[1];
          if (id !== undefined && data !== undefined) events.push({ id, event: JSON.parse(data) as Received['event'] });
          if (events.length < count) continue;
          request.destroy();
          return resolve(events.slice(0, count));
        }
      });
    });
    request.on('error', (error) => (events.length >= count ? undefined : reject(error)));
  });
}

describe('subscribing to events', () => {
  const data = temporaryFolder();
  let running: Running;
  beforeAll(async () => {
    running = await runServer(data.folder, { feed: { heartbeatMs: 200 } });
    for (let number = 1; number <= 5; number += 1) await running.post('/v1/companies', { id: `c-${number}`, name: `Company ${number}` });
    await running.post('/v1/contacts', { id: 'p-1', name: 'Anna Jansen', companyId: 'c-1' });
  });
  afterAll(async () => {
    await running.stop();
    data.remove();
  });

  it('begins with the first event of the log, in order, with personal fields opened for the local caller', async () => {
    const events = await receive(running.base, '/v1/events', 7);
    expect(events.map(({ event }) => event.type)).toEqual([
      'LogIdentified',
      ...Array<string>(5).fill('CompanyRegistered'),
      'ContactRegistered',
    ]);
    expect(events.map(({ id }) => Number(id))).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(events.at(-1)?.event.data).toMatchObject({ name: 'Anna Jansen' });
  });

  it('goes on behind the last event that a client saw, without a gap or a repetition, over a restart of the server', async () => {
    const before = await receive(running.base, '/v1/events', 3);
    await running.stop();
    running = await runServer(data.folder, { feed: { heartbeatMs: 200 } });
    const waiting = receive(running.base, '/v1/events', 5, { 'last-event-id': before.at(-1)?.id ?? '' });
    await running.post('/v1/companies', { id: 'c-6', name: 'Company 6' });
    expect((await waiting).map(({ id }) => Number(id))).toEqual([4, 5, 6, 7, 8]);
  });

  it('filters by category, type and deal', async () => {
    expect((await receive(running.base, '/v1/events?category=contact', 1))[0]?.event.stream).toBe('contact-p-1');
    expect((await receive(running.base, '/v1/events?type=ContactRegistered', 1))[0]?.event.stream).toBe('contact-p-1');
    const wrong = await running.ask('/v1/events?category=secrets');
    expect(wrong.json()).toMatchObject({ status: 400, errors: [{ path: 'query category' }] });
  });

  it('tells who asks for the head alone that it is there, and is done', async () => {
    const { status, headers, text } = await running.ask('/v1/events', { method: 'HEAD' });
    expect([status, headers['content-type'], headers['x-content-type-options'], text]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      'nosniff',
      '',
    ]);
  });

  it('refuses a position beyond the end: it is of another log', async () => {
    expect((await running.ask('/v1/events?after=999999')).json()).toMatchObject({ status: 409, code: 'events/another-history' });
    const other = '01a222d2-6553-72d8-8af9-3802efce2f89';
    expect((await running.ask(`/v1/events?after=1/${other}`)).json()).toMatchObject({ status: 409, code: 'events/another-history' });
    const again = await running.ask('/v1/events', { headers: { 'last-event-id': `1/${other}` } });
    expect(again.json()).toMatchObject({ status: 409, detail: expect.stringContaining(other) as string });
  });
});
