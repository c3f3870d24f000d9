import { isUtf8 } from 'node:buffer';
import type { JsonObject } from '../domain/shared/envelope.js';
import { canonicalJson } from '../event-catalog/canonical-json.js';
import { AppendTooLarge, InvalidEvent } from './event-store.port.js';
import type { EventToAppend } from './event-store.port.js';

/** Of the catalog: does this event fit its stored form (known type and version, schema, personal fields sealed)? @throws InvalidEvent */
export type CheckStored = (type: string, schemaVersion: unknown, data: unknown, metadata: unknown) => void;

/** EventStoreDB takes 1 MiB in one append; the embedded log keeps to the same, so that what was written here can be copied there. */
export const MAX_APPEND_BYTES = 1_048_576;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export interface CheckedEvent {
  readonly eventId: string;
  readonly type: string;
  readonly json: true;
  readonly data: string;
  readonly metadata: string;
}

/** The events of one append as they will be stored. Objects become canonical JSON (RFC 8785), bytes stay what they are. @throws InvalidEvent, AppendTooLarge */
export function checkEvents(
  events: readonly EventToAppend[],
  checkStored: CheckStored,
  maxBytes: number = MAX_APPEND_BYTES,
): CheckedEvent[] {
  if (events.length === 0) throw new InvalidEvent('an append has at least one event');
  let length = 0;
  const checked = events.map((event): CheckedEvent => {
    if (!UUID.test(event.eventId)) throw new InvalidEvent(`an event's id is a UUID, not '${event.eventId}'`);
    const data = parsed(event, 'data');
    const metadata = parsed(event, 'metadata');
    checkStored(event.type, metadata['schemaVersion'], data, metadata);
    const stored: CheckedEvent = {
      eventId: event.eventId,
      type: event.type,
      json: true,
      data: text(event.data),
      metadata: text(event.metadata),
    };
    length += stored.data.length + stored.metadata.length;
    return stored;
  });
  // A UTF-16 unit is at most three bytes: only what comes near the limit is measured exactly.
  if (length * 3 > maxBytes) refuseTooLarge(checked, maxBytes);
  return checked;
}

function refuseTooLarge(events: readonly CheckedEvent[], maxBytes: number): void {
  const bytes = events.reduce((sum, event) => sum + Buffer.byteLength(event.data) + Buffer.byteLength(event.metadata), 0);
  if (bytes > maxBytes)
    throw new AppendTooLarge(`one append takes at most ${maxBytes} bytes, this one has ${bytes}: append less at a time`);
}

function parsed(event: EventToAppend, part: 'data' | 'metadata'): JsonObject {
  const value = event[part];
  if (!(value instanceof Uint8Array)) return value;
  try {
    if (!isUtf8(value)) throw new SyntaxError('no UTF-8');
    const json: unknown = JSON.parse(utf8(value));
    if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new SyntaxError('no object');
    return json as JsonObject; // JSON.parse makes nothing else
  } catch (error) {
    throw new InvalidEvent(`${event.type}: ${part} is no JSON object (${error instanceof Error ? error.message : 'unreadable'})`);
  }
}

function text(value: JsonObject | Uint8Array): string {
  return value instanceof Uint8Array ? utf8(value) : canonicalJson(value);
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
