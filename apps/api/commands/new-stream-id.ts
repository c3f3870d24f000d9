import { v5, v7 } from 'uuid';
import { derivedId } from '../../../libs/command-handling/ids.js';
import type { CommandType } from '../../../libs/domain/commands.js';
import type { Call } from '../http/call.js';

/**
 * The id of a stream that a command begins. With an Idempotency-Key it follows from (actor, command, key, ordinal), so that the same request again, after a crash too,
 * finds what it began (design section 3); else it is new.
 */
export function newStreamId({ actor, idempotencyKey }: Call, command: CommandType, ordinal = 0): string {
  return idempotencyKey === undefined ? v7() : derivedId(actor, command, idempotencyKey, ordinal);
}

const PLANS = 'd2a7c9a4-6f0e-5d1b-9a57-3f0f6b1c8e21';

/** The id of what is the same thing whenever it is said again: the quota of a holder for a period. JSON keeps the parts apart whatever they hold. */
export function planId(...parts: readonly unknown[]): string {
  return v5(JSON.stringify(parts), PLANS);
}
