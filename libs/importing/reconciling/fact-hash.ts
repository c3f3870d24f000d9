import type { EpochMs } from '../../domain/shared/instant.js';
import { isoInstant } from '../../domain/shared/instant.js';
import { hashUnder } from '../../privacy/hashing.js';

/** HMAC of (source, key, fact, date, value) under the log's key: an imported fact is recognised by it in its stream, and by nobody without the key. */
export function factHash(logKey: Buffer, source: string, key: string, fact: string, at: EpochMs | null, value: unknown): string {
  return hashUnder(logKey, JSON.stringify(['import', source, key, fact, at === null ? '' : isoInstant(at), value]));
}
