import type { DomainEvent, Personal } from './envelope.js';
import type { EventId } from './ids.js';

/** A fact that a correction brings in: what the event would have been, had it been recorded right. */
export interface CorrectedFact<E extends DomainEvent = DomainEvent> {
  readonly type: E['type'];
  readonly schemaVersion: number;
  readonly data: E['data'];
  /** ISO 8601, UTC, milliseconds. */
  readonly effectiveAt: string;
  readonly dated?: false;
  readonly processVersion?: string;
}

/**
 * Inserts, replaces or voids one event of its own stream. `target` is an event's id, or the id of an earlier correction:
 * that of an insert names the inserted fact, that of a replacement or a voiding may only be voided, which restores what it had replaced.
 */
export type HistoryCorrected = {
  readonly type: 'HistoryCorrected';
  readonly data:
    | { readonly kind: 'insert'; readonly event: CorrectedFact; readonly after?: EventId; readonly reason: Personal }
    | { readonly kind: 'replace'; readonly target: EventId; readonly event: CorrectedFact; readonly reason: Personal }
    | { readonly kind: 'void'; readonly target: EventId; readonly reason: Personal };
};
