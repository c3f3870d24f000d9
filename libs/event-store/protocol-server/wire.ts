import type { EventBytes } from '../event-store.port.js';
import { TOMBSTONE } from './stream-view.js';

/** What stands before a value in the bytes of a message: the field's number and how the value is written. Fields up to 15 take one byte. */
export const numberField = (field: number): number => field << 3;
export const bytesField = (field: number): number => (field << 3) | 2;

/** Fills a message whose size is known, field by field. */
export class Writing {
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

  /** One of a map from texts to texts; the key is ASCII. */
  entry(field: number, key: string, value: string, size: number): void {
    this.begin(field, delimited(key.length) + delimited(size));
    this.value(bytesField(1), key, key.length);
    this.value(bytesField(2), value, size);
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

/** Reads the bytes of a message, field by field. Everything throws where it does not find what is asked for within the message. */
export class Reading {
  private readonly buffer: Buffer;

  constructor(
    bytes: Uint8Array,
    private at = 0,
    private readonly end = bytes.length,
  ) {
    this.buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get atEnd(): boolean {
    return this.at === this.end;
  }

  /** What stands before the next value; of fields up to 15. */
  field(): number {
    return this.byte();
  }

  /** A number that JavaScript holds exactly. */
  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (value > Number.MAX_SAFE_INTEGER || factor > 2 ** 49) throw new RangeError('a number too large');
      if (byte < 128) return value;
    }
  }

  /** A view of what was read. */
  bytes(): Buffer {
    const from = this.skip();
    return this.buffer.subarray(from, this.at);
  }

  message(): Reading {
    const from = this.skip();
    return new Reading(this.buffer, from, this.at);
  }

  /** The next field, which is this one. */
  bytesOf(field: number): Buffer {
    if (this.field() !== field) throw new RangeError('another field');
    return this.bytes();
  }

  /** This field, of a message that holds nothing else. */
  only(field: number): Buffer {
    const bytes = this.bytesOf(field);
    if (!this.atEnd) throw new RangeError('more than one field');
    return bytes;
  }

  /** Over a value that says its length; returns where it begins. */
  private skip(): number {
    const size = this.number();
    const from = this.at;
    if (size > this.end - from) throw new RangeError('beyond the end');
    this.at = from + size;
    return from;
  }

  private byte(): number {
    // Beyond the message there may be another one's bytes.
    const byte = this.at < this.end ? this.buffer[this.at++] : undefined;
    if (byte === undefined) throw new RangeError('beyond the end');
    return byte;
  }
}

/** Bytes of a text or of bytes. */
export function sizeOf(value: EventBytes): number {
  return typeof value === 'string' ? Buffer.byteLength(value, 'utf8') : value.length;
}

/** Of a field: its tag, its length, its value. */
export function delimited(size: number): number {
  return 1 + varintSize(size) + size;
}

/** Of one entry of a map, whose key is ASCII. */
export function entrySize(key: string, size: number): number {
  return delimited(delimited(key.length) + delimited(size));
}

/** Of a field that holds a number. */
export function numbered(value: number): number {
  return 1 + varintSize(value);
}

function varintSize(value: number): number {
  if (value === TOMBSTONE) return 9;
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size += 1;
  return size;
}
