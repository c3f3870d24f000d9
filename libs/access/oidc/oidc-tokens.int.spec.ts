import { createHmac } from 'node:crypto';
import { generateKeyPair } from 'jose';
import type { TestIssuer } from '../../testing/issuer.js';
import { startIssuer } from '../../testing/issuer.js';
import { IssuerUnavailable, TokenRefused } from '../authenticator.js';
import { IssuerRefused } from './issuer-keys.js';
import type { OidcOptions } from './oidc-tokens.js';
import { OidcTokens } from './oidc-tokens.js';

let issuer: TestIssuer;
/** Milliseconds that the house is ahead of the machine's clock. */
let ahead = 0;
const clock = { now: () => Date.now() + ahead };

function tokens(options: Partial<OidcOptions> = {}): OidcTokens {
  return new OidcTokens({
    ...{ issuer: issuer.issuer, audience: 'dealtrail', rightsClaim: 'dealtrail_rights', clock, cooldownMs: 0, timeoutMs: 500 },
    ...options,
  });
}

async function refusal(token: string, of = tokens()): Promise<string> {
  return of.authenticate(token).then(
    () => 'taken',
    (error: unknown) => {
      if (error instanceof TokenRefused) return error.message;
      throw error;
    },
  );
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

beforeEach(async () => {
  ahead = 0;
  issuer = await startIssuer();
});
afterEach(() => issuer.stop());

describe('a token of an OIDC issuer', () => {
  it('stands for its subject with the rights of its claim, until it expires', async () => {
    const token = await issuer.sign({ sub: 'E17', dealtrail_rights: ['read', 'dealtrail:correct', 'admin', 7], expiresIn: 60 });
    const identity = await tokens().authenticate(token);
    expect([identity.subject, [...identity.rights], identity.holds()]).toEqual(['E17', ['read', 'correct'], true]);
    ahead = (identity.expiresAt ?? 0) - Date.now();
    expect(identity.holds()).toBe(false);
    expect(await refusal(token)).toBe('the token has expired');
  });

  it.each([
    ['words of a scope', 'scope', { scope: 'openid dealtrail:write read' }],
    ['a claim within claims', 'resource_access.dealtrail.roles', { resource_access: { dealtrail: { roles: ['write', 'read'] } } }],
    ['a claim whose name is an address', 'https://acme.example/rights', { 'https://acme.example/rights': ['write', 'read'] }],
  ])('may give its rights as %s', async (_, rightsClaim, claims) => {
    const { rights } = await tokens({ rightsClaim }).authenticate(await issuer.sign({ ...claims, dealtrail_rights: [] }));
    expect([...rights].sort()).toEqual(['read', 'write']);
  });

  it('gives no right where it names none', async () => {
    expect((await tokens({ rightsClaim: '__proto__.constructor.name' }).authenticate(await issuer.sign())).rights.size).toBe(0);
  });

  it.each([
    ['of another audience', { aud: 'warehouse' }, "the token's claim aud is missing or not what is expected here"],
    ['of another issuer', { iss: 'https://id.example' }, "the token's claim iss is missing or not what is expected here"],
    ['that has expired', { expiresIn: -6 }, 'the token has expired'],
    ['that is not valid yet', { notBefore: 60 }, "the token's claim nbf is missing or not what is expected here"],
    ['without a subject', { sub: undefined }, "the token's claim sub is missing or not what is expected here"],
    ['with an empty subject', { sub: '' }, 'the token names no subject'],
    ['that never expires', { exp: undefined }, "the token's claim exp is missing or not what is expected here"],
  ])('is refused %s', async (_, claims, why) => {
    expect(await refusal(await issuer.sign(claims))).toBe(why);
  });

  it('is taken within five seconds of difference between the clocks', async () => {
    expect(await refusal(await issuer.sign({ expiresIn: -3 }))).toBe('taken');
    expect(await refusal(await issuer.sign({ notBefore: 3 }))).toBe('taken');
  });

  it('is refused with no signature, one by the public key as a shared secret, one of another key, and one that was changed', async () => {
    const good = await issuer.sign();
    const [head = '', body = '', signature = ''] = good.split('.');
    expect(await refusal(`${part({ alg: 'none' })}.${body}.`)).toBe('the token is signed in a way that is not taken');
    const confused = `${part({ alg: 'HS256', kid: issuer.publicKey().kid })}.${body}`;
    const mac = createHmac('sha256', JSON.stringify(issuer.publicKey())).update(confused).digest('base64url');
    expect(await refusal(`${confused}.${mac}`)).toBe('the token is signed in a way that is not taken');
    const { privateKey } = await generateKeyPair('ES256');
    expect(await refusal(await issuer.sign({}, { key: privateKey }))).toBe("the token's signature is not the issuer's");
    expect(await refusal(await issuer.sign({}, { key: privateKey, kid: 'key-9' }))).toBe('the token is signed with no key of the issuer');
    const changed = part({ ...(JSON.parse(Buffer.from(body, 'base64url').toString()) as object), dealtrail_rights: ['operate'] });
    expect(await refusal(`${head}.${changed}.${signature}`)).toBe("the token's signature is not the issuer's");
    expect(await refusal('not-a-jwt')).toBe('the token is no signed JWT of the issuer');
    expect(await refusal(good)).toBe('taken');
  });
});

describe('the keys of an OIDC issuer', () => {
  it('are fetched once, again for a key that is new, and a key that was taken away signs no more', async () => {
    const ours = tokens({ maxAgeMs: 60_000 });
    const old = await issuer.sign();
    for (let time = 0; time < 3; time += 1) await ours.authenticate(old);
    expect(issuer.fetched).toBe(1);
    await issuer.rotate({ keep: true });
    await ours.authenticate(await issuer.sign());
    await ours.authenticate(old);
    expect(issuer.fetched).toBe(2);
    await issuer.rotate();
    await ours.authenticate(await issuer.sign());
    expect(await refusal(old, ours)).toBe('the token is signed with no key of the issuer');
  });

  it('are not fetched for every token of a stranger', async () => {
    const ours = tokens({ cooldownMs: 60_000 });
    const { privateKey } = await generateKeyPair('ES256');
    for (let number = 0; number < 5; number += 1) await refusal(await issuer.sign({}, { key: privateKey, kid: `mine-${number}` }), ours);
    expect(issuer.fetched).toBe(1);
  });

  it('cannot be told where the issuer has never answered, and are found once it does', async () => {
    const ours = tokens();
    const token = await issuer.sign();
    issuer.down = true;
    await expect(ours.discover()).rejects.toThrow(IssuerUnavailable);
    await expect(ours.authenticate(token)).rejects.toThrow(`the issuer ${issuer.issuer} gives no keys: `);
    issuer.down = false;
    ahead = 1_000;
    expect((await ours.authenticate(token)).subject).toBe('E17');
  });

  it('hold for an hour where the issuer does not answer any more', async () => {
    const ours = tokens({ maxAgeMs: 0 });
    const [token, later] = [await issuer.sign(), await issuer.sign({ expiresIn: 7_200 })];
    await ours.authenticate(token);
    issuer.down = true;
    expect((await ours.authenticate(token)).subject).toBe('E17');
    ahead = 3_500_000;
    expect((await ours.authenticate(later)).subject).toBe('E17');
    ahead = 3_700_000;
    await expect(ours.authenticate(later)).rejects.toThrow(IssuerUnavailable);
  });

  it('are not taken of a document that is about another issuer', async () => {
    issuer.name = 'https://id.example';
    await expect(tokens().discover()).rejects.toThrow(
      new IssuerRefused(`the discovery document of ${issuer.issuer} is of another issuer, 'https://id.example'`),
    );
  });
});
