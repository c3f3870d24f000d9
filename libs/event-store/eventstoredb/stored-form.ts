import type { JsonObject, JsonValue } from '../../domain/shared/envelope.js';
import type { EventId, StreamName } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { positionOf } from '../../domain/shared/position.js';
import { canonicalJson } from '../../event-catalog/canonical-json.js';
import { InvalidEvent } from '../event-store.port.js';
import type { EventBytes, StoredEvent } from '../event-store.port.js';
import type { CheckedEvent } from '../appendable.js';

/** What the client hands out, as far as it concerns us. */
export interface RecordedRecord {
  readonly id: string;
  readonly streamId: string;
  readonly revision: bigint;
  readonly type: string;
  readonly data: unknown;
  readonly metadata?: unknown;
  readonly isJson: boolean;
  readonly created: Date;
  readonly position?: { readonly commit: bigint } | undefined;
}

/** Beside an event's own metadata where the log is a copy: where and when the event stood in the log that it was copied from. */
export interface CopiedFrom {
  readonly position: number;
  readonly recordedAt: EpochMs;
  /** On the identity only: what later events' own positions are raised by. */
  readonly offset?: number;
}

export const COPIED = 'copied';

/** An event of ours as the port shows it. `offset` raises the store's own positions behind all copied ones. */
export function storedEvent(record: RecordedRecord, prefix: string, offset: number): StoredEvent {
  const { metadata, copied } = takeOff(record.metadata);
  return {
    eventId: record.id as EventId, // a UUID by the protocol
    stream: record.streamId.slice(prefix.length) as StreamName,
    revision: Number(record.revision),
    position: copied === undefined ? positionOf(Number(record.position?.commit ?? 0n) + offset) : positionOf(copied.position),
    recordedAt: copied?.recordedAt ?? record.created.getTime(),
    type: record.type,
    data: bytes(record.data),
    metadata: bytes(metadata),
  };
}

export function copiedFrom(record: RecordedRecord): CopiedFrom | undefined {
  return takeOff(record.metadata).copied;
}

/** Whether metadata are those of a copy, in the form that `migrate` writes. */
export function isCopied(metadata: unknown): boolean {
  const copied = takeOff(metadata).copied as Partial<Record<string, unknown>> | undefined; // looked at before it is believed
  return copied !== undefined && [copied['position'], copied['recordedAt']].every(Number.isSafeInteger);
}

export function withoutCopied(metadata: unknown): unknown {
  return takeOff(metadata).metadata;
}

function takeOff(metadata: unknown): { metadata: unknown; copied?: CopiedFrom } {
  if (typeof metadata !== 'object' || metadata === null || !(COPIED in metadata)) return { metadata };
  const { [COPIED]: copied, ...rest } = metadata as Record<string, unknown>;
  return { metadata: rest, copied: copied as CopiedFrom }; // written by `migrate` alone
}

/** The client parses JSON; canonical JSON of what it parsed is what was appended, because only canonical JSON is. */
function bytes(value: unknown): EventBytes {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return value; // JSON that the client could not parse comes as it is
  return canonicalJson((value ?? {}) as object);
}

export interface EventForStore {
  readonly id: string;
  readonly contentType: 'application/json';
  readonly type: string;
  readonly data: JsonObject;
  /** Bytes, which the client sends as they are. */
  readonly metadata: Uint8Array;
}

/** @throws InvalidEvent for data or metadata that is not canonical JSON: the client would not bring the same bytes back */
export function eventForStore(event: CheckedEvent, copied?: CopiedFrom): EventForStore {
  const data = canonicalObject(event, event.data);
  const metadata = canonicalObject(event, event.metadata);
  if (COPIED in metadata) throw new InvalidEvent(`${event.type}: the metadata key '${COPIED}' is kept for copies of a log`);
  const stored = copied === undefined ? event.metadata : canonicalJson({ ...metadata, [COPIED]: copied as unknown as JsonValue }); // plain numbers
  return {
    id: event.eventId,
    contentType: 'application/json',
    type: event.type,
    data,
    metadata: Uint8Array.from(Buffer.from(stored, 'utf8')),
  };
}

function canonicalObject(event: CheckedEvent, json: string): JsonObject {
  const value = JSON.parse(json) as JsonObject; // checked to be an object
  if (canonicalJson(value) !== json) throw new InvalidEvent(`${event.type}: this store keeps canonical JSON only (RFC 8785)`);
  return value;
}
