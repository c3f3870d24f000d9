import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { ValueOf } from './variables.js';
import { ConfigError, VARIABLES, wrong } from './variables.js';

/** Where the tokens come from that callers must show; at least one of both. */
export interface AccessConfig {
  /** Absolute: the file of hashed tokens. */
  readonly tokenFile: string | null;
  readonly oidc: OidcConfig | null;
}

export interface OidcConfig {
  readonly issuer: string;
  readonly audience: string;
  readonly rightsClaim: string;
}

/** PEM, absolute. */
export interface TlsFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

export function listenAddress(text: string, access: AccessConfig | null): string {
  if (isLoopback(text)) return text;
  if (isIP(text) === 0 && !/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text))
    throw wrong(VARIABLES.listen, text, 'no address or host name');
  if (access !== null) return text;
  throw wrong(
    VARIABLES.listen,
    text,
    `beyond loopback, and Dealtrail listens there only with authentication; set ${VARIABLES.tokens.name} or ${VARIABLES.oidcIssuer.name}, or use 127.0.0.1, ::1 or localhost`,
  );
}

export function accessOf(value: ValueOf): AccessConfig | null {
  const file = value(VARIABLES.tokens);
  const tokenFile = file === '' ? null : resolve(file);
  const oidc = oidcOf(value);
  return tokenFile === null && oidc === null ? null : { tokenFile, oidc };
}

/** Keys that come in clear text may be anybody's, except within this machine. */
function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, search, hash, username } = new URL(text);
  if (search !== '' || hash !== '' || username !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replace(/^\[(.*)\]$/, '$1')));
}

function oidcOf(value: ValueOf): OidcConfig | null {
  const { oidcIssuer, oidcAudience, oidcRights } = VARIABLES;
  const [issuer, audience, rightsClaim] = [value(oidcIssuer), value(oidcAudience), value(oidcRights)];
  if (issuer === '' && audience === '') return null;
  if (issuer === '' || audience === '')
    throw new ConfigError(`environment variables ${oidcIssuer.name} and ${oidcAudience.name}: set both or none`);
  if (!isIssuer(issuer)) throw wrong(oidcIssuer, issuer, 'no issuer; use its https:// address (http:// within this machine only)');
  return { issuer, audience, rightsClaim };
}

export function tlsOf(value: ValueOf): TlsFiles | null {
  const [certificate, key] = [value(VARIABLES.tlsCertificate), value(VARIABLES.tlsKey)];
  if (certificate === '' && key === '') return null;
  if (certificate === '' || key === '')
    throw new ConfigError(`environment variables ${VARIABLES.tlsCertificate.name} and ${VARIABLES.tlsKey.name}: set both or none`);
  return { certificateFile: resolve(certificate), keyFile: resolve(key) };
}

/** RFC 6750, section 2.1. What is wrong is not shown: it may be a token with a slip in it. */
export function tokenOf(text: string): string | null {
  if (text === '') return null;
  if (!/^[A-Za-z0-9._~+/-]+=*$/.test(text))
    throw new ConfigError(`environment variable ${VARIABLES.token.name}: what it holds is no bearer token`);
  return text;
}
