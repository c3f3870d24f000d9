import { countUpTo } from './order-by.js';
import type { Pieces } from './pieces.js';
import type { TakeRows } from './row-batches.js';
import { BATCH, keeping, takeList, takeRange } from './row-batches.js';
import type { Segment } from './segment.js';

/** Blocks of one piece when lists are made. */
const PIECE = 16;

/**
 * The rows that were open in known time, at chosen positions. Rows do not stand in the order in which they were opened, but nearly: each batch of them belongs to the
 * stretch between two points in which most of its rows were opened, and the others are listed. Who asks between looks at the list before and at what was opened since.
 * Rows may end or be taken out after or while the lists are made: whoever is handed a row looks.
 */
export class KnownLists {
  private constructor(
    private readonly segment: Segment,
    /** Position codes, ascending. Stretch n holds what was opened after point n - 1, up to point n. */
    private readonly points: readonly number[],
    /** Rows open at each point. */
    private readonly lists: readonly Uint32Array[],
    /** Stretch of each batch of rows. */
    private readonly stretches: Uint32Array,
    /** Rows opened in each stretch that stand in batches of another. */
    private readonly strays: readonly Uint32Array[],
  ) {}

  static *of(segment: Segment, count: number): Pieces<KnownLists> {
    const { openedBy, endedBy } = segment.columns;
    let [least, most] = [Infinity, 0];
    for (let row = 0; row < segment.length; row += 1) {
      if (row % (BATCH * PIECE) === 0) yield;
      const opened = openedBy.at(row);
      if (opened > most) most = opened;
      if (opened !== 0 && opened < least) least = opened;
    }
    const evenly = Array.from({ length: count }, (_, list) => Math.floor(least + ((list + 1) * (most - least)) / (count + 1)));
    const points = most === 0 ? [] : [...new Set(evenly)];
    const stretchOf = (opened: number): number => countUpTo(points.length, (point) => points[point]!, opened - 1); // below length
    const living: number[][] = points.map(() => []);
    const strays: number[][] = Array.from({ length: points.length + 1 }, () => []);
    const stretches = new Uint32Array(Math.ceil(segment.length / BATCH));
    const own = new Uint32Array(BATCH);
    for (let batch = 0; batch < stretches.length; batch += 1) {
      if (batch % PIECE === 0) yield;
      const [first, end] = [batch * BATCH, Math.min(segment.length, (batch + 1) * BATCH)];
      for (let row = first; row < end; row += 1) {
        const opened = openedBy.at(row);
        const stretch = stretchOf(opened);
        own[row - first] = stretch;
        const ended = endedBy.at(row) || Infinity;
        if (opened !== 0) for (let list = stretch; list < points.length && points[list]! < ended; list += 1) living[list]!.push(row); // below length
      }
      const stretch = mostFrequent(own.subarray(0, end - first), points.length + 1);
      stretches[batch] = stretch;
      for (let row = first; row < end; row += 1) if (own[row - first] !== stretch) strays[own[row - first]!]!.push(row); // a stretch
    }
    const packed = (lists: readonly number[][]): Uint32Array[] => lists.map((list) => Uint32Array.from(list));
    return new KnownLists(segment, points, packed(living), stretches, packed(strays));
  }

  /** Every row that was open at the position code, and some that were not; each once. */
  each(point: number, take: TakeRows): void {
    const { points, segment, stretches } = this;
    const stretch = countUpTo(points.length, (index) => points[index]!, point); // below length
    const before = points[stretch - 1] ?? 0;
    takeList(this.lists[stretch - 1] ?? new Uint32Array(0), take);
    const { openedBy } = segment.columns;
    const takeSince = keeping((rows, count, kept) => {
      let left = 0;
      for (let index = 0; index < count; index += 1) {
        const row = rows[index]!; // below count
        kept[left] = row;
        if (openedBy.at(row) > before) left += 1;
      }
      return left;
    }, take);
    const batch = new Uint32Array(BATCH);
    for (let index = 0; index < stretches.length; index += 1) {
      if (stretches[index] === stretch) takeRange(index * BATCH, Math.min(segment.length, (index + 1) * BATCH), batch, takeSince);
    }
    takeList(this.strays[stretch] ?? new Uint32Array(0), takeSince);
  }

  get bytes(): number {
    return [...this.lists, ...this.strays].reduce((sum, { byteLength }) => sum + byteLength, this.stretches.byteLength);
  }
}

function mostFrequent(values: Uint32Array, below: number): number {
  const counts = new Uint32Array(below);
  for (const value of values) counts[value]! += 1; // a value is below
  return counts.indexOf(Math.max(...counts));
}
