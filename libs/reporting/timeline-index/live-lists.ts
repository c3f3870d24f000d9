import type { Pieces } from './pieces.js';
import type { TakeRows } from './row-batches.js';
import { BATCH, takeList } from './row-batches.js';

/** When each row of a segment begins to count and when it ceases to, on one time axis: effective time, or known time in positions. */
export interface Lifetimes {
  readonly rows: number;
  /** Row numbers by their beginning; left out where rows are in that order. */
  readonly order?: Uint32Array;
  readonly begins: { at(row: number): number };
  /** Where the row ceases; Infinity where it never does. */
  endOf(row: number): number;
}

/** Rows of one piece when lists are made. */
const PIECE = 1 << 15;

/**
 * The rows that live at chosen points of one time axis: who asks for a point between looks at the list before it and at the rows that began since. Rows may end after
 * or while the lists are made, never before what a list says; a row taken out of the segment stays listed, and whoever is handed it looks.
 */
export class LiveLists {
  private constructor(
    private readonly lives: Lifetimes,
    private readonly points: readonly number[],
    /** Rows begun by each point. */
    private readonly begun: readonly number[],
    private readonly lists: readonly Uint32Array[],
  ) {}

  static *of(lives: Lifetimes, count: number): Pieces<LiveLists> {
    const { rows, begins } = lives;
    const points: number[] = [];
    for (let list = 0; list < count; list += 1) {
      const point = begins.at(rowAt(lives, Math.floor(((list + 1) * rows) / (count + 1))));
      if (point !== points.at(-1)) points.push(point);
    }
    const begun: number[] = [];
    const living: number[][] = points.map(() => []);
    let next = 0;
    for (let place = 0; place < rows; place += 1) {
      if (place % PIECE === 0) yield;
      const row = rowAt(lives, place);
      const from = begins.at(row);
      while (next < points.length && points[next]! < from) begun[next++] = place; // next is in range, here and below
      const to = lives.endOf(row);
      for (let list = next; list < points.length && points[list]! < to; list += 1) living[list]!.push(row);
    }
    while (next < points.length) begun[next++] = rows;
    return new LiveLists(
      lives,
      points,
      begun,
      living.map((list) => Uint32Array.from(list)),
    );
  }

  /** Every row that lives at the point, and some that do not. */
  each(point: number, take: TakeRows): void {
    const { rows, begins } = this.lives;
    let list = this.points.length - 1;
    while (list >= 0 && this.points[list]! > point) list -= 1; // list is in range
    takeList(this.lists[list] ?? new Uint32Array(0), take);
    // By place, not by search: a row that was taken out says no longer when it began.
    const batch = new Uint32Array(BATCH);
    let count = 0;
    for (let place = this.begun[list] ?? 0; place < rows; place += 1) {
      const row = rowAt(this.lives, place);
      if (begins.at(row) > point) break;
      batch[count] = row;
      count += 1;
      if (count < BATCH) continue;
      take(batch, count);
      count = 0;
    }
    if (count > 0) take(batch, count);
  }

  get bytes(): number {
    return this.lists.reduce((sum, { byteLength }) => sum + byteLength, this.lives.order?.byteLength ?? 0);
  }
}

function rowAt({ order }: Lifetimes, place: number): number {
  return order === undefined ? place : order[place]!; // place is in range
}
