import type { EpochMs } from '../../domain/shared/instant.js';
import type { BlockColumns } from './block-columns.js';
import { copying, countUpTo, ordering } from './order-by.js';
import type { Pieces } from './pieces.js';
import { atOnce } from './pieces.js';
import type { Columns, KeyValues } from './segment-columns.js';
import { COLUMNS, emptyColumns, positionCode } from './segment-columns.js';

/** How far time has come among the rows of a segment. */
export interface Reach {
  /** Rows that began. */
  readonly starts: number;
  /** Rows that ended. */
  readonly ends: number;
}

/**
 * Rows ordered by the instant they began, and the order in which they end. Sealed when made; later an end may be set or a row taken out, never added.
 * A row that was taken out has zero length and was opened by nobody, so that no question counts it.
 */
export class Segment {
  readonly length: number;
  /** Row numbers of ended rows, by the instant of their end. */
  private ends: Uint32Array;
  private endCount: number;

  constructor(
    readonly columns: Columns,
    ends?: Uint32Array,
  ) {
    this.length = columns.validFrom.length;
    this.ends = ends ?? atOnce(endsOf(columns));
    this.endCount = this.ends.length;
  }

  /** Orders the columns by validFrom. */
  static sorted(columns: Columns): Segment {
    return atOnce(Segment.sorting(columns));
  }

  /** The rows of both that were not taken out. */
  static *merging(a: Segment, b: Segment): Pieces<Segment> {
    const columns = emptyColumns();
    const standing = [a, b].map((segment) => ({
      segment,
      rows: rowsWhere(segment.length, (row) => segment.columns.openedBy.at(row) !== 0),
    }));
    for (const name of COLUMNS) {
      for (const { segment, rows } of standing) {
        const source = segment.columns[name];
        columns[name].pushEach(rows, rows.length, (row) => source.at(row));
        yield;
      }
    }
    return yield* Segment.sorting(columns);
  }

  private static *sorting(columns: Columns): Pieces<Segment> {
    const all = yield* picking(columns.validFrom.length, () => true);
    const order = yield* ordering(columns.validFrom, all);
    const target = emptyColumns();
    for (const name of COLUMNS) {
      Object.assign(target, { [name]: yield* columns[name].gathering(order) });
      yield;
    }
    return new Segment(target, yield* endsOf(target));
  }

  /** One segment for each list of row numbers. Column by column, so that only one column at a time is held twice. */
  static *split(columns: BlockColumns, parts: readonly Uint32Array[]): Pieces<Segment[]> {
    const orders: Uint32Array[] = [];
    const validFrom = columns.instants('validFrom');
    for (const rows of parts) orders.push(yield* ordering(validFrom, rows));
    const targets = orders.map(() => emptyColumns());
    for (const name of COLUMNS) {
      for (const [index, order] of orders.entries()) Object.assign(targets[index]!, { [name]: yield* columns.gathering(name, order) }); // one target per order
      columns.release(name);
      yield;
    }
    const segments: Segment[] = [];
    for (const target of targets) segments.push(new Segment(target, yield* endsOf(target)));
    return segments;
  }

  /** How many rows began by the instant. */
  startsBy(at: EpochMs): number {
    const { validFrom } = this.columns;
    return countUpTo(this.length, (row) => validFrom.at(row), at);
  }

  /** How many rows ended by the instant. */
  endsBy(at: EpochMs): number {
    const { validTo } = this.columns;
    return countUpTo(this.endCount, (index) => validTo.at(this.ends[index]!), at); // index < endCount
  }

  reachAt(at: EpochMs): Reach {
    return { starts: this.startsBy(at), ends: this.endsBy(at) };
  }

  /** Undefined where the row is not among these, or was taken out. */
  find({ validFrom, openedBy, ordinal }: KeyValues): number | undefined {
    const { columns } = this;
    for (let row = this.startsBy(validFrom) - 1; row >= 0 && columns.validFrom.at(row) === validFrom; row -= 1) {
      if (columns.openedBy.at(row) === openedBy && columns.ordinal.at(row) === ordinal) return row;
    }
    return undefined;
  }

  /** The row that ends at this place of the order of ends. */
  ending(index: number): number {
    return this.ends[index]!; // asked for below endsBy()
  }

  get endsInOrder(): Uint32Array {
    return this.ends.subarray(0, this.endCount);
  }

  /** Sets a row's end, once. Ends come almost always in order of time, so this appends; an end set in the past moves the ones behind it. */
  end(row: number, validTo: EpochMs, endedBy: number): void {
    this.columns.validTo.set(row, validTo);
    this.columns.endedBy.set(row, positionCode(endedBy));
    this.insertEnd(row, validTo);
  }

  /** The row counts no more: withdrawn. */
  takeOut(row: number): void {
    const ended = this.columns.validTo.at(row);
    if (ended !== Infinity) this.removeEnd(row, ended);
    const from = this.columns.validFrom.at(row);
    this.columns.validTo.set(row, from);
    this.columns.openedBy.set(row, positionCode(null));
    this.insertEnd(row, from);
  }

  get bytes(): number {
    return this.ends.byteLength + COLUMNS.reduce((sum, name) => sum + this.columns[name].bytes, 0);
  }

  private insertEnd(row: number, at: EpochMs): void {
    // `at` is in the column already, but the row is not in the order: only rows that are decide the place.
    const place = this.endsBy(at);
    if (this.endCount === this.ends.length) {
      const wider = new Uint32Array(Math.max(64, Math.ceil(this.ends.length * 1.05)));
      wider.set(this.ends);
      this.ends = wider;
    }
    this.ends.copyWithin(place + 1, place, this.endCount);
    this.ends[place] = row;
    this.endCount += 1;
  }

  private removeEnd(row: number, at: EpochMs): void {
    let place = this.endsBy(at) - 1;
    while (place >= 0 && this.ends[place] !== row) place -= 1;
    this.ends.copyWithin(place, place + 1, this.endCount);
    this.endCount -= 1;
  }
}

function* endsOf({ validTo }: Columns): Pieces<Uint32Array> {
  return yield* ordering(validTo, yield* picking(validTo.length, (row) => validTo.at(row) !== Infinity));
}

/** Row numbers below `length` that `counts` picks, ascending. */
export function rowsWhere(length: number, counts: (row: number) => boolean): Uint32Array {
  return atOnce(picking(length, counts));
}

/** Rows of one piece: some milliseconds. */
const PIECE = 1 << 19;

/** `rowsWhere`, piece by piece. */
export function* picking(length: number, counts: (row: number) => boolean): Pieces<Uint32Array> {
  const rows = new Uint32Array(length);
  let found = 0;
  for (let row = 0; row < length; row += 1) {
    if (row % PIECE === PIECE - 1) yield;
    if (!counts(row)) continue;
    rows[found] = row;
    found += 1;
  }
  return found === length ? rows : yield* copying(rows, found);
}
