import type { Actor, JsonObject } from '../domain/shared/envelope.js';
import type { EventId, StreamCategory, StreamName } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';
import type { Position } from '../domain/shared/position.js';

/** JSON of ours is canonical (RFC 8785) text; what other clients wrote may be any bytes. Either way exactly what was appended comes back. */
export type EventBytes = string | Uint8Array;

export interface EventToAppend {
  readonly eventId: EventId;
  readonly type: string;
  /** An object is checked against the catalog's stored form and written as canonical JSON; bytes are parsed for the check and written as they are. */
  readonly data: JsonObject | Uint8Array;
  readonly metadata: JsonObject | Uint8Array;
}

export interface StoredEvent {
  readonly eventId: EventId;
  readonly stream: StreamName;
  readonly revision: number;
  readonly position: Position;
  readonly recordedAt: EpochMs;
  readonly type: string;
  readonly data: EventBytes;
  readonly metadata: EventBytes;
}

/** An exact revision (the last event's, 0 for one event), `none`: the stream must not exist, `exists`, or `any`. */
export type ExpectedRevision = number | 'none' | 'exists' | 'any';

export interface AppendResult {
  /** Revision of the append's last event. */
  readonly revision: number;
  /** Position of the append's last event. */
  readonly position: Position;
  readonly recordedAt: EpochMs;
  /** The same events were there already: nothing was written, the numbers are the first append's. */
  readonly repeated: boolean;
}

export interface AppendRequest {
  readonly stream: StreamName;
  readonly expected: ExpectedRevision;
  readonly events: readonly EventToAppend[];
  /** A simulated recording time, taken only by an embedded log opened with `simulated: true` (the demo); every other store uses its own clock. */
  readonly recordedAt?: EpochMs;
}

/** Of our own streams only; both given: both must hold. */
export interface EventFilter {
  readonly categories?: readonly StreamCategory[];
  readonly types?: readonly string[];
}

export interface StreamPage {
  /** False where the stream has never been written. */
  readonly exists: boolean;
  readonly events: readonly StoredEvent[];
  /** True where nothing is left in this direction. */
  readonly end: boolean;
}

export interface LogPage {
  readonly events: readonly StoredEvent[];
  /** The last position examined, matching or not: go on after it (before it, backwards). */
  readonly through: Position;
  readonly end: boolean;
}

export interface EventCount {
  readonly events: number;
  readonly exact: boolean;
}

export interface LogIdentity {
  readonly logId: string;
  readonly keyStoreId: string;
  readonly streamPrefix: string;
}

/**
 * The log. One total order, gap-free revisions per stream, `recordedAt` never decreasing with position. Appends are atomic per stream and
 * durable when acknowledged. Every adapter passes `describeEventStoreContract`. Streams are named without the configured prefix.
 * Every method throws `EventStoreUnavailable` where the store cannot be reached; nothing is then half done.
 */
export interface EventStore {
  /** Who this log is; the adapter writes it as the first of our events when the log is made. */
  readonly identity: LogIdentity;
  /** A read may be answered by a node that is behind the one that acknowledged an append. Left out: never. */
  readonly readsMayLag?: boolean;
  /**
   * Idempotent by event id: events found at the place this append would have written them are the first append, not an error.
   * @throws WrongExpectedRevision, InvalidEvent (not in the catalog, clear text in a personal field), AppendTooLarge, LogClosed
   */
  append(stream: StreamName, expected: ExpectedRevision, events: readonly EventToAppend[]): Promise<AppendResult>;
  /**
   * Many appends in one call, one commit where the store can; each succeeds or fails by itself, in order. With `after` they are written when that has happened, and checked
   * meanwhile where the store can; where it fails nothing is written, and the call fails as it did.
   */
  appendMany(
    requests: readonly AppendRequest[],
    options?: { readonly after?: Promise<unknown> | undefined },
  ): Promise<readonly PromiseSettledResult<AppendResult>[]>;
  /** Forwards from `from` (default 0) inclusive, backwards from `from` (default the end) inclusive. */
  readStream(stream: StreamName, options?: { from?: number; direction?: 'forwards' | 'backwards'; limit?: number }): Promise<StreamPage>;
  /** Forwards: positions > `after` (default the start). Backwards: positions < `before` (default the end). Never a gap, never out of order. */
  readAll(options: {
    after?: Position;
    before?: Position;
    direction?: 'forwards' | 'backwards';
    limit: number;
    filter?: EventFilter;
  }): Promise<LogPage>;
  /** Resolves when an event after `after` can be read, or at the time-out, or when the signal aborts; true where there is one. */
  waitForNew(after: Position, options: { timeoutMs: number; signal?: AbortSignal }): Promise<boolean>;
  /** The last of our events; LOG_START and 0 in a log that holds only what others wrote. */
  head(): Promise<{ readonly position: Position; readonly recordedAt: EpochMs }>;
  /** The last position whose recordedAt is at or before `instant`; LOG_START where there is none. */
  positionAt(instant: EpochMs): Promise<Position>;
  /** How many of our events are in (after, through], through the end where left out. Stops at `atMost`, and is then not exact: at least so many. */
  count(range: { after: Position; through?: Position; atMost: number }): Promise<EventCount>;
  /** The event at exactly this position; undefined where there is none (of ours). */
  eventAt(position: Position): Promise<StoredEvent | undefined>;
  close(): Promise<void>;
}

export class WrongExpectedRevision extends Error {
  override readonly name = 'WrongExpectedRevision';
  constructor(
    readonly stream: StreamName,
    readonly expected: ExpectedRevision,
    /** -1 where the stream does not exist. */
    readonly actual: number,
  ) {
    super(`stream ${stream} is at revision ${actual === -1 ? 'none' : actual}, expected ${expected}`);
  }
}

export class EventStoreUnavailable extends Error {
  override readonly name = 'EventStoreUnavailable';
}

export { InvalidEvent } from '../event-catalog/errors.js';

export class AppendTooLarge extends Error {
  override readonly name = 'AppendTooLarge';
}

/** The log was moved (`LogMoved`) or opened read-only: it takes no more. */
export class LogClosed extends Error {
  override readonly name = 'LogClosed';
}

/** Another log than this process is made for: another KeyStore, another prefix, streams of our categories without our identity. */
export class LogRefused extends Error {
  override readonly name = 'LogRefused';
}

/** What is stored is torn or altered. Nothing is repaired or cut off; the line says what to do. */
export class LogDamaged extends Error {
  override readonly name = 'LogDamaged';
}

/** What the store stamps `recordedAt` from. The demo hands in a simulated one. */
export interface Clock {
  now(): EpochMs;
}

/** Time-ordered (UUIDv7) ids. */
export interface IdSource {
  eventId(at: EpochMs): EventId;
}

export const SYSTEM_ACTOR: Actor = { id: 'system', kind: 'rule' };
