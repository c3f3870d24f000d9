import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import type { Call } from '../testing/http.js';
import { exchange } from '../testing/http.js';
import { createApi } from './create-api.js';

describe('the HTTP server, before anything is asked of the business', () => {
  let app: NestFastifyApplication;
  let base = '';
  let ready = true;
  const ask = (path: string, call?: Call) => exchange(base, path, call);
  beforeAll(async () => {
    const readiness = { check: () => Promise.resolve([{ name: 'log', ok: ready, detail: ready ? 'open' : 'cannot be reached' }]) };
    app = await createApi({ parts: { readiness }, log: pino({ level: 'silent' }), version: '0.1.0' });
    await app.listen(0, '127.0.0.1');
    base = await app.getUrl();
  });
  afterAll(() => app.close());

  it('tells the truth about being ready', async () => {
    expect((await ask('/health/live')).json()).toEqual({ status: 'live' });
    expect((await ask('/health/ready')).json()).toEqual({ status: 'ready', checks: [{ name: 'log', ok: true, detail: 'open' }] });
    ready = false;
    const answer = await ask('/health/ready');
    ready = true;
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.json()).toEqual({ status: 'not ready', checks: [{ name: 'log', ok: false, detail: 'cannot be reached' }] });
  });

  it('answers a route that does not exist with problem details', async () => {
    const answer = await ask('/v1/nothing');
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.json()).toMatchObject({ status: 404, code: 'request/no-such-route' });
  });

  it.each([
    ['a page whose name was rebound to loopback', { host: 'attacker.example' }],
    ['a script of another site', { host: 'localhost:3000', origin: 'https://attacker.example' }],
    ['a form of another site', { host: '127.0.0.1:3000', 'sec-fetch-site': 'cross-site' }],
  ])('refuses %s', async (_who, headers) => {
    const answer = await ask('/v1/requests', { method: 'POST', headers, body: {} });
    expect(answer.status).toBe(403);
    expect(answer.json()).toMatchObject({ code: 'request/foreign-origin' });
  });

  it('describes itself, and the page to read it needs nothing from the network', async () => {
    expect((await ask('/openapi.json')).json()).toMatchObject({ openapi: '3.0.0', info: { title: 'Dealtrail', version: '0.1.0' } });
    const page = (await ask('/docs')).text;
    expect(page).not.toMatch(/https?:/);
    for (const [, url] of page.matchAll(/(?:src|href)="([^"]+)"/g)) expect((await ask(url ?? '')).status).toBe(200);
  });
});
