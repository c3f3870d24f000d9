import type { Mapping } from '../mapping/mapping.js';
import { MappingRefused } from '../mapping/mapping-node.js';
import type { LookupTable } from '../reading/cell.js';
import { Columns } from '../reading/cell.js';
import type { CsvBlock } from '../reading/read-csv.js';
import { readCsv } from '../reading/read-csv.js';
import type { Source } from './import-input.js';

/** Of a look-up table, which stays in memory. */
const MOST_LOOKUP_ROWS = 1_000_000;

type LookupName = { readonly file: string; readonly key: string; readonly value: string };
const lookupKey = ({ file, key, value }: LookupName) => JSON.stringify([file, key, value]);

/** The files of one source: opened by name, read block by block, their columns checked before anything is written. */
export class SourceFiles {
  private readonly tables = new Map<string, LookupTable>();
  private readonly headers = new Map<string, Columns>();
  private bytes = 0;
  private readonly totalBytes: number | undefined;

  constructor(
    private readonly mapping: Mapping,
    private readonly source: Pick<Source, 'openFile' | 'sizeOf'>,
  ) {
    const sizes = this.rowFiles().map((file) => source.sizeOf?.(file));
    this.totalBytes = sizes.some((size) => size === undefined) ? undefined : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  }

  /** Files whose rows are imported, each as often as it is read. */
  rowFiles(): readonly string[] {
    const { products, companies, employees, contacts, deals } = this.mapping;
    return [
      ...[products, companies, employees, contacts].flatMap((section) => (section === undefined ? [] : [section.file])),
      ...deals.flatMap((section) => (section.shape === 'snapshots' ? section.snapshots.map(({ file }) => file) : [section.file])),
    ];
  }

  /** Reads look-up tables and headers. @throws MappingRefused for a file that is not there or lacks a column */
  async prepare(): Promise<void> {
    for (const lookup of lookupsOf(this.mapping)) {
      if (!this.tables.has(lookupKey(lookup))) this.tables.set(lookupKey(lookup), await this.readTable(lookup));
    }
    for (const file of new Set(this.rowFiles()))
      this.headers.set(file, new Columns(file, await this.header(file), this.mapping, this.lookup));
  }

  columns(file: string): Columns {
    const columns = this.headers.get(file);
    if (columns === undefined) throw new TypeError(`${file} was not prepared`);
    return columns;
  }

  async *read(file: string): AsyncGenerator<CsvBlock> {
    for await (const block of this.open(file)) {
      this.bytes += block.bytes;
      yield block;
    }
  }

  /** Bytes of all files read so far, of how many where that is known. */
  progress(): { readonly bytes: number; readonly totalBytes?: number } {
    return { bytes: this.bytes, ...(this.totalBytes === undefined ? {} : { totalBytes: this.totalBytes }) };
  }

  private open(file: string): AsyncGenerator<CsvBlock> {
    const stream = this.source.openFile(file);
    if (stream === undefined) throw this.refused(`there is no file ${file} in the source's folder`);
    return readCsv(stream, this.mapping.csv);
  }

  private async header(file: string): Promise<readonly string[]> {
    for await (const { header, headerLine, faults } of this.open(file)) {
      const [fault] = faults;
      if (header.length > 0 && (fault === undefined || fault.line > headerLine)) return header;
      if (fault !== undefined) throw this.refused(`${file}:${fault.line} the header cannot be read: ${fault.reason}`);
    }
    throw this.refused(`${file} is empty`);
  }

  private readonly lookup = (file: string, key: string, value: string): LookupTable => {
    const table = this.tables.get(lookupKey({ file, key, value }));
    if (table === undefined) throw new TypeError(`the look-up in ${file} was not prepared`);
    return table;
  };

  private async readTable({ file, key, value }: LookupName): Promise<LookupTable> {
    const table = new Map<string, string>();
    let columns: Columns | undefined;
    for await (const block of this.open(file)) {
      columns ??= new Columns(file, block.header, this.mapping, this.lookup);
      const read = { key: columns.plain(key, 'lookup.key'), value: columns.plain(value, 'lookup.value') };
      for (const { cells } of block.rows) table.set(read.key(cells), read.value(cells));
      if (table.size > MOST_LOOKUP_ROWS) throw this.refused(`${file} has more than ${MOST_LOOKUP_ROWS} rows: too many to look up in`);
    }
    return table;
  }

  private refused(message: string): MappingRefused {
    return new MappingRefused(this.mapping.name, [{ path: '', line: undefined, column: undefined, message }]);
  }
}

/** Every look-up anywhere in a mapping. */
function lookupsOf(part: unknown): readonly LookupName[] {
  if (typeof part !== 'object' || part === null || part instanceof Map || part instanceof Set) {
    return part instanceof Map ? [...part.values()].flatMap(lookupsOf) : [];
  }
  if (Array.isArray(part)) return part.flatMap(lookupsOf);
  const { lookup, ...rest } = part as { lookup?: LookupName };
  return [...(lookup === undefined ? [] : [lookup]), ...Object.values(rest).flatMap(lookupsOf)];
}
