import type { JWTPayload } from 'jose';
import { errors, jwtVerify } from 'jose';
import type { Authenticator, Identity } from '../authenticator.js';
import { TokenRefused } from '../authenticator.js';
import type { Right } from '../rights.js';
import { isRight } from '../rights.js';
import type { IssuerKeysOptions } from './issuer-keys.js';
import { IssuerKeys } from './issuer-keys.js';

export interface OidcOptions extends IssuerKeysOptions {
  /** What a token's `aud` must name. */
  readonly audience: string;
  /** The claim that lists the rights: its name, or a path with dots into claims within claims. */
  readonly rightsClaim: string;
}

/** Signatures by a private key alone: a token that is "signed" with the issuer's public key as a shared secret (HS256), or not at all, fits none. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const CLOCK_TOLERANCE_S = 5;

/** Access tokens that an OIDC issuer signed: JWTs (RFC 9068) for our audience. */
export class OidcTokens implements Authenticator {
  private readonly keys: IssuerKeys;

  constructor(private readonly options: OidcOptions) {
    this.keys = new IssuerKeys(options);
  }

  /** Fetches the issuer's keys, which is otherwise done for the first token. @throws IssuerUnavailable, IssuerRefused */
  discover(): Promise<void> {
    return this.keys.discover();
  }

  async authenticate(token: string): Promise<Identity> {
    const { payload } = await this.verified(token);
    const { sub = '', exp = 0 } = payload; // both are required above
    if (sub === '') throw new TokenRefused('the token names no subject');
    const expiresAt = (exp + CLOCK_TOLERANCE_S) * 1_000;
    const rights = rightsOf(claimAt(payload, this.options.rightsClaim));
    return { subject: sub, rights, expiresAt, holds: () => this.options.clock.now() < expiresAt };
  }

  private async verified(token: string): Promise<{ readonly payload: JWTPayload }> {
    const { issuer, audience, clock } = this.options;
    try {
      return await jwtVerify(token, this.keys.get, {
        ...{ issuer, audience, algorithms: ALGORITHMS },
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: new Date(clock.now()),
        requiredClaims: ['sub', 'exp', 'iss', 'aud'],
      });
    } catch (error) {
      if (error instanceof errors.JOSEError) throw new TokenRefused(reasonOf(error));
      throw error;
    }
  }
}

/** Said to the caller: what is wrong with the token, and nothing of what is in it. */
function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `the token's claim ${error.claim} is missing or not what is expected here`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'the token is signed with no key of the issuer';
  if (error instanceof errors.JWSSignatureVerificationFailed) return "the token's signature is not the issuer's";
  if (error instanceof errors.JOSEAlgNotAllowed) return 'the token is signed in a way that is not taken';
  return 'the token is no signed JWT of the issuer';
}

/** A claim of exactly that name, for names with dots too (`https://acme.example/rights`); else what stands at the path (`resource_access.dealtrail.roles`). */
function claimAt(payload: JWTPayload, claim: string): unknown {
  if (Object.hasOwn(payload, claim)) return payload[claim];
  return claim.split('.').reduce<unknown>((value, name) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    return (value as Readonly<Record<string, unknown>>)[name];
  }, payload);
}

/** A list, or words with spaces between as in `scope`. `dealtrail:read` is `read`; words that are no right of ours are of somebody else. */
function rightsOf(claim: unknown): ReadonlySet<Right> {
  const words: readonly unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return new Set(words.map((word) => (typeof word === 'string' ? word.replace(/^dealtrail:/, '') : '')).filter(isRight));
}
