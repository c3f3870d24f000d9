import { timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Authenticator, Identity } from '../authenticator.js';
import { TokenRefused } from '../authenticator.js';
import { hashOfToken } from './token.js';
import type { TokenEntry } from './token-list.js';
import { TokenFileRefused, linesOf, readTokenList } from './token-list.js';

export interface FileTokensOptions {
  readonly file: string;
  readonly clock: { now(): number };
  /** How long a changed file may go unnoticed, in ms; default 1,000. */
  readonly checkEveryMs?: number;
  /** A changed file cannot be used: what was read before goes on holding. */
  readonly onFault?: (fault: TokenFileRefused) => void;
}

/** Tokens of a file of hashes, which is read again when it changes. */
export class FileTokens implements Authenticator {
  private entries: readonly TokenEntry[];
  private seen: string;
  private lookedAt: number;

  /** @throws TokenFileRefused */
  constructor(private readonly options: FileTokensOptions) {
    this.seen = this.mark();
    this.lookedAt = options.clock.now();
    this.entries = this.read();
  }

  authenticate(token: string): Promise<Identity> {
    return new Promise((resolve) => resolve(this.identityOf(token)));
  }

  private identityOf(token: string): Identity {
    this.readAgainWhenChanged();
    const entry = this.find(hashOfToken(token));
    if (entry === undefined) throw new TokenRefused('the token is not known here');
    const { subject, rights, expiresAt } = entry;
    if (this.isExpired(entry)) throw new TokenRefused('the token has expired');
    return { subject, rights, expiresAt, holds: () => this.stillHolds(entry) };
  }

  /** Every hash is compared, and each in constant time: how long it takes tells nothing about any of them. */
  private find(hash: Buffer): TokenEntry | undefined {
    let found: TokenEntry | undefined;
    for (const entry of this.entries) if (timingSafeEqual(entry.hash, hash)) found = entry;
    return found;
  }

  private isExpired({ expiresAt }: TokenEntry): boolean {
    return expiresAt !== null && expiresAt <= this.options.clock.now();
  }

  private stillHolds(entry: TokenEntry): boolean {
    this.readAgainWhenChanged();
    const now = this.find(entry.hash);
    return now !== undefined && linesOf(now) === linesOf(entry) && !this.isExpired(now);
  }

  private readAgainWhenChanged(): void {
    const now = this.options.clock.now();
    if (Math.abs(now - this.lookedAt) < (this.options.checkEveryMs ?? 1_000)) return;
    this.lookedAt = now;
    const mark = this.mark();
    if (mark === this.seen) return;
    this.seen = mark; // also of a file that cannot be used: its fault is told once
    try {
      this.entries = this.read();
    } catch (error) {
      if (!(error instanceof TokenFileRefused)) throw error;
      this.options.onFault?.(error);
    }
  }

  /** Changes with every write and every file put in its place. */
  private mark(): string {
    try {
      const { ino, size, mtimeNs, ctimeNs } = statSync(this.options.file, { bigint: true });
      return [ino, size, mtimeNs, ctimeNs].join();
    } catch (error) {
      return (error as Error).message; // what is wrong shows when it is read
    }
  }

  private read(): readonly TokenEntry[] {
    let text: string;
    try {
      text = readFileSync(this.options.file, 'utf8');
    } catch (error) {
      throw new TokenFileRefused(`the file of tokens ${this.options.file} cannot be read: ${(error as Error).message}`);
    }
    return readTokenList(text, this.options.file);
  }
}
