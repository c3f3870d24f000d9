import type { Running } from '../testing/running.js';
import { runServer, temporaryFolder } from '../testing/running.js';

describe('the HTTP server, before anything is asked of the business', () => {
  const data = temporaryFolder();
  let running: Running;
  beforeAll(async () => {
    running = await runServer(data.folder);
  });
  afterAll(async () => {
    await running.stop();
    data.remove();
  });

  it('is live, and ready once its stores and projections are', async () => {
    expect((await running.ask('/health/live')).json()).toEqual({ status: 'live' });
    await running.dealtrail.projector?.catchUp();
    const ready = await running.ask('/health/ready');
    expect(ready.status).toBe(200);
    expect(ready.json()).toMatchObject({
      status: 'ready',
      checks: [{ name: 'event log' }, { name: 'key store' }, { name: 'read store' }, { name: 'projections' }],
    });
  });

  it('answers a route that does not exist with problem details', async () => {
    const answer = await running.ask('/v1/nothing');
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.json()).toEqual({
      type: 'urn:dealtrail:problem:request/no-such-route',
      title: 'Not Found',
      status: 404,
      code: 'request/no-such-route',
      detail: 'Cannot GET /v1/nothing; GET /openapi.json lists what there is',
    });
  });

  it.each([
    ['a page whose name was rebound to loopback', { host: 'attacker.example' }],
    ['a script of another site', { host: 'localhost:3000', origin: 'https://attacker.example' }],
    ['a form of another site', { host: '127.0.0.1:3000', 'sec-fetch-site': 'cross-site' }],
  ])('refuses %s', async (_who, headers) => {
    const answer = await running.ask('/v1/requests', { method: 'POST', headers, body: {} });
    expect(answer.status).toBe(403);
    expect(answer.json()).toMatchObject({ code: 'request/foreign-origin' });
  });

  it('describes itself, and the page to read it needs nothing from the network', async () => {
    expect((await running.ask('/openapi.json')).json()).toMatchObject({ openapi: '3.0.0', info: { title: 'Dealtrail', version: '0.1.0' } });
    const page = (await running.ask('/docs')).text;
    expect(page).not.toMatch(/https?:/);
    for (const [, url] of page.matchAll(/(?:src|href)="([^"]+)"/g)) expect((await running.ask(url ?? '')).status).toBe(200);
  });

  it('has no command that disposes of several requests at once: each is assessed by itself (AS01)', async () => {
    interface Operation {
      readonly operationId: string;
      readonly tags: readonly string[];
    }
    const { paths } = (await running.ask('/openapi.json')).json() as { paths: Record<string, { post?: Operation }> };
    const ofDeals = Object.entries(paths).filter(([, { post }]) => post?.tags.includes('deals'));
    expect(ofDeals.length).toBeGreaterThan(15);
    for (const [path] of ofDeals) expect(path).toMatch(/^\/v1\/deals\/\{id\}\/[a-z-]+$/);
  });
});
