import { isUtf8 } from 'node:buffer';

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** One record's bytes in a buffer, its line end left out; `next` is where the following one starts. */
export interface RecordBytes {
  readonly start: number;
  readonly end: number;
  readonly next: number;
  /** Physical lines that it takes. */
  readonly lines: number;
}

/**
 * Finds where records end: at a line end outside quotes. A quote opens a field only at its start, as csv-parse reads it. Nothing else of CSV is
 * known here; what this is for is to know a record's line and to go on behind a broken one, which a parser that has lost its place cannot.
 */
export class RecordScanner {
  private readonly delimiter: number;
  private readonly quote: number;

  constructor(format: { readonly delimiter: string; readonly quote: string }) {
    this.delimiter = format.delimiter.charCodeAt(0);
    this.quote = format.quote.charCodeAt(0);
  }

  /** The record that starts at `start`; where it does not end in the buffer: whether a quote is still open. */
  next(bytes: Buffer, start: number): RecordBytes | 'in-quotes' | 'in-line' {
    const { delimiter, quote } = this;
    let lines = 1;
    let quoted = false;
    let fieldStart = true;
    for (let i = start; i < bytes.length; i += 1) {
      const byte = bytes[i];
      if (quoted) {
        if (byte === NEWLINE) lines += 1;
        else if (byte === quote) {
          if (bytes[i + 1] === quote) i += 1;
          else quoted = false;
        }
      } else if (byte === NEWLINE) {
        const end = i > start && bytes[i - 1] === RETURN ? i - 1 : i;
        return { start, end, next: i + 1, lines };
      } else if (byte === quote && fieldStart) {
        quoted = true;
        fieldStart = false;
      } else fieldStart = byte === delimiter;
    }
    return quoted ? 'in-quotes' : 'in-line';
  }

  /** All records that end in the buffer. Where there is no quote at all, lines are records, and the search is the platform's. */
  all(bytes: Buffer, start: number): RecordBytes[] {
    const records: RecordBytes[] = [];
    if (!bytes.subarray(start).includes(this.quote)) {
      for (let at = start; ;) {
        const newline = bytes.indexOf(NEWLINE, at);
        if (newline === -1) return records;
        const end = newline > at && bytes[newline - 1] === RETURN ? newline - 1 : newline;
        records.push({ start: at, end, next: newline + 1, lines: 1 });
        at = newline + 1;
      }
    }
    for (let at = start; at < bytes.length;) {
      const record = this.next(bytes, at);
      if (typeof record === 'string') return records;
      records.push(record);
      at = record.next;
    }
    return records;
  }
}

/** Chunks as UTF-8 bytes without a byte order mark. UTF-8 is passed on unchecked: its faults are named line by line. */
export async function* utf8Chunks(stream: AsyncIterable<Buffer | string>, encoding: string): AsyncGenerator<Buffer> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let begun = false;
  let head = Buffer.alloc(0);
  for await (const chunk of stream) {
    let bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (!begun) {
      head = Buffer.concat([head, bytes]);
      if (head.length < 3) continue;
      begun = true;
      ({ decoder, bytes } = begin(head, encoding));
    }
    const out = decoder === undefined ? bytes : Buffer.from(decoder.decode(bytes, { stream: true }));
    if (out.length > 0) yield out;
  }
  if (!begun && head.length > 0) {
    const start = begin(head, encoding);
    decoder = start.decoder;
    yield decoder === undefined ? start.bytes : Buffer.from(decoder.decode(start.bytes, { stream: true }));
  }
  const rest = decoder?.decode() ?? '';
  if (rest !== '') yield Buffer.from(rest);
}

function begin(head: Buffer, encoding: string): { decoder: InstanceType<typeof TextDecoder> | undefined; bytes: Buffer } {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { decoder: undefined, bytes: head.subarray(3) };
  // Spreadsheets save "Unicode text" as UTF-16 with a mark: what the file says of itself wins over the mapping.
  if (head[0] === 0xff && head[1] === 0xfe) return { decoder: new TextDecoder('utf-16le'), bytes: head };
  if (head[0] === 0xfe && head[1] === 0xff) return { decoder: new TextDecoder('utf-16be'), bytes: head };
  const plain = encoding === 'utf-8' || encoding === 'utf8';
  return { decoder: plain ? undefined : new TextDecoder(encoding), bytes: head };
}

/** The ordinal of the first field with bytes that are no UTF-8, of a record split as latin1. */
export function badField(latin1Fields: readonly string[]): number {
  return latin1Fields.findIndex((field) => !isUtf8(Buffer.from(field, 'latin1')));
}
