import { createHash, randomBytes } from 'node:crypto';

/** What our own tokens begin with: people and scanners of secrets see what it is, and it is never taken for an issuer's. */
const PREFIX = 'dealtrail_';
const RANDOM_BYTES = 32;

/** A new token of 256 random bits: too many to be guessed, so a plain hash of it is enough in the file. */
export function makeToken(): string {
  return `${PREFIX}${randomBytes(RANDOM_BYTES).toString('base64url')}`;
}

export function isOurToken(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** SHA-256, 32 bytes. */
export function hashOfToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
