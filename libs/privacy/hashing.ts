import { hash } from 'node:crypto';

const BLOCK_BYTES = 64;

/** A key's two padded blocks of HMAC (RFC 2104), each with room behind it for what is hashed with it. */
interface Padded {
  inner: Buffer;
  readonly outer: Buffer;
}

// Of the log's key, one a process: an import hashes every fact, and a one-shot hash over a block that is ready takes half the time of createHmac.
const paddedKeys = new WeakMap<Buffer, Padded>();

function padded(key: Buffer): Padded {
  const known = paddedKeys.get(key);
  if (known !== undefined) return known;
  const block = Buffer.alloc(BLOCK_BYTES);
  if (key.length > BLOCK_BYTES) hash('sha256', key, 'buffer').copy(block);
  else key.copy(block);
  const inner = Buffer.alloc(4096);
  const outer = Buffer.alloc(BLOCK_BYTES + 32);
  block.forEach((byte, index) => {
    inner[index] = byte ^ 0x36;
    outer[index] = byte ^ 0x5c;
  });
  const made = { inner, outer };
  paddedKeys.set(key, made);
  return made;
}

function hmacHex(key: Buffer, text: string): string {
  const blocks = padded(key);
  // A UTF-16 unit is at most three bytes.
  const most = BLOCK_BYTES + text.length * 3;
  if (most > blocks.inner.length) blocks.inner = Buffer.concat([blocks.inner.subarray(0, BLOCK_BYTES)], most);
  const end = BLOCK_BYTES + blocks.inner.write(text, BLOCK_BYTES, 'utf8');
  blocks.outer.write(hash('sha256', blocks.inner.subarray(0, end), 'binary'), BLOCK_BYTES, 'latin1');
  return hash('sha256', blocks.outer, 'hex');
}

/**
 * HMAC-SHA-256 under the log's own key, its first 128 bits as 32 hex digits: what stands in a log in place of something that must not be read or guessed there
 * (request bodies, imported values). Say what is hashed within the text, so that hashes of two purposes never meet.
 */
export function hashUnder(logKey: Buffer, text: string): string {
  return hmacHex(logKey, text).slice(0, 32);
}

/** The id of a person whom a source knows by name or address alone: `<source>-<16 hex digits>`, the same for the same name in the same log only. */
export function personIdFromName(logKey: Buffer, source: string, name: string): string {
  return `${source}-${hashUnder(logKey, JSON.stringify(['person', source, name])).slice(0, 16)}`;
}
