import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CryptoKey, JWK, JWTPayload } from 'jose';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';

export interface Claims {
  readonly sub?: string | undefined;
  readonly aud?: string;
  readonly iss?: string;
  /** Seconds from now; default 300. */
  readonly expiresIn?: number;
  /** Seconds from now. */
  readonly notBefore?: number;
  readonly [claim: string]: unknown;
}

/** An OIDC issuer on loopback: a discovery document, a set of keys, and tokens signed with the newest of them. */
export interface TestIssuer {
  readonly issuer: string;
  /** A key of its own name from now on; the old ones stay in the set only where `keep` says so. */
  rotate(options?: { readonly keep?: boolean }): Promise<void>;
  sign(claims?: Claims, algorithm?: { readonly key?: CryptoKey; readonly kid?: string }): Promise<string>;
  /** The public half of the newest key, as everybody can fetch it. */
  publicKey(): JWK;
  /** Answers with 503 while true. */
  down: boolean;
  /** What its discovery document calls itself; default its address. */
  name: string;
  /** How often its keys were fetched. */
  readonly fetched: number;
  stop(): Promise<void>;
}

export async function startIssuer(port = 0): Promise<TestIssuer> {
  let keys: { readonly jwk: JWK; readonly privateKey: CryptoKey }[] = [];
  let [made, fetched] = [0, 0];
  const server = createServer((request, response) => {
    if (issuer.down) return void response.writeHead(503).end();
    const isKeys = request.url === '/keys';
    if (isKeys) fetched += 1;
    const body = isKeys ? { keys: keys.map(({ jwk }) => jwk) } : { issuer: issuer.name, jwks_uri: `${address}/keys` };
    const known = isKeys || request.url === '/.well-known/openid-configuration';
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(known ? body : {}));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const newest = () => {
    const key = keys[0];
    if (!key) throw new Error('the issuer has no key');
    return key;
  };
  const issuer: TestIssuer = {
    issuer: address,
    down: false,
    name: address,
    get fetched() {
      return fetched;
    },
    async rotate({ keep = false } = {}) {
      const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
      made += 1;
      const jwk = { ...(await exportJWK(publicKey)), kid: `key-${made}`, alg: 'ES256', use: 'sig' };
      keys = [{ jwk, privateKey }, ...(keep ? keys : [])];
    },
    async sign({ expiresIn = 300, notBefore, ...claims } = {}, { key = newest().privateKey, kid = newest().jwk.kid ?? '' } = {}) {
      const now = Math.floor(Date.now() / 1_000);
      const times = { exp: now + expiresIn, iat: now, ...(notBefore === undefined ? {} : { nbf: now + notBefore }) };
      const payload = { sub: 'E17', aud: 'dealtrail', iss: address, dealtrail_rights: ['read'], ...times, ...claims };
      // A claim that is undefined is left out.
      return new SignJWT(payload as JWTPayload).setProtectedHeader({ alg: 'ES256', kid }).sign(key);
    },
    publicKey: () => newest().jwk,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  await issuer.rotate();
  return issuer;
}
