import { v5, v7 } from 'uuid';
import type { Actor } from '../domain/shared/envelope.js';
import type { EventId } from '../domain/shared/ids.js';
import type { IdSource } from '../event-store/event-store.port.js';
import { freshBytes } from '../privacy/fresh-bytes.js';

/** The name space of ids that follow from an idempotency key; chosen once, for ever. */
const DERIVED_IDS = '5f0c3c4e-8d35-4b0e-9a52-7c1f3e0f6a11';

const scratch = { random: new Uint8Array(16), bytes: new Uint8Array(16), text: Buffer.alloc(36, '-') };
const HEX = Buffer.from('0123456789abcdef');

/** Digit by digit into one text: joining sixteen pairs had cost an import a kilobyte of garbage an event. */
function uuidText(bytes: Uint8Array, text: Buffer): string {
  let at = 0;
  for (let index = 0; index < 16; index += 1) {
    if (index === 4 || index === 6 || index === 8 || index === 10) at += 1;
    const byte = bytes[index] ?? 0;
    text[at] = HEX[byte >> 4] ?? 0;
    text[at + 1] = HEX[byte & 15] ?? 0;
    at += 2;
  }
  return text.toString('latin1');
}

/** UUIDv7 (RFC 9562): ids that sort by time, so that they sit side by side in a store's pages. */
export const timeOrderedIds: IdSource = {
  eventId(at) {
    const { random, bytes, text } = scratch;
    v7({ msecs: Math.max(0, at), random: freshBytes(random) }, bytes);
    return uuidText(bytes, text) as EventId; // what an event's id is
  },
};

/** The id of a new thing that a command with an idempotency key makes: the same for the same actor, command, key and place (UUIDv5). */
export function derivedId(actor: Actor, command: string, key: string, ordinal: number): string {
  return v5(JSON.stringify([actor.kind, actor.id, command, key, ordinal]), DERIVED_IDS);
}
