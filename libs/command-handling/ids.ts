import { randomFillSync } from 'node:crypto';
import { v5, v7 } from 'uuid';
import type { Actor } from '../domain/shared/envelope.js';
import type { EventId } from '../domain/shared/ids.js';
import type { IdSource } from '../event-store/event-store.port.js';

/** The name space of ids that follow from an idempotency key; chosen once, for ever. */
const DERIVED_IDS = '5f0c3c4e-8d35-4b0e-9a52-7c1f3e0f6a11';

const RANDOM_BYTES = 16;
// Random bytes are cheap by the page and dear by the dozen; each is used once.
const pool = new Uint8Array(RANDOM_BYTES * 1024);
let taken = pool.length;

function random(): Uint8Array {
  if (taken === pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  taken += RANDOM_BYTES;
  return pool.subarray(taken - RANDOM_BYTES, taken);
}

/** UUIDv7 (RFC 9562): ids that sort by time, so that they sit side by side in a store's pages. */
export const timeOrderedIds: IdSource = {
  eventId: (at) => v7({ msecs: Math.max(0, at), random: random() }) as EventId, // what an event's id is
};

/** The id of a new thing that a command with an idempotency key makes: the same for the same actor, command, key and place (UUIDv5). */
export function derivedId(actor: Actor, command: string, key: string, ordinal: number): string {
  return v5(JSON.stringify([actor.kind, actor.id, command, key, ordinal]), DERIVED_IDS);
}
