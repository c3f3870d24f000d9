import type { Condition, Mapping, OddRule, ValueMapping, ValuePart } from '../mapping/mapping.js';
import { unfitCharacter } from '../../domain/shared/text.js';
import { MappingRefused } from '../mapping/mapping-node.js';

/** A cell cannot be read: the row is refused, with the column. */
export class CellProblem extends Error {
  override readonly name = 'CellProblem';
  constructor(
    message: string,
    readonly column: string | null = null,
  ) {
    super(message);
  }
}

/** Text as a command may have it, or none of it is recorded. @throws CellProblem */
export function recordable(text: string, column: string | null = null): string {
  const unfit = unfitCharacter(text);
  if (unfit === undefined) return text;
  const code = unfit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  throw new CellProblem(`holds the character U+${code}, which no text may hold`, column);
}

/** What parts columns in the exports of this world. */
const DELIMITERS = [';', '\t', '|', ','] as const;

/** A look-up table: the values of one file by key. */
export type LookupTable = ReadonlyMap<string, string>;
export type Lookups = (file: string, key: string, value: string) => LookupTable;

/** A value of the mapping made ready for one file. Undefined where every part is blank. */
export interface Cell {
  /** The columns that it reads, the first for messages. */
  readonly column: string | null;
  /** The last factor that applied to what was read. */
  read(cells: readonly string[]): string | undefined;
  /** Reads and converts; a problem of the conversion names the column it read. @throws CellProblem */
  as<T>(cells: readonly string[], convert: (text: string, times: number) => T): T | undefined;
}

interface CompiledPart extends ValuePart {
  readonly index: number;
  readonly table: LookupTable | undefined;
}

/** A file's columns: mappings are checked against them once, rows are read by index. */
export class Columns {
  constructor(
    readonly file: string,
    readonly names: readonly string[],
    private readonly mapping: Mapping,
    private readonly lookups: Lookups,
  ) {
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) throw this.refused('', `${file} has two columns named ${JSON.stringify(twice)}`);
  }

  index(column: string, path: string): number {
    const index = this.names.indexOf(column);
    if (index === -1) throw this.refused(path, `${this.file} has no column ${JSON.stringify(column)}; it has ${this.header()}`);
    return index;
  }

  /** One column's text, trimmed; empty where blank. */
  plain(column: string, path: string): (cells: readonly string[]) => string {
    const index = this.index(column, path);
    const { blanks } = this.mapping;
    return (cells) => {
      const text = (cells[index] ?? '').trim();
      return blanks.has(text) ? '' : text;
    };
  }

  cell(value: ValueMapping): Cell {
    const { blanks } = this.mapping;
    const parts: CompiledPart[] = value.map((part) => ({
      ...part,
      index: part.column === undefined ? -1 : this.index(part.column, part.path),
      table: part.lookup && this.lookups(part.lookup.file, part.lookup.key, part.lookup.value),
    }));
    const readPart = (part: CompiledPart, cells: readonly string[]): string | undefined => {
      let text = part.constant ?? (cells[part.index] ?? '').trim();
      if (part.constant === undefined && blanks.has(text)) text = '';
      text = part.map?.get(text) ?? text;
      if (text === '') return undefined;
      if (part.table === undefined) return text;
      const found = part.table.get(text);
      return found === undefined || blanks.has(found) ? undefined : found;
    };
    const find = (cells: readonly string[]): { part: CompiledPart; text: string } | undefined => {
      for (const part of parts) {
        const text = readPart(part, cells);
        if (text !== undefined) return { part, text: recordable(text, part.column ?? null) };
      }
      return undefined;
    };
    return {
      column: value.find((part) => part.column !== undefined)?.column ?? null,
      read: (cells) => find(cells)?.text,
      as: (cells, convert) => {
        const found = find(cells);
        if (found === undefined) return undefined;
        try {
          return convert(found.text, found.part.times);
        } catch (error) {
          if (error instanceof CellProblem && error.column === null) throw new CellProblem(error.message, found.part.column ?? null);
          throw error;
        }
      },
    };
  }

  optional(value: ValueMapping | undefined): Cell | undefined {
    return value && this.cell(value);
  }

  /** Whether a row meets all conditions; conditions name values as they stand in the file, '' for blank. */
  conditions(when: readonly Condition[], path: string): (cells: readonly string[]) => boolean {
    const tests = when.map(({ column, values }) => ({ read: this.plain(column, path), values }));
    return (cells) => tests.every(({ read, values }) => values.has(read(cells)));
  }

  oddities(rules: readonly OddRule[], path: string): (cells: readonly string[]) => readonly OddRule[] {
    const tests = rules.map((rule) => ({ rule, holds: this.conditions(rule.when, `${path}.odd`) }));
    return (cells) => tests.filter(({ holds }) => holds(cells)).map(({ rule }) => rule);
  }

  /** Its names; one that holds another delimiter is most likely the whole line. */
  private header(): string {
    const [only = ''] = this.names;
    const other = this.names.length > 1 ? undefined : DELIMITERS.find((delimiter) => only.includes(delimiter));
    if (other === undefined) return this.names.join(', ');
    return `the one column ${JSON.stringify(only)}: are its columns parted by ${JSON.stringify(other)}? (csv: { delimiter: ${JSON.stringify(other)} })`;
  }

  private refused(path: string, message: string): MappingRefused {
    return new MappingRefused(this.mapping.name, [{ path, line: undefined, column: undefined, message }]);
  }
}
