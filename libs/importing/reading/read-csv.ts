import { isUtf8 } from 'node:buffer';
import type { CsvError, Options } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import type { CsvFormat } from '../mapping/mapping.js';
import type { RecordBytes } from './csv-records.js';
import { badField, RecordScanner, utf8Chunks } from './csv-records.js';

export interface CsvRow {
  /** Physical line of the file on which the record starts; the header is line 1. */
  readonly line: number;
  readonly cells: readonly string[];
}
/** A record that cannot be read. The rest of the file goes on behind it. */
export interface CsvFault {
  readonly line: number;
  /** The column's name, `#9` for one behind the last, null where the whole record is meant. */
  readonly column: string | null;
  readonly reason: string;
}
export interface CsvBlock {
  readonly header: readonly string[];
  /** Its line; 0 while there is none. */
  readonly headerLine: number;
  readonly rows: readonly CsvRow[];
  readonly faults: readonly CsvFault[];
  /** Bytes of the file read for this block, in UTF-8. */
  readonly bytes: number;
}

export interface CsvOptions {
  /** A record longer than this is a quote that was never closed, or no CSV at all. */
  readonly maxRecordBytes?: number;
}

const REASONS: Readonly<Record<string, string>> = {
  CSV_INVALID_CLOSING_QUOTE: 'text behind a closing quote',
  INVALID_OPENING_QUOTE: 'a quote inside a field that does not start with one',
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed',
};

/**
 * Reads CSV block by block, in constant memory. A record that cannot be read becomes a fault with its line and column, and reading goes on with
 * the next line: a quote that was never closed costs its own line, not the rest of the file.
 */
export async function* readCsv(
  stream: AsyncIterable<Buffer | string>,
  format: CsvFormat,
  { maxRecordBytes = 1024 * 1024 }: CsvOptions = {},
): AsyncGenerator<CsvBlock> {
  const reader = new BlockReader(format, maxRecordBytes);
  for await (const chunk of utf8Chunks(stream, format.encoding)) {
    const block = reader.push(chunk);
    if (block !== undefined) yield block;
  }
  const last = reader.end();
  if (last !== undefined) yield last;
}

class BlockReader {
  private readonly scanner: RecordScanner;
  private readonly options: Options;
  private pending: Buffer = Buffer.alloc(0);
  private line = 1;
  private header: readonly string[] | undefined;
  private headerLine = 0;
  /** Behind a line without an end: everything up to the next line end belongs to it. */
  private discarding = false;
  private rows: CsvRow[] = [];
  private faults: CsvFault[] = [];
  private bytes = 0;

  constructor(
    { delimiter, quote }: CsvFormat,
    private readonly maxRecordBytes: number,
  ) {
    this.scanner = new RecordScanner({ delimiter, quote });
    this.options = { delimiter, quote, escape: quote, relax_column_count: true, record_delimiter: ['\r\n', '\n'], bom: false };
  }

  push(chunk: Buffer): CsvBlock | undefined {
    this.bytes += chunk.length;
    let bytes = chunk;
    if (this.discarding) {
      const newline = bytes.indexOf(0x0a);
      if (newline === -1) return undefined;
      bytes = bytes.subarray(newline + 1);
      this.line += 1;
      this.discarding = false;
    }
    this.pending = this.pending.length === 0 ? bytes : Buffer.concat([this.pending, bytes]);
    this.read(false);
    return this.block();
  }

  end(): CsvBlock | undefined {
    if (this.pending.length > 0) {
      // The last line may lack its end.
      if (this.pending.at(-1) !== 0x0a) this.pending = Buffer.concat([this.pending, Buffer.from('\n')]);
      this.read(true);
    }
    return this.block();
  }

  private block(): CsvBlock | undefined {
    if (this.header === undefined && this.faults.length === 0) return undefined;
    const block = { header: this.header ?? [], headerLine: this.headerLine, rows: this.rows, faults: this.faults, bytes: this.bytes };
    this.rows = [];
    this.faults = [];
    this.bytes = 0;
    return block;
  }

  private read(last: boolean): void {
    let at = this.readWell(0);
    while (at < this.pending.length) {
      const record = this.scanner.next(this.pending, at);
      if (typeof record !== 'string') {
        at = this.readAlone(record);
        // Behind a broken record the rest is mostly sound again.
        at = this.readWell(at);
      } else if (record === 'in-quotes' && (last || this.pending.length - at > this.maxRecordBytes)) {
        at = this.cut(at, 'a quote is opened and never closed');
      } else if (record === 'in-line' && this.pending.length - at > this.maxRecordBytes) {
        this.fault(null, `a line of more than ${this.maxRecordBytes} bytes`);
        this.discarding = true;
        at = this.pending.length;
      } else break;
    }
    this.pending = this.pending.subarray(at);
  }

