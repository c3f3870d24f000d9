import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Authenticator } from '../../libs/access/authenticator.js';
import { IssuerUnavailable, TokenRefused } from '../../libs/access/authenticator.js';
import { eitherOf } from '../../libs/access/either.js';
import { IssuerRefused } from '../../libs/access/oidc/issuer-keys.js';
import { OidcTokens } from '../../libs/access/oidc/oidc-tokens.js';
import { FileTokens } from '../../libs/access/tokens/file-tokens.js';
import { TokenFileRefused } from '../../libs/access/tokens/token-list.js';
import type { Config } from './config.js';
import { ConfigError, VARIABLES } from './variables.js';

export interface AccessOptions {
  readonly clock: { now(): number };
  /** What an operator should know: a changed file of tokens that cannot be used, an issuer that does not answer. */
  readonly note: (fault: Error) => void;
}

/** Null: callers need no tokens. @throws ConfigError for a file of tokens that cannot be used, and an issuer that is another one */
export async function openAccess({ access }: Config, options: AccessOptions): Promise<Authenticator | null> {
  if (access === null) return null;
  const { tokenFile, oidc } = access;
  try {
    const ours = tokenFile === null ? null : new FileTokens({ file: tokenFile, clock: options.clock, onFault: options.note });
    const issued = oidc === null ? null : new OidcTokens({ ...oidc, clock: options.clock });
    // One that does not answer now may when somebody comes with a token: what needs none does not wait for it.
    await issued?.discover().catch((error: unknown) => {
      if (!(error instanceof IssuerUnavailable)) throw error;
      options.note(error);
    });
    return ours && issued ? eitherOf(ours, issued) : (ours ?? issued ?? NO_TOKENS);
  } catch (error) {
    if (error instanceof TokenFileRefused || error instanceof IssuerRefused) throw new ConfigError(error.message);
    throw error;
  }
}

const NO_TOKENS: Authenticator = { authenticate: () => Promise.reject(new TokenRefused('no tokens are taken here')) };

export interface Tls {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** @throws ConfigError */
export function readTls({ tls }: Config): Tls | null {
  if (tls === null) return null;
  try {
    const files = { cert: readFileSync(tls.certificateFile), key: readFileSync(tls.keyFile) };
    createSecureContext(files);
    return files;
  } catch (error) {
    const names = `${VARIABLES.tlsCertificate.name} and ${VARIABLES.tlsKey.name}`;
    throw new ConfigError(`environment variables ${names}: TLS cannot be spoken with these files: ${(error as Error).message}`);
  }
}
