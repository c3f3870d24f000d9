import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get, request } from 'node:http';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { RIGHTS } from '../../../libs/access/rights.js';
import type { TestIssuer } from '../../../libs/testing/issuer.js';
import { startIssuer } from '../../../libs/testing/issuer.js';
import { holds } from '../../../libs/testing/property.js';
import type { Exchange } from '../../testing/http.js';
import type { Running } from '../../testing/running.js';
import { runServer, temporaryFolder } from '../../testing/running.js';
import { bearing, tokenFile } from '../../testing/tokens.js';
import { ConfigError } from '../../wiring/config.js';
import { OPERATION_RIGHTS } from './operation-rights.js';

interface Operation {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly 'x-right'?: string;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly securitySchemes: object };
}

const EVERYBODY = Object.fromEntries(RIGHTS.map((right) => [right, { rights: [right] }]));

const data = temporaryFolder();
const file = join(data.folder, 'tokens.yaml');
const tokens = tokenFile(file, {
  ...(EVERYBODY as Record<(typeof RIGHTS)[number], object>),
  all: { subject: 'E17' },
  named: { subject: 'anna.jansen@acme.example', rights: ['read', 'write', 'personal'] },
  old: { expiresAt: Date.now() - 1 },
});
const logged: string[] = [];
let issuer: TestIssuer;
let running: Running;

beforeAll(async () => {
  issuer = await startIssuer();
  running = await runServer(join(data.folder, 'data'), {
    environment: {
      DEALTRAIL_TOKENS: file,
      DEALTRAIL_OIDC_ISSUER: issuer.issuer,
      DEALTRAIL_OIDC_AUDIENCE: 'dealtrail',
      DEALTRAIL_LISTEN: '0.0.0.0',
    },
    feed: { heartbeatMs: 50 },
    lingerMs: 50,
    log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
  });
});
afterAll(async () => {
  await running.stop();
  await issuer.stop();
  data.remove();
});

const ask = (path: string, token?: string, headers: Readonly<Record<string, string>> = {}): Promise<Exchange> =>
  running.ask(path, { headers: { ...(token === undefined ? {} : bearing(token)), ...headers } });

function post(path: string, body: object, token?: string, headers: Readonly<Record<string, string>> = {}): Promise<Exchange> {
  return running.post(path, body, { ...(token === undefined ? {} : bearing(token)), ...headers });
}

async function operations(): Promise<(readonly [method: string, path: string, operation: Operation])[]> {
  const { paths } = (await ask('/openapi.json')).json() as Document;
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [method, path, operation] as const),
  );
}

/** A changed file of tokens is noticed within a second; until then the server is asked again. */
async function eventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds()));
}

