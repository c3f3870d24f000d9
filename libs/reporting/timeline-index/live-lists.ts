import type { EpochMs } from '../../domain/shared/instant.js';
import type { Pieces } from './pieces.js';
import type { TakeRows } from './row-batches.js';
import { BATCH, takeList, takeRange } from './row-batches.js';
import type { Segment } from './segment.js';

/** Rows of one piece when lists are made. */
const PIECE = 1 << 15;

/**
 * The rows that live at chosen instants: who asks for an instant between looks at the list before it and at the rows that began since. Rows may end after
 * or while the lists are made, never before what a list says; a row taken out of the segment stays listed, and whoever is handed it looks.
 */
export class LiveLists {
  private constructor(
    private readonly segment: Segment,
    private readonly points: readonly EpochMs[],
    /** Rows begun by each point. */
    private readonly begun: readonly number[],
    private readonly lists: readonly Uint32Array[],
  ) {}

  static *of(segment: Segment, count: number): Pieces<LiveLists> {
    const { validFrom, validTo } = segment.columns;
    const points: EpochMs[] = [];
    for (let list = 0; list < count; list += 1) {
      const point = validFrom.at(Math.floor(((list + 1) * segment.length) / (count + 1)));
      if (point !== points.at(-1)) points.push(point);
    }
    const begun = points.map((point) => segment.startsBy(point));
    const living: number[][] = points.map(() => []);
    let next = 0;
    for (let row = 0; row < segment.length; row += 1) {
      if (row % PIECE === 0) yield;
      while (next < points.length && begun[next]! <= row) next += 1; // next is in range, here and below
      const to = validTo.at(row);
      for (let list = next; list < points.length && points[list]! < to; list += 1) living[list]!.push(row);
    }
    return new LiveLists(
      segment,
      points,
      begun,
      living.map((list) => Uint32Array.from(list)),
    );
  }

  /** Every row that lives at the instant, and some that do not. */
  each(at: EpochMs, take: TakeRows): void {
    let list = this.points.length - 1;
    while (list >= 0 && this.points[list]! > at) list -= 1; // list is in range
    takeList(this.lists[list] ?? new Uint32Array(0), take);
    takeRange(this.begun[list] ?? 0, this.segment.startsBy(at), new Uint32Array(BATCH), take);
  }

  get bytes(): number {
    return this.lists.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }
}
