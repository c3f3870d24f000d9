import type { NumberColumn } from './number-column.js';

/** When each row of a segment begins to count and when it ceases to, on one time axis: effective time, or known time in positions. */
export interface Lifetimes {
  readonly rows: number;
  /** Row numbers by their beginning; left out where rows are in that order. */
  readonly order?: Uint32Array;
  readonly begins: NumberColumn;
  /** Where the row ceases; Infinity where it never does. */
  endOf(row: number): number;
}

/**
 * The rows that live at chosen points of one time axis: who asks for a point between looks at the list before it and at the rows that began since. Rows may end after
 * the lists were made, never before what a list says; a row taken out of the segment stays listed, and whoever visits it tells.
 */
export class LiveLists {
  private readonly points: number[] = [];
  /** Rows begun by each point. */
  private readonly begun: number[] = [];
  private readonly lists: Uint32Array[];

  constructor(
    private readonly lives: Lifetimes,
    count: number,
  ) {
    const { rows, begins } = lives;
    for (let list = 0; list < count; list += 1) {
      const point = begins.at(this.rowAt(Math.floor(((list + 1) * rows) / (count + 1))));
      if (point !== this.points.at(-1)) this.points.push(point);
    }
    const living: number[][] = this.points.map(() => []);
    let next = 0;
    for (let place = 0; place < rows; place += 1) {
      const row = this.rowAt(place);
      const from = begins.at(row);
      while (next < this.points.length && this.points[next]! < from) this.begun[next++] = place; // next is in range, here and below
      const to = lives.endOf(row);
      for (let list = next; list < this.points.length && this.points[list]! < to; list += 1) living[list]!.push(row);
    }
    while (next < this.points.length) this.begun[next++] = rows;
    this.lists = living.map((list) => Uint32Array.from(list));
  }

  /** Every row that lives at the point, and some that do not. */
  each(point: number, visit: (row: number) => void): void {
    const { rows, begins } = this.lives;
    let list = this.points.length - 1;
    while (list >= 0 && this.points[list]! > point) list -= 1; // list is in range
    for (const row of this.lists[list] ?? []) visit(row);
    // By place, not by search: a row that was taken out says no longer when it began.
    for (let place = this.begun[list] ?? 0; place < rows; place += 1) {
      const row = this.rowAt(place);
      if (begins.at(row) > point) return;
      visit(row);
    }
  }

  get bytes(): number {
    return this.lists.reduce((sum, { byteLength }) => sum + byteLength, this.lives.order?.byteLength ?? 0);
  }

  private rowAt(place: number): number {
    return this.lives.order === undefined ? place : this.lives.order[place]!; // place is in range
  }
}