describe('a server with tokens', () => {
  it('says of every operation which right it needs, and of none that is not there', async () => {
    const { components } = (await ask('/openapi.json')).json() as Document;
    expect(components.securitySchemes).toMatchObject({ bearer: { type: 'http', scheme: 'bearer' } });
    const said = (await operations()).map(([, , { operationId, security, 'x-right': right }]) => [
      operationId,
      security.length === 0 ? 'open' : right,
    ]);
    expect(Object.fromEntries(said)).toEqual(OPERATION_RIGHTS);
    expect(said).toHaveLength(Object.keys(OPERATION_RIGHTS).length);
  });

  it('refuses every operation to who shows no token, and to who has every right but the one it needs', async () => {
    const odd: unknown[] = [];
    for (const [method, path, { operationId }] of await operations()) {
      const need = OPERATION_RIGHTS[operationId];
      if (need === 'open') continue;
      const call = (headers: Readonly<Record<string, string>>) =>
        running.ask(path.replace('{id}', 'd-1'), {
          method: method.toUpperCase(),
          headers,
          ...(method === 'post' ? { body: '{"broken' } : {}),
        });
      const nobody = await call({});
      if (nobody.status !== 401) odd.push([operationId, nobody.status]);
      if (need === 'any') continue;
      for (const right of RIGHTS.filter((each) => each !== need)) {
        const { status, text } = await call(bearing(tokens[right]));
        if (status !== 403 || !text.includes(`"right":"${need}"`)) odd.push([operationId, right, status, text]);
      }
    }
    expect(odd).toEqual([]);
  });

  it('answers no token, an unknown one and an expired one with 401 and a challenge, before it reads the body', async () => {
    const answer = await post('/v1/companies', { anything: true });
    expect([answer.status, answer.headers['content-type'], answer.headers['www-authenticate']]).toEqual([
      401,
      'application/problem+json; charset=utf-8',
      'Bearer realm="dealtrail"',
    ]);
    expect(answer.json()).toMatchObject({ code: 'access/token-missing' });
    const challenge = async (token: string) => (await ask('/v1/caller', token)).headers['www-authenticate'];
    expect(await challenge('dealtrail_guessed')).toBe(
      'Bearer realm="dealtrail", error="invalid_token", error_description="the token is not known here"',
    );
    expect(await challenge(tokens.old)).toContain('error_description="the token has expired"');
    const basic = await ask('/v1/caller', undefined, { authorization: 'Basic cm9vdDpyb290' });
    expect([basic.status, basic.headers['www-authenticate']]).toEqual([401, expect.stringContaining('error="invalid_request"')]);
    const url = await ask(`/v1/caller?access_token=${tokens.all}`);
    expect(url.status).toBe(401);

    // Its body never comes: who waits for the answer has it all the same.
    const sending = request(new URL('/v1/companies', running.base), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': '1000000' },
    });
    sending.flushHeaders();
    const [early] = (await once(sending, 'response')) as [IncomingMessage];
    expect(early.statusCode).toBe(401);
    early.resume();
    sending.on('error', () => undefined);
    await once(sending, 'close'); // and it is not waited for
  });

  it('lets nobody in by any other header than a whole token of its own', async () => {
    const issued = await issuer.sign();
    const whole = fc.constantFrom(tokens.all, issued);
    const cut = (token: string, at: number, by: string) => token.slice(0, at % token.length) + by + token.slice((at % token.length) + 1);
    const letter = fc.constantFrom(...'ABCxyz0189._-~+/=');
    const forged = fc.oneof(
      fc.tuple(whole, fc.nat(), letter).map(([token, at, by]) => `Bearer ${cut(token, at, by)}`),
      fc.tuple(whole, fc.nat()).map(([token, at]) => `Bearer ${token.slice(0, at % token.length)}`),
      fc.tuple(whole, fc.string({ minLength: 1, maxLength: 5, unit: letter })).map(([token, more]) => `Bearer ${token}${more}`),
      fc.tuple(whole, fc.constantFrom('Basic', 'Token', 'Bearer:', 'BearerX')).map(([token, scheme]) => `${scheme} ${token}`),
      whole.map((token) => token),
      fc.string({ unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)) }),
      fc.string({ unit: letter }).map((text) => `Bearer ${text}.${text}.${text}`),
    );
    await holds(
      fc.asyncProperty(forged, async (authorization) => {
        fc.pre(![tokens.all, issued].some((token) => authorization === `Bearer ${token}`));
        const { status, text } = await ask('/v1/caller', undefined, { authorization });
        // The last letter of a signature has bits that say nothing: another letter may be the same signature.
        const same = status === 200 && authorization.slice(0, -1) === `Bearer ${issued.slice(0, -1)}`;
        expect([authorization, same || (status === 401 && text.includes('"access/token-'))]).toEqual([authorization, true]);
      }),
    );
  });

  it('names the right that is missing', async () => {
    const answer = await post('/v1/companies', { name: 'Company' }, tokens.read);
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([
      403,
      'Bearer realm="dealtrail", error="insufficient_scope", scope="write"',
    ]);
    expect(answer.json()).toMatchObject({ code: 'access/right-missing', right: 'write' });
  });

  it('looks at tokens instead of names and origins: a proxy in front has its own, and a page elsewhere has no token', async () => {
    const proxied = { host: 'dealtrail.acme.example', origin: 'https://dealtrail.acme.example' };
    expect((await post('/v1/companies', { name: 'Company' }, tokens.all, proxied)).status).toBe(201);
    const foreign = { host: 'attacker.example', origin: 'https://attacker.example', 'sec-fetch-site': 'cross-site' };
    expect((await post('/v1/companies', { name: 'Company' }, undefined, foreign)).status).toBe(401);
    expect((await ask('/v1/caller', undefined, foreign)).headers['access-control-allow-origin']).toBeUndefined();
  });

  it('tells nobody without a token which routes there are', async () => {
    expect((await ask('/v1/nothing')).status).toBe(401);
    expect((await ask('/v1/nothing', tokens.read)).status).toBe(404);
  });

  it('is live and ready for everybody, and says why only to who operates it', async () => {
    expect((await ask('/health/live')).json()).toEqual({ status: 'live' });
    await running.dealtrail.projector?.catchUp();
    const seen = async (token?: string) => ((await ask('/health/ready', token)).json() as { checks: object[] }).checks[0];
    expect(await seen()).toEqual({ name: 'event log', ok: true });
    expect(await seen(tokens.read)).toEqual({ name: 'event log', ok: true });
    expect(await seen('dealtrail_guessed')).toEqual({ name: 'event log', ok: true });
    expect(await seen(tokens.operate)).toMatchObject({ detail: expect.stringContaining('at position') as string });
    for (const open of ['/docs', '/openapi.json', '/asyncapi.json']) expect([open, (await ask(open)).status]).toEqual([open, 200]);
  });

  it('takes the actor from the token alone', async () => {
    const beside = await post('/v1/companies', { name: 'Company' }, tokens.all, { 'dealtrail-actor': 'e-1' });
    expect([beside.status, beside.json()]).toEqual([
      400,
      expect.objectContaining({ errors: [expect.objectContaining({ path: 'header Dealtrail-Actor' })] }),
    ]);
    expect((await ask('/v1/caller', tokens.all)).json()).toEqual({ actor: 'E17', rights: [...RIGHTS], expiresAt: null });
  });

  it('writes an HMAC under the key of the log where the subject may be a name, and knows a repeated command by it', async () => {
    const send = () => post('/v1/companies', { name: 'Company' }, tokens.named, { 'idempotency-key': 'once' });
    const [first, second] = [await send(), await send()];
    expect([first.status, second.status, second.text]).toEqual([201, 201, first.text]);
    expect(second.headers['dealtrail-repeated']).toBe('true');
    const { stream } = first.json() as { stream: string };
    const { events } = await running.dealtrail.eventStore.readStream(stream as never, { from: 0, limit: 10 });
    const metadata = Buffer.from(events[0]?.metadata ?? '').toString();
    const hmac = createHmac('sha256', running.dealtrail.keyStore.logKey)
      .update(JSON.stringify(['person', 'subject', 'anna.jansen@acme.example']))
      .digest('hex');
    expect(metadata).toContain(`"actor":{"id":"subject-${hmac.slice(0, 16)}","kind":"person"}`);
    expect(readFileSync(join(data.folder, 'data', 'log.sqlite')).includes('anna.jansen')).toBe(false);
  });

  it('takes tokens of the issuer too, and asks to come back where its keys are not known', async () => {
    const token = await issuer.sign({ sub: 'E18', dealtrail_rights: ['read', 'write'] });
    expect((await ask('/v1/caller', token)).json()).toMatchObject({ actor: 'E18', rights: ['read', 'write'] });
    expect((await ask('/v1/caller', await issuer.sign({ aud: 'other' }))).status).toBe(401);
    const other = temporaryFolder();
    issuer.down = true;
    const alone = await runServer(other.folder, {
      environment: { DEALTRAIL_OIDC_ISSUER: issuer.issuer, DEALTRAIL_OIDC_AUDIENCE: 'dealtrail' },
    });
    const late = await alone.ask('/v1/caller', { headers: bearing(token) });
    expect([late.status, late.headers['retry-after'], late.json()]).toEqual([
      503,
      '5',
      expect.objectContaining({ code: 'access/issuer-unavailable' }),
    ]);
    expect(late.text).not.toContain(issuer.issuer);
    expect((await alone.ask('/health/live')).status).toBe(200);
    issuer.down = false;
    await alone.stop();
    other.remove();
  });

  it('does not start with a file of tokens that cannot be used, or an issuer that is another one', async () => {
    const start = (environment: Readonly<Record<string, string>>) => runServer(join(data.folder, 'other'), { environment });
    await expect(start({ DEALTRAIL_TOKENS: join(data.folder, 'nowhere.yaml') })).rejects.toThrow(ConfigError);
    issuer.name = 'https://id.example';
    await expect(start({ DEALTRAIL_OIDC_ISSUER: issuer.issuer, DEALTRAIL_OIDC_AUDIENCE: 'a' })).rejects.toThrow(ConfigError);
    issuer.name = issuer.issuer;
    await expect(start({ DEALTRAIL_TOKENS: file, DEALTRAIL_TLS_CERT: file, DEALTRAIL_TLS_KEY: '/no/key.pem' })).rejects.toThrow(
      ConfigError,
    );
  });

  it('ends a subscription whose token expires, and one whose token is taken out of the file', async () => {
    const read = async (token: string, onOpen = (): void => undefined): Promise<string> => {
      const sent = get(new URL('/v1/events', running.base), { headers: bearing(token), agent: false });
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      if (answer.statusCode === 401) return '';
      expect(answer.statusCode).toBe(200);
      let text = '';
      for await (const chunk of answer) {
        if (text === '') onOpen();
        text += String(chunk);
      }
      return text;
    };
    const ended = /event: problem\ndata: \{[^\n]*"code":"access\/token-ended"[^\n]*\n\n$/;
    // A second to live is enough for most machines, and one that is busy gets more.
    let expiring = '';
    for (let expiresIn = -4; !expiring.includes('LogIdentified'); expiresIn += 2) expiring = await read(await issuer.sign({ expiresIn }));
    expect(expiring).toMatch(ended);

    const written = readFileSync(file, 'utf8');
    const short = join(data.folder, 'short.yaml');
    const { leaving } = tokenFile(short, { leaving: { rights: ['read'] } });
    writeFileSync(file, `${written}${readFileSync(short, 'utf8').replace('tokens:\n', '')}`);
    await eventually(async () => (await ask('/v1/caller', leaving)).status === 200);
    expect(await read(leaving, () => writeFileSync(file, written))).toMatch(ended);
    writeFileSync(file, 'tokens: [');
    await eventually(async () => (await ask('/v1/caller', tokens.read)).status === 200 && logged.join('').includes('cannot be used'));
  }, 60_000);

  it('keeps what it answers from caches, frames and guesses about its type', async () => {
    for (const path of ['/v1/caller', '/v1/reports/pipeline', '/v1/nothing', '/health/live']) {
      expect((await ask(path, tokens.read)).headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      });
    }
    expect((await ask('/docs')).headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  it('never logs a token', () => {
    expect(logged.join('')).not.toMatch(/dealtrail_|eyJ/);
  });
});
