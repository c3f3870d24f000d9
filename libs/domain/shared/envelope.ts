import type { EpochMs } from './instant.js';
import type { EventId, StreamName } from './ids.js';
import type { Position } from './position.js';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

/** Who did it. `rule` and `import` are never accepted from outside. */
export interface Actor {
  readonly id: string;
  readonly kind: 'person' | 'rule' | 'import';
}

/** What a decider returns: type and data only. Command handling adds ids, times and the actor. */
export interface DomainEvent {
  readonly type: string;
  readonly data: object;
}

/** The metadata as stored in the log (names are storage format). Instants are ISO 8601 text, UTC, milliseconds. */
export interface EventMetadata {
  readonly schemaVersion: number;
  readonly correlationId: string;
  readonly causationId: string;
  readonly actor: Actor;
  readonly effectiveAt: string;
  /** False where the source had no date: the event then counts from its recording, and flows count it in no period. */
  readonly dated?: false;
  /** `<pipelineId>@<version>` of the process in force. */
  readonly processVersion?: string;
  readonly idempotencyKey?: string;
  /** HMAC of the command's body under the log's own key; same key and other hash is refused. */
  readonly requestHash?: string;
  /** HMAC of (source, key, fact, date, value) of an imported fact, looked for in the stream by the next import. */
  readonly importHash?: string;
}

/** An event as read back: decoded, upcast to the newest schema version, personal fields still sealed unless they were opened. */
export interface RecordedEvent<E extends DomainEvent = DomainEvent> {
  readonly eventId: EventId;
  readonly stream: StreamName;
  /** 0 for the first event of its stream. */
  readonly revision: number;
  readonly position: Position;
  readonly recordedAt: EpochMs;
  readonly type: E['type'];
  readonly data: E['data'];
  readonly effectiveAt: EpochMs;
  readonly metadata: EventMetadata;
}

/**
 * A personal field as logs, rows and files hold it: AES-256-GCM under the key of `person`; `box` is base64 of iv | tag | ciphertext.
 * `field` (`DealLost.note`) and `person` are bound to the box as associated data: an envelope put elsewhere does not open.
 */
export interface Sealed {
  readonly sealed: 1;
  readonly person: string;
  readonly field: string;
  readonly box: string;
}

/** A personal field: clear text towards deciders, sealed from the log on. */
export type Personal<T extends string = string> = T | Sealed;

export function isSealed(value: unknown): value is Sealed {
  return typeof value === 'object' && value !== null && (value as { sealed?: unknown }).sealed === 1;
}

/** What a source does not hold. Only an import may say so; nothing is invented in its place. */
export const NOT_IN_SOURCE = 'not-in-source';
export type NotInSource = typeof NOT_IN_SOURCE;