  /** Refuses the line at `at` and goes on behind it. */
  private cut(at: number, reason: string): number {
    const newline = this.pending.indexOf(0x0a, at);
    this.fault(this.openQuoteColumn(at, newline), reason);
    if (newline !== -1) {
      this.line += 1;
      return newline + 1;
    }
    this.discarding = true;
    return this.pending.length;
  }

  /** The column whose quote is open at the end of a line. */
  private openQuoteColumn(at: number, newline: number): string | null {
    const text = this.pending.toString('utf8', at, newline === -1 ? Math.min(this.pending.length, at + 4096) : newline);
    const { delimiter, quote } = this.options as { delimiter: string; quote: string };
    let column = 0;
    let quoted = false;
    let fieldStart = true;
    for (let i = 0; i < text.length; i += 1) {
      const char = text[i];
      if (quoted) {
        if (char === quote) {
          if (text[i + 1] === quote) i += 1;
          else quoted = false;
        }
      } else if (char === quote && fieldStart) quoted = true;
      else if (char === delimiter) column += 1;
      fieldStart = !quoted && char === delimiter;
    }
    return this.columnName(column);
  }

  /** All sound records from `at` on, with one call to the parser; returns where it stopped. */
  private readWell(at: number): number {
    const records = this.scanner.all(this.pending, at);
    const end = records.at(-1)?.next;
    if (end === undefined) return at;
    const bytes = this.pending.subarray(at, end);
    const parsed = isUtf8(bytes) ? this.parse(bytes.toString('utf8')) : undefined;
    if (!Array.isArray(parsed) || parsed.length !== records.length) {
      // One by one up to and with the first that is broken; the caller goes on behind it.
      return this.readUpToBroken(records);
    }
    records.forEach((record, i) => this.take(parsed[i] ?? [], record));
    return end;
  }

  private readUpToBroken(records: readonly RecordBytes[]): number {
    let good = 0;
    // Halving finds the sound records in front of the first broken one without parsing each alone.
    let length = records.length;
    while (good < records.length && length > 0) {
      const from = records[good]?.start ?? 0;
      const group = records.slice(good, good + length);
      const to = group.at(-1)?.next ?? from;
      const bytes = this.pending.subarray(from, to);
      const parsed = isUtf8(bytes) ? this.parse(bytes.toString('utf8')) : undefined;
      if (Array.isArray(parsed) && parsed.length === group.length) {
        group.forEach((record, i) => this.take(parsed[i] ?? [], record));
        good += group.length;
      } else length = Math.floor(length / 2);
    }
    const broken = records[good];
    return broken === undefined ? (records.at(-1)?.next ?? 0) : this.readAlone(broken);
  }

  private readAlone(record: RecordBytes): number {
    const bytes = this.pending.subarray(record.start, record.next);
    if (!isUtf8(bytes)) {
      const fields = this.parse(bytes.toString('latin1'));
      const field = Array.isArray(fields) ? badField(fields[0] ?? []) : -1;
      this.fault(
        field === -1 ? null : this.columnName(field),
        'bytes that are no UTF-8; name the encoding in the mapping (csv: { encoding: windows-1252 })',
      );
      this.line += record.lines;
      return record.next;
    }
    const parsed = this.parse(bytes.toString('utf8'));
    if (Array.isArray(parsed)) {
      this.take(parsed[0] ?? [''], record);
      return record.next;
    }
    this.fault(this.columnName(parsed.column), parsed.reason);
    if (record.lines === 1) {
      this.line += 1;
      return record.next;
    }
    // The stray quote took sound lines with it: only its own line is lost.
    this.line += 1;
    return this.pending.indexOf(0x0a, record.start) + 1;
  }

  private parse(text: string): string[][] | { column: number; reason: string } {
    try {
      return parse(text, this.options) as string[][]; // without `columns` every record is a list of texts
    } catch (error) {
      const { code, column, message } = error as CsvError & { column?: number };
      return { column: typeof column === 'number' ? column : -1, reason: REASONS[code] ?? message };
    }
  }

  private take(cells: readonly string[], record: RecordBytes): void {
    const line = this.line;
    this.line += record.lines;
    if (cells.length === 0 || (cells.length === 1 && (cells[0] ?? '').trim() === '')) return;
    if (this.header === undefined) {
      this.header = cells.map((name) => name.trim());
      this.headerLine = line;
      return;
    }
    const expected = this.header.length;
    if (cells.length === expected) this.rows.push({ line, cells });
    else {
      const column = this.columnName(Math.min(cells.length, expected));
      this.faults.push({ line, column, reason: `${cells.length} columns in place of ${expected}` });
    }
  }

  private columnName(index: number): string | null {
    if (index < 0) return null;
    return this.header?.[index] ?? `#${index + 1}`;
  }

  private fault(column: string | null, reason: string): void {
    this.faults.push({ line: this.line, column, reason });
  }
}
