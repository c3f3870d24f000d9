import type { Position } from '../../domain/shared/position.js';
import type { Place } from '../reconciling/moment.js';

export type FindingKind = 'refused' | 'odd' | 'would need a correction' | 'gone from source';

/** Something about one row that a person should know. */
export interface Finding {
  readonly kind: FindingKind;
  readonly file: string;
  /** Null where no row is meant: a deal that is missing from a file. */
  readonly line: number | null;
  readonly column: string | null;
  readonly reason: string;
}

/** Findings of one sort together. */
export interface FindingGroup {
  readonly kind: FindingKind;
  readonly file: string;
  readonly column: string | null;
  /** With `…` for what differs from row to row. */
  readonly reason: string;
  readonly count: number;
  readonly firstLine: number | null;
}

export interface RowCounts {
  readonly read: number;
  readonly accepted: number;
  /** Rows that said nothing new; among the accepted. */
  readonly unchanged: number;
  readonly refused: number;
  readonly odd: number;
}

export interface ImportReport {
  readonly report: 'import';
  readonly source: string;
  readonly mapping: string;
  /** `--strict` found rows to refuse: nothing was written. */
  readonly stopped: boolean;
  readonly rows: RowCounts;
  readonly files: readonly (RowCounts & { readonly file: string })[];
  readonly events: number;
  /** Deals that the log did not know before. */
  readonly newDeals: number;
  /** Of the last event appended: what a report must have reached to show the import. Null where nothing was appended. */
  readonly position: Position | null;
  readonly groups: readonly FindingGroup[];
  /** One by one, at most `LISTED` of a sort. */
  readonly findings: readonly Finding[];
}

export const LISTED = 10_000;

/** What differs between rows of one sort: instants, numbers, what stands in quotes. */
function general(reason: string): string {
  return reason.replaceAll(/"[^"]*"|\d[\d.,:TZ/-]*/g, '…');
}

interface FileCount {
  read: number;
  unchanged: number;
  readonly refused: Set<number>;
  readonly odd: Set<number>;
}

/** Gathers what happened to the rows. Memory is bounded by the findings listed and the numbers of refused and odd rows. */
export class ReportBook {
  events = 0;
  newDeals = 0;
  position: Position | null = null;
  private readonly files = new Map<string, FileCount>();
  private readonly groups = new Map<
    string,
    { kind: FindingKind; file: string; column: string | null; reason: string; count: number; firstLine: number | null }
  >();
  private readonly findings: Finding[] = [];

  private file(name: string): FileCount {
    let file = this.files.get(name);
    if (file === undefined) {
      file = { read: 0, unchanged: 0, refused: new Set(), odd: new Set() };
      this.files.set(name, file);
    }
    return file;
  }

  read(file: string, rows: number): void {
    this.file(file).read += rows;
  }

  unchanged(file: string): void {
    this.file(file).unchanged += 1;
  }

  get refusedRows(): number {
    return [...this.files.values()].reduce((sum, { refused }) => sum + refused.size, 0);
  }

  isRefused({ file, line }: Pick<Place, 'file' | 'line'>): boolean {
    return this.files.get(file)?.refused.has(line) ?? false;
  }

  find(
    kind: FindingKind,
    { file, line, column }: { readonly file: string; readonly line: number | null; readonly column: string | null },
    reason: string,
  ): void {
    if (line !== null && kind === 'refused') this.file(file).refused.add(line);
    if (line !== null && kind === 'odd') this.file(file).odd.add(line);
    const sort = general(reason);
    const key = JSON.stringify([kind, file, column, sort]);
    const group = this.groups.get(key);
    if (group === undefined) this.groups.set(key, { kind, file, column, reason: sort, count: 1, firstLine: line });
    else group.count += 1;
    if ((group?.count ?? 1) <= LISTED) this.findings.push({ kind, file, line, column, reason });
  }

  report(source: string, mapping: string, stopped: boolean): ImportReport {
    const files = [...this.files].map(([file, { read, unchanged, refused, odd }]) => {
      return { file, read, accepted: read - refused.size, unchanged, refused: refused.size, odd: odd.size };
    });
    const sum = (name: keyof RowCounts) => files.reduce((total, file) => total + file[name], 0);
    const rows = { read: sum('read'), accepted: sum('accepted'), unchanged: sum('unchanged'), refused: sum('refused'), odd: sum('odd') };
    return {
      report: 'import',
      ...{ source, mapping, stopped, rows, files },
      ...{ events: this.events, newDeals: this.newDeals, position: this.position },
      groups: [...this.groups.values()],
      findings: this.findings,
    };
  }
}
