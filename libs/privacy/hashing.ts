import { createHmac } from 'node:crypto';

/**
 * HMAC-SHA-256 under the log's own key, its first 128 bits as 32 hex digits: what stands in a log in place of something that must not be read or guessed there
 * (request bodies, imported values). Say what is hashed within the text, so that hashes of two purposes never meet.
 */
export function hashUnder(logKey: Buffer, text: string): string {
  return createHmac('sha256', logKey).update(text, 'utf8').digest('hex').slice(0, 32);
}

/** The id of a person whom a source knows by name or address alone: `<source>-<16 hex digits>`, the same for the same name in the same log only. */
export function personIdFromName(logKey: Buffer, source: string, name: string): string {
  return `${source}-${hashUnder(logKey, JSON.stringify(['person', source, name])).slice(0, 16)}`;
}
