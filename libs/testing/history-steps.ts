import type { DomainEvent, Sealed } from '../domain/shared/envelope.js';
import type { EpochMs } from '../domain/shared/instant.js';

/** Numbers that fast-check draws and shrinks; what they mean is decided where they are used, so that a shorter list is a shorter history. */
export interface Step {
  readonly stream: number;
  readonly pause: number;
  readonly what: number;
  readonly a: number;
  readonly b: number;
}

/** What a history writes next, before the log gives it a place. */
export interface Draft {
  readonly stream: string;
  readonly event: DomainEvent;
  readonly effectiveAt: EpochMs;
  readonly dated?: false;
  readonly processVersion?: string;
}

export const HISTORY_STAGES = ['qualification', 'meeting', 'proposal', 'closing'] as const;

/** Free text as the log holds it. */
export function sealedText(person: string, number: number, field = 'RequestRegistered.summary'): Sealed {
  return { sealed: 1, person, field, box: Buffer.alloc(40, number % 251).toString('base64') };
}
