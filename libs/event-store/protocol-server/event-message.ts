import type { EventBytes } from '../event-store.port.js';
import type { RawEvent } from '../sqlite/log-reads.js';
import { streams } from './generated.js';
import { uuidMessage } from './messages.js';
import type { UuidForm } from './messages.js';
import { TOMBSTONE } from './stream-view.js';

/** Numbers and kinds of fields, as a message has them before each value (event_store.client.streams, shared). */
const LENGTH_DELIMITED = 2;
const tag = (field: number, kind: number): number => (field << 3) | kind;
const RESPONSE_EVENT = tag(1, LENGTH_DELIMITED);
const READ_EVENT = tag(1, LENGTH_DELIMITED);
const READ_COMMIT_POSITION = tag(3, 0);
const ID = tag(1, LENGTH_DELIMITED);
const STREAM_IDENTIFIER = tag(2, LENGTH_DELIMITED);
const REVISION = tag(3, 0);
const PREPARE_POSITION = tag(4, 0);
const COMMIT_POSITION = tag(5, 0);
const METADATA_ENTRY = tag(6, LENGTH_DELIMITED);
const CUSTOM_METADATA = tag(7, LENGTH_DELIMITED);
const DATA = tag(8, LENGTH_DELIMITED);
const UUID_STRING = tag(2, LENGTH_DELIMITED);
const STREAM_NAME = tag(3, LENGTH_DELIMITED);
const KEY = tag(1, LENGTH_DELIMITED);
const VALUE = tag(2, LENGTH_DELIMITED);

/**
 * The answer to Streams.Read that brings one event, no link, as its bytes: what `readEvent` and the library's writer make, at an eighth of their time. Every read and
 * every subscription sends nothing but these.
 */
export class EventMessage extends streams.ReadResp {
  private readonly bytes: Uint8Array;

  constructor(event: RawEvent, form: UuidForm) {
    super();
    this.bytes = bytesOfEvent(event, form);
  }

  override serializeBinary(): Uint8Array {
    return this.bytes;
  }
}

function bytesOfEvent(event: RawEvent, form: UuidForm): Uint8Array {
  const id = form === 'string' ? undefined : uuidMessage(event.eventId, form).serializeBinary();
  const name = sizeOf(event.stream);
  const type = sizeOf(event.type);
  const contentType = event.json ? 'application/json' : 'application/octet-stream';
  const created = `${event.recordedAt}0000`; // 100 ns ticks since 1970
  const data = sizeOf(event.data);
  const metadata = sizeOf(event.metadata);

  const idSize = id?.length ?? delimited(event.eventId.length);
  const position = 1 + varintSize(event.position);
  const recorded =
    delimited(idSize) +
    delimited(delimited(name)) +
    (event.revision === 0 ? 0 : 1 + varintSize(event.revision)) +
    2 * position +
    entrySize('content-type', contentType.length) +
    entrySize('created', created.length) +
    entrySize('type', type) +
    (metadata === 0 ? 0 : delimited(metadata)) +
    (data === 0 ? 0 : delimited(data));
  const read = delimited(recorded) + position;

  const out = new Writing(delimited(read));
  out.begin(RESPONSE_EVENT, read);
  out.begin(READ_EVENT, recorded);
  if (id === undefined) {
    out.begin(ID, idSize);
    out.value(UUID_STRING, event.eventId, event.eventId.length);
  } else {
    out.value(ID, id, id.length);
  }
  out.begin(STREAM_IDENTIFIER, delimited(name));
  out.value(STREAM_NAME, event.stream, name);
  // Numbers that are 0 and bytes that are none are left out, as everywhere in this format.
  if (event.revision > 0) out.number(REVISION, event.revision);
  out.number(PREPARE_POSITION, event.position);
  out.number(COMMIT_POSITION, event.position);
  out.entry('content-type', contentType, contentType.length);
  out.entry('created', created, created.length);
  out.entry('type', event.type, type);
  if (metadata > 0) out.value(CUSTOM_METADATA, event.metadata, metadata);
  if (data > 0) out.value(DATA, event.data, data);
  out.number(READ_COMMIT_POSITION, event.position);
  return out.bytes;
}

class Writing {
  readonly bytes: Buffer;
  private at = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size);
  }

  /** What follows, of that many bytes, belongs to this field. */
  begin(field: number, size: number): void {
    this.bytes[this.at++] = field;
    this.varint(size);
  }

  value(field: number, value: EventBytes, size: number): void {
    this.begin(field, size);
    if (typeof value === 'string') this.bytes.write(value, this.at, size, 'utf8');
    else this.bytes.set(value, this.at);
    this.at += size;
  }

  number(field: number, value: number): void {
    this.bytes[this.at++] = field;
    this.varint(value);
  }

  entry(key: string, value: string, size: number): void {
    this.begin(METADATA_ENTRY, delimited(key.length) + delimited(size));
    this.value(KEY, key, key.length);
    this.value(VALUE, value, size);
  }

  private varint(value: number): void {
    let rest = value;
    if (rest === TOMBSTONE) {
      // 2^63-1, which is no JavaScript number: 63 bits, seven a byte.
      this.bytes.fill(255, this.at, (this.at += 8));
      rest = 127;
    }
    while (rest > 127) {
      this.bytes[this.at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.at++] = rest;
  }
}

function sizeOf(value: EventBytes): number {
  return typeof value === 'string' ? Buffer.byteLength(value, 'utf8') : value.length;
}

/** Of a field: its tag, its length, its value. */
function delimited(size: number): number {
  return 1 + varintSize(size) + size;
}

function entrySize(key: string, size: number): number {
  return delimited(delimited(key.length) + delimited(size));
}

function varintSize(value: number): number {
  if (value === TOMBSTONE) return 9;
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size += 1;
  return size;
}
