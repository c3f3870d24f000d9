import type { Right } from './rights.js';

/** Whom a token stands for. */
export interface Identity {
  /** As the token says it: an employee's id, a name, an address. It is never written down as it is. */
  readonly subject: string;
  readonly rights: ReadonlySet<Right>;
  /** Epoch milliseconds from which on it stands for nobody; null: never. */
  readonly expiresAt: number | null;
  /** False once the token has expired or was taken back or changed: for a call that lasts. */
  holds(): boolean;
}

/** Tells whom a bearer token stands for. */
export interface Authenticator {
  /** @throws TokenRefused, IssuerUnavailable */
  authenticate(token: string): Promise<Identity>;
}

/** The token stands for nobody, or not any more. The message says why, and never holds anything of the token. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

/** Whoever issues the tokens cannot be reached, and its keys are not known: nobody can be told from a stranger. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
}
