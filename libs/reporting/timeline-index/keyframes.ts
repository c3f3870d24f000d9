import type { EpochMs } from '../../domain/shared/instant.js';
import type { Booking } from './cells.js';
import { Cells } from './cells.js';
import { countUpTo } from './order-by.js';
import type { Segment } from './segment.js';

interface Keyframe {
  readonly at: EpochMs;
  /** Rows that began, and rows that ended, by `at`. */
  starts: number;
  ends: number;
  readonly cells: Cells;
}

/**
 * Sums of one segment's rows by the cells of one grouping at chosen instants. An answer is the nearest of them and the starts and ends between:
 * forwards they are added, backwards taken off. Rows count where validFrom <= T < validTo; known time is the present one.
 */
export class Keyframes {
  private readonly frames: Keyframe[] = [];

  constructor(
    private readonly segment: Segment,
    private readonly book: Booking,
    private readonly cells: number,
    /** Starts and ends between two keyframes. */
    interval: number,
  ) {
    const running: Keyframe = { at: -Infinity, starts: 0, ends: 0, cells: Cells.empty(cells) };
    const { data } = segment.columns.validFrom;
    this.frames.push({ ...running, cells: running.cells.copy() });
    // Frames stand at instants of starts, and hold all that began and ended by then.
    let next = 0;
    while (next < segment.length) {
      const at = data[Math.min(segment.length - 1, next + Math.max(1, interval >> 1))]!; // below length
      const starts = segment.startsBy(at);
      const ends = segment.endsBy(at);
      this.move(running, starts, ends);
      this.frames.push({ at, starts, ends, cells: running.cells.copy() });
      next = starts;
    }
    const ends = segment.endsInOrder.length;
    this.move(running, segment.length, ends);
    this.frames.push({ at: Infinity, starts: segment.length, ends, cells: running.cells.copy() });
  }

  at(asOf: EpochMs): Cells {
    const starts = this.segment.startsBy(asOf);
    const ends = this.segment.endsBy(asOf);
    const steps = starts + ends;
    const after = countUpTo(this.frames.length, (index) => this.frames[index]!.starts + this.frames[index]!.ends, steps); // index < length
    const before = this.frames[Math.max(0, after - 1)]!; // the first frame is empty: there is always one
    const behind = this.frames[after];
    const nearest = behind !== undefined && behind.starts + behind.ends - steps < steps - before.starts - before.ends ? behind : before;
    const running = { at: asOf, starts: nearest.starts, ends: nearest.ends, cells: nearest.cells.copy() };
    this.move(running, starts, ends);
    return running.cells;
  }

  /** A row's end moves to an earlier instant (from Infinity, where it gets its first): frames between lose the row and count one end more. */
  endMoved(row: number, to: EpochMs, from: EpochMs): void {
    for (const frame of this.frames) {
      if (frame.at < to || (from !== Infinity && frame.at >= from)) continue;
      frame.ends += 1;
      this.book(frame.cells, row, -1);
    }
  }

  get bytes(): number {
    return this.frames.length * this.cells * Cells.BYTES_PER_CELL;
  }

  private move(running: Keyframe, starts: number, ends: number): void {
    const { segment, book } = this;
    const { cells } = running;
    for (let row = running.starts; row < starts; row += 1) book(cells, row, 1);
    for (let row = running.starts - 1; row >= starts; row -= 1) book(cells, row, -1);
    for (let index = running.ends; index < ends; index += 1) book(cells, segment.ending(index), -1);
    for (let index = running.ends - 1; index >= ends; index -= 1) book(cells, segment.ending(index), 1);
    running.starts = starts;
    running.ends = ends;
  }
}
