import type { EpochMs } from '../../domain/shared/instant.js';
import type { Booking } from './booking.js';
import { Cells } from './cells.js';
import { FrameColumn } from './frame-column.js';
import { countUpTo } from './order-by.js';
import type { Reach, Segment } from './segment.js';

/**
 * Sums of one segment's rows by the cells of one grouping at chosen instants. An answer is the nearest of them and the starts and ends between:
 * forwards they are added, backwards taken off. Rows count where validFrom <= T < validTo; known time is the present one. The frames are made by `build`, piece by
 * piece; what the segment learns meanwhile is told by `endMoved`.
 */
export class Keyframes {
  /** Sums of the cells of all frames, one frame behind the other; one column for each of `Cells.arrays`. */
  private columns: readonly FrameColumn[];
  private instants: Float64Array;
  private starts: Uint32Array;
  private ends: Uint32Array;
  /** Frames that there are. */
  count = 0;
  constructor(
    private readonly segment: Segment,
    private readonly cells: number,
    /** Starts between two frames. */
    private apart: number,
  ) {
    // One at the beginning of time, one at its end, and those between.
    const room = Math.ceil(segment.length / apart) + 2;
    this.columns = new Cells(0).arrays.map(() => new FrameColumn(room * cells));
    this.instants = new Float64Array(room);
    [this.starts, this.ends] = [new Uint32Array(room), new Uint32Array(room)];
  }

  /** Makes the frames; between two of them others may go on, and change the segment. */
  *build(book: Booking): Generator<void, void> {
    const { segment } = this;
    const { validFrom } = segment.columns;
    this.instants[0] = -Infinity;
    this.count = 1;
    // Frames stand at instants of starts, and hold all that began and ended by then.
    while (this.starts[this.count - 1]! < segment.length) {
      const next = this.starts[this.count - 1]! + this.apart - 1;
      this.append(validFrom.at(Math.min(segment.length - 1, next)), book);
      yield;
    }
    this.append(Infinity, book);
  }

  /** Adds the sums at the instant at which the segment has come so far to `sums`. */
  addAt(reach: Reach, book: Booking, sums: Cells): void {
    const steps = reach.starts + reach.ends;
    const stepsOf = (frame: number): number => this.starts[frame]! + this.ends[frame]!; // below count
    const after = countUpTo(this.count, stepsOf, steps);
    const before = Math.max(0, after - 1); // the first frame is empty: there is always one
    const nearest = after < this.count && stepsOf(after) - steps < steps - stepsOf(before) ? after : before;
    this.addFrame(nearest, sums);
    this.move(sums, this.reachOf(nearest), reach, book);
  }

  /** A row's end moves to an earlier instant (from Infinity, where it gets its first): frames between lose the row and count one end more. */
  endMoved(row: number, to: EpochMs, from: EpochMs, book: Booking): void {
    const cell = book.cellOf(row);
    const { arrays } = book.takenOff(row, cell);
    for (let frame = this.count - 1; frame >= 0 && this.instants[frame]! >= to; frame -= 1) {
      if (from !== Infinity && this.instants[frame]! >= from) continue;
      this.ends[frame]! += 1;
      const place = frame * this.cells + cell;
      for (let sum = 0; sum < arrays.length; sum += 1) {
        const [column, change] = [this.columns[sum]!, arrays[sum]![0]!]; // both have the same sums
        if (change !== 0) column.set(place, column.at(place) + change);
      }
    }
  }

  /** How much the fourth power of the way of answers then grows for each byte given, beside other groupings of the segment. */
  get thinningCosts(): number {
    return this.apart ** 5 / this.cells;
  }

  /** Every second frame goes, but for the last. Not while they are made. */
  thin(): void {
    const kept = Uint32Array.from({ length: Math.ceil((this.count + 1) / 2) }, (_, index) => Math.min(index * 2, this.count - 1));
    this.columns = this.columns.map((column) => column.parts(kept, this.cells));
    this.instants = Float64Array.from(kept, (frame) => this.instants[frame]!); // below count, here and below
    this.starts = kept.map((frame) => this.starts[frame]!);
    this.ends = kept.map((frame) => this.ends[frame]!);
    this.count = kept.length;
    this.apart *= 2;
  }

  get bytes(): number {
    return this.columns.reduce((sum, { bytes }) => sum + bytes, this.instants.length * 16);
  }

  /** A frame behind the last, moved on from it. */
  private append(at: EpochMs, book: Booking): void {
    const { segment, cells, count } = this;
    const reach = segment.reachAt(at);
    const running = book.emptyCells(cells);
    this.addFrame(count - 1, running);
    this.move(running, this.reachOf(count - 1), reach, book);
    running.arrays.forEach((sums, index) => this.columns[index]!.put(count * cells, sums, cells)); // likewise
    this.instants[count] = at;
    this.starts[count] = reach.starts;
    this.ends[count] = reach.ends;
    this.count += 1;
  }

  private reachOf(frame: number): Reach {
    return { starts: this.starts[frame]!, ends: this.ends[frame]! }; // below count
  }

  private addFrame(frame: number, sums: Cells): void {
    for (let sum = 0; sum < this.columns.length; sum += 1) this.columns[sum]!.addTo(sums.arrays[sum]!, frame * this.cells, this.cells); // both have the same sums
  }

  private move(sums: Cells, from: Reach, to: Reach, book: Booking): void {
    const ends = this.segment.endsInOrder;
    if (from.starts < to.starts) book.range(sums, from.starts, to.starts, 1);
    else book.range(sums, to.starts, from.starts, -1);
    if (from.ends < to.ends) book.scatteredRows(sums, ends, from.ends, to.ends, -1);
    else book.scatteredRows(sums, ends, to.ends, from.ends, 1);
  }
}
