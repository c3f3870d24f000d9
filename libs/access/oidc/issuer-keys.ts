import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { createLocalJWKSet, createRemoteJWKSet, errors } from 'jose';
import { IssuerUnavailable } from '../authenticator.js';

export interface IssuerKeysOptions {
  /** As the tokens name it in `iss`. */
  readonly issuer: string;
  readonly clock: { now(): number };
  /** How long the issuer may take to answer, in ms; default 5,000. */
  readonly timeoutMs?: number;
  /** Between two looks for a key that is not among those known, in ms; default 30,000. */
  readonly cooldownMs?: number;
  /** After which keys are asked for again, in ms; default 10 minutes. */
  readonly maxAgeMs?: number;
}

/** What stands behind the issuer's address is not this issuer: a mistake of the configuration. */
export class IssuerRefused extends Error {
  override readonly name = 'IssuerRefused';
}

/** Keys of an issuer that cannot be reached any more are trusted for so long: tokens seldom live longer, and whoever cuts the line gains no more than that. */
const TRUSTED_UNSEEN_MS = 3_600_000;
/** Between two looks for an issuer that did not answer. */
const RETRY_MS = 1_000;

/** The issuer has answered; it is the token that fits none of its keys. */
const OF_THE_TOKEN = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported] as const;

type KeySet = ReturnType<typeof createRemoteJWKSet>;

/** The keys that an OIDC issuer signs with, by its discovery document; fetched when first needed, and again when a token names one that is not known. */
export class IssuerKeys {
  private keys: KeySet | undefined;
  private discovering: Promise<KeySet> | undefined;
  private failed: { readonly at: number; readonly error: IssuerUnavailable } | undefined;
  private last: { readonly set: JSONWebKeySet; readonly at: number } | undefined;

  constructor(private readonly options: IssuerKeysOptions) {}

  /** @throws IssuerUnavailable, IssuerRefused */
  async discover(): Promise<void> {
    const keys = await this.found();
    if (keys.jwks() === undefined) await this.within(() => keys.reload());
    this.remember(keys);
  }

  /** For `jwtVerify`. @throws IssuerUnavailable, and what jose throws where no key fits */
  readonly get: JWTVerifyGetKey = async (header, token) => {
    const keys = await this.found();
    const failed = this.failedJustNow();
    if (failed) return this.lastKnown(header, token, failed);
    try {
      const key = await keys(header, token);
      this.remember(keys);
      return key;
    } catch (error) {
      if (OF_THE_TOKEN.some((type) => error instanceof type)) throw error;
      return this.lastKnown(header, token, this.unavailable(error));
    }
  };

  private remember(keys: KeySet): void {
    const set = keys.jwks();
    if (set !== undefined) this.last = { set, at: this.options.clock.now() };
  }

  private async lastKnown(header: Parameters<JWTVerifyGetKey>[0], token: Parameters<JWTVerifyGetKey>[1], otherwise: IssuerUnavailable) {
    const { last, options } = this;
    if (last === undefined || options.clock.now() - last.at > TRUSTED_UNSEEN_MS) throw otherwise;
    return createLocalJWKSet(last.set)(header, token);
  }

  private failedJustNow(): IssuerUnavailable | undefined {
    const { failed } = this;
    return failed && this.options.clock.now() - failed.at < RETRY_MS ? failed.error : undefined;
  }

  private async found(): Promise<KeySet> {
    if (this.keys) return this.keys;
    const failed = this.failedJustNow();
    if (failed) throw failed;
    this.discovering ??= this.lookUp().finally(() => (this.discovering = undefined));
    return this.discovering;
  }

  private async lookUp(): Promise<KeySet> {
    const jwksUri = await this.within(() => this.jwksUri());
    const { timeoutMs = 5_000, cooldownMs = 30_000, maxAgeMs = 600_000 } = this.options;
    this.keys = createRemoteJWKSet(jwksUri, { timeoutDuration: timeoutMs, cooldownDuration: cooldownMs, cacheMaxAge: maxAgeMs });
    return this.keys;
  }

  private async within<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof IssuerRefused ? error : this.unavailable(error);
    }
  }

  private unavailable(cause: unknown): IssuerUnavailable {
    const { message, cause: inner } = cause as Error & { readonly cause?: { readonly message?: string } };
    const error = new IssuerUnavailable(`the issuer ${this.options.issuer} gives no keys: ${inner?.message ?? message}`, { cause });
    this.failed = { at: this.options.clock.now(), error };
    return error;
  }

  /** OpenID Connect Discovery 1.0, section 4: the document names the issuer whose tokens it is about, letter by letter. */
  private async jwksUri(): Promise<URL> {
    const { issuer, timeoutMs = 5_000 } = this.options;
    const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw new Error(`its discovery document is answered with ${response.status}`);
    const said = (await response.json()) as { readonly issuer?: unknown; readonly jwks_uri?: unknown } | null; // checked below
    if (said?.issuer !== issuer)
      throw new IssuerRefused(`the discovery document of ${issuer} is of another issuer, '${String(said?.issuer).slice(0, 200)}'`);
    const uri = typeof said.jwks_uri === 'string' && URL.canParse(said.jwks_uri) ? new URL(said.jwks_uri) : undefined;
    if (uri === undefined) throw new IssuerRefused(`the discovery document of ${issuer} has no jwks_uri`);
    if (uri.protocol !== 'https:' && new URL(issuer).protocol === 'https:')
      throw new IssuerRefused(`the discovery document of ${issuer} has its keys in clear text at ${uri.href}`);
    return uri;
  }
}
