import type { EpochMs } from '../../domain/shared/instant.js';
import type { Booking } from './cells.js';
import { bookingOf, Cells } from './cells.js';
import type { CellSpace, Weights } from './cells.js';
import { Keyframes } from './keyframes.js';
import type { Lifetimes } from './live-lists.js';
import { LiveLists } from './live-lists.js';
import { rowCountsAt } from './loose-rows.js';
import { orderBy } from './order-by.js';
import type { Segment } from './segment.js';
import { positionCode, rowsWhere } from './segment.js';

/** Where the index turns from one way to another. The defaults are for millions of rows; specs take small ones to go every way. */
export interface IndexLimits {
  /** Below so many rows a segment is summed row by row: as fast, and nothing to keep. */
  readonly smallSegment: number;
  /** Starts and ends between two keyframes, at least. */
  readonly keyframeInterval: number;
  /** Memory of one grouping's keyframes, and of all groupings of one segment. */
  readonly keyframeBytes: number;
  readonly allKeyframeBytes: number;
  /** Lists of the rows that live at instants between which a segment's rows begin. */
  readonly liveLists: number;
  /** Rows just opened are looked at one by one until there are so many; then they become a segment of their own. */
  readonly tailRows: number;
  /** Segments of new rows are merged while they are smaller than this: a larger merge would be felt by who asks meanwhile. */
  readonly mergeRows: number;
}

export const INDEX_LIMITS: IndexLimits = {
  smallSegment: 4_096,
  keyframeInterval: 4_096,
  keyframeBytes: 16 << 20,
  allKeyframeBytes: 96 << 20,
  liveLists: 64,
  tailRows: 8_192,
  mergeRows: 400_000,
};

/** A segment with what makes it fast: keyframes by grouping and lists of live rows, made when first asked for. */
export class SegmentFrames {
  private readonly frames = new Map<string, Keyframes>();
  private live: LiveLists | undefined;
  private known: LiveLists | undefined;

  constructor(
    readonly segment: Segment,
    private readonly limits: IndexLimits,
  ) {}

  /** Sums at T of rows known at present. `key` names the grouping, the sizes of its axes and the weights. */
  sums(key: string, space: CellSpace, weights: Weights, asOf: EpochMs): Cells {
    const { segment, limits } = this;
    const book = bookingOf(segment.columns, space, weights);
    if (segment.length < limits.smallSegment) return this.sumLive(book, space, asOf);
    let frames = this.frames.get(key);
    if (frames === undefined) {
      const steps = segment.length + segment.endsInOrder.length;
      const affordable = Math.max(1, Math.floor(limits.keyframeBytes / (space.cells * Cells.BYTES_PER_CELL)));
      frames = new Keyframes(segment, book, space.cells, Math.max(limits.keyframeInterval, Math.ceil(steps / affordable)));
      this.makeRoom(frames.bytes);
    } else this.frames.delete(key);
    this.frames.set(key, frames); // the last used is the last to go
    return frames.at(asOf);
  }

  /** Every row that counts at T, known at present. */
  eachLive(asOf: EpochMs, visit: (row: number) => void): void {
    const { segment } = this;
    const to = segment.columns.validTo.data;
    if (this.mostEnd) {
      this.live ??= new LiveLists(effectiveLives(segment), this.limits.liveLists);
      return this.live.each(asOf, (row) => {
        if (to[row]! > asOf) visit(row); // rows of the segment, here and below
      });
    }
    const starts = segment.startsBy(asOf);
    for (let row = 0; row < starts; row += 1) if (to[row]! > asOf) visit(row);
  }

  /**
   * Every row of the segment that counts at (T, K), K in the past. Few do: those whose end was known at K live at T, and those whose end was not are the ones
   * that were open in known time at K.
   */
  eachKnown(asOf: EpochMs, knownAt: number, visit: (row: number) => void): void {
    const { segment } = this;
    const { columns } = segment;
    if (this.mostEnd) {
      const code = positionCode(knownAt);
      const endKnown = (row: number): boolean => columns.endedBy.at(row) !== 0 && columns.endedBy.at(row) <= code;
      this.eachLive(asOf, (row) => {
        if (endKnown(row) && rowCountsAt(columns, row, asOf, knownAt)) visit(row);
      });
      this.known ??= new LiveLists(knownLives(segment), this.limits.liveLists);
      return this.known.each(code, (row) => {
        if (!endKnown(row) && rowCountsAt(columns, row, asOf, knownAt)) visit(row);
      });
    }
    const starts = segment.startsBy(asOf);
    for (let row = 0; row < starts; row += 1) if (rowCountsAt(columns, row, asOf, knownAt)) visit(row);
  }

  end(row: number, validTo: EpochMs, endedBy: number): void {
    for (const frames of this.frames.values()) frames.endMoved(row, validTo, Infinity);
    this.segment.end(row, validTo, endedBy);
  }

  takeOut(row: number): void {
    const { validFrom, validTo } = this.segment.columns;
    for (const frames of this.frames.values()) frames.endMoved(row, validFrom.at(row), validTo.at(row));
    this.segment.takeOut(row);
  }

  get bytes(): number {
    const frames = [...this.frames.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    return this.segment.bytes + frames + (this.live?.bytes ?? 0) + (this.known?.bytes ?? 0);
  }

  /** Where few rows end there is nothing to leave out by lists: closed deals stay closed. */
  private get mostEnd(): boolean {
    return this.segment.endsInOrder.length * 4 > this.segment.length;
  }

  private sumLive(book: Booking, space: CellSpace, asOf: EpochMs): Cells {
    const cells = Cells.empty(space.cells);
    this.eachLive(asOf, (row) => book(cells, row, 1));
    return cells;
  }

  private makeRoom(bytes: number): void {
    let sum = [...this.frames.values()].reduce((total, frames) => total + frames.bytes, bytes);
    for (const [key, frames] of this.frames) {
      if (sum <= this.limits.allKeyframeBytes) return;
      this.frames.delete(key);
      sum -= frames.bytes;
    }
  }
}

function effectiveLives({ length, columns }: Segment): Lifetimes {
  return { rows: length, begins: columns.validFrom, endOf: (row) => columns.validTo.at(row) };
}

function knownLives({ length, columns }: Segment): Lifetimes {
  const order = orderBy(
    columns.openedBy.data,
    rowsWhere(length, () => true),
  );
  return { rows: length, order, begins: columns.openedBy, endOf: (row) => columns.endedBy.at(row) || Infinity };
}
