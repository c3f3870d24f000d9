import type { Authenticator } from './authenticator.js';
import { isOurToken } from './tokens/token.js';

/** Tokens of our own file are told from an issuer's by how they begin. */
export function eitherOf(ours: Authenticator, issuers: Authenticator): Authenticator {
  return { authenticate: (token) => (isOurToken(token) ? ours : issuers).authenticate(token) };
}
