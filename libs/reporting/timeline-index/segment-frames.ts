import type { EpochMs } from '../../domain/shared/instant.js';
import type { Cells, CellSpace, Workplace } from './cells.js';
import { Booking } from './cells.js';
import { Keyframes } from './keyframes.js';
import { KnownLists } from './known-lists.js';
import { LiveLists } from './live-lists.js';
import { rowCountsAt } from './loose-rows.js';
import type { Pieces } from './pieces.js';
import type { KeepRows, TakeRows } from './row-batches.js';
import { keeping, takeRange, BATCH } from './row-batches.js';
import type { Columns, Segment } from './segment.js';
import { positionCode } from './segment.js';
import type { Weights } from './weights.js';

/** Where the index turns from one way to another. The defaults are for millions of rows; specs take small ones to go every way. */
export interface IndexLimits {
  /** Below so many rows a segment is summed row by row: as fast, and nothing to keep. */
  readonly smallSegment: number;
  /** Starts and ends between two keyframes, at least. */
  readonly keyframeInterval: number;
  /** Memory of one grouping's keyframes, and of all groupings of one segment. */
  readonly keyframeBytes: number;
  readonly allKeyframeBytes: number;
  /** Groups of an answer are kept in order for the next one where they fall into so few places (cells, without their currencies). */
  readonly keptPlaces: number;
  /** Lists of the rows that live at instants between which a segment's rows begin. */
  readonly liveLists: number;
  /** Rows just opened are looked at one by one until there are so many; then they become a segment of their own. */
  readonly tailRows: number;
  /** Segments of new rows are merged while they are smaller than this: a larger merge would be felt by who asks meanwhile. */
  readonly mergeRows: number;
}

export const INDEX_LIMITS: IndexLimits = {
  smallSegment: 4_096,
  keyframeInterval: 1_024,
  keyframeBytes: 32 << 20,
  allKeyframeBytes: 144 << 20,
  keptPlaces: 1 << 14,
  liveLists: 64,
  tailRows: 8_192,
  mergeRows: 400_000,
};

/** What a cell of a frame takes: four counts of one or two bytes, two amounts of four or eight. */
const BYTES_OF_CELL = 16;
/** What a frame takes beside its cells. */
const BYTES_OF_FRAME = 16;
/** What the frames of one grouping may take for each row, where that is more than a quarter of `keyframeBytes`. */
const BYTES_A_ROW = 8 / 3;
/** What all of them may take, likewise: a smaller segment has less to spend. */
const ALL_BYTES_A_ROW = 40;
/** Frames stand this much closer where those of one grouping then take no more than this share of all. */
const CLOSER = 8;
const SMALL_SHARE = 1 / 32;

/** Sums that are wanted by the cells of a space, of rows known at present. */
export interface SumsWanted {
  /** Names the space and the weights. */
  readonly key: string;
  readonly space: CellSpace;
  readonly weights: Weights;
  /** What they are added to. */
  readonly sums: Cells;
}

/** Frames of one grouping, and how rows are booked into them. */
interface Framed {
  readonly frames: Keyframes;
  readonly book: Booking;
  /** Until then they are being made. */
  isReady: boolean;
}

/**
 * A segment with what makes it fast: keyframes by grouping and lists of live rows. They are begun when first asked for, lists by `begin` too, and made between later
 * questions; until they are there the rows are looked at one by one.
 */
export class SegmentFrames {
  private readonly framed = new Map<string, Framed>();
  private live: LiveLists | 'begun' | undefined;
  private known: KnownLists | 'begun' | undefined;

  constructor(
    readonly segment: Segment,
    private readonly limits: IndexLimits,
    private readonly work: Workplace,
  ) {}

  /** Begins the lists before a question needs them. */
  begin(): void {
    if (this.segment.length < this.limits.smallSegment || !this.mostEnd) return;
    this.liveLists();
    this.knownLists();
  }

  /** Adds the sums at T. */
  addSums(asOf: EpochMs, wanted: readonly SumsWanted[]): void {
    const { segment, limits } = this;
    const reach = segment.reachAt(asOf);
    const unready: { readonly sums: Cells; readonly book: Booking }[] = [];
    for (const { key, space, weights, sums } of wanted) {
      const framed = segment.length < limits.smallSegment ? undefined : this.framesOf(key, space, weights);
      if (framed?.isReady === true) framed.frames.addAt(reach, framed.book, sums);
      else unready.push({ sums, book: framed?.book ?? new Booking(segment.columns, space, weights, this.work) });
    }
    if (unready.length === 0) return;
    this.eachLive(asOf, (rows, count) => {
      for (const { sums, book } of unready) book.rows(sums, rows, 0, count, 1);
    });
  }

  /** Every row that counts at T, known at present. */
  eachLive(asOf: EpochMs, take: TakeRows): void {
    const { segment } = this;
    const takeLive = keeping(livingAt(segment.columns, asOf), take);
    const lists = this.mostEnd ? this.liveLists() : undefined;
    if (lists !== undefined) lists.each(asOf, takeLive);
    else takeRange(0, segment.startsBy(asOf), new Uint32Array(BATCH), takeLive);
  }

  /**
   * Every row of the segment that counts at (T, K), K in the past. Few do: those whose end was known at K live at T, and those whose end was not are the ones
   * that were open in known time at K.
   */
  eachKnown(asOf: EpochMs, knownAt: number, take: TakeRows): void {
    const { segment } = this;
    const { columns } = segment;
    const [live, known] = this.mostEnd ? [this.liveLists(), this.knownLists()] : [];
    if (live === undefined || known === undefined) {
      return takeRange(0, segment.startsBy(asOf), new Uint32Array(BATCH), keeping(countingAt(columns, asOf, knownAt), take));
    }
    live.each(asOf, keeping(countingAt(columns, asOf, knownAt, true), take));
    known.each(positionCode(knownAt), keeping(countingAt(columns, asOf, knownAt, false), take));
  }

  end(row: number, validTo: EpochMs, endedBy: number): void {
    for (const { frames, book } of this.framed.values()) frames.endMoved(row, validTo, Infinity, book);
    this.segment.end(row, validTo, endedBy);
  }

  takeOut(row: number): void {
    const { validFrom, validTo } = this.segment.columns;
    for (const { frames, book } of this.framed.values()) frames.endMoved(row, validFrom.at(row), validTo.at(row), book);
    this.segment.takeOut(row);
  }

  get bytes(): number {
    const frames = [...this.framed.values()].reduce((sum, { frames: { bytes } }) => sum + bytes, 0);
    const lists = [this.live, this.known].reduce((sum, made) => sum + (made === undefined || made === 'begun' ? 0 : made.bytes), 0);
    return this.segment.bytes + frames + lists;
  }

  /** Where few rows end there is nothing to leave out by lists: closed deals stay closed. */
  private get mostEnd(): boolean {
    return this.segment.endsInOrder.length * 4 > this.segment.length;
  }

  private liveLists(): LiveLists | undefined {
    if (this.live instanceof LiveLists) return this.live;
    if (this.live === undefined) this.work.doLater(this.makeLive());
    this.live = 'begun';
    return undefined;
  }

  private *makeLive(): Pieces<void> {
    this.live = yield* LiveLists.of(this.segment, this.limits.liveLists);
  }

  private knownLists(): KnownLists | undefined {
    if (this.known instanceof KnownLists) return this.known;
    if (this.known === undefined) this.work.doLater(this.makeKnown());
    this.known = 'begun';
    return undefined;
  }

  private *makeKnown(): Pieces<void> {
    this.known = yield* KnownLists.of(this.segment, this.limits.liveLists);
  }

  private framesOf(key: string, space: CellSpace, weights: Weights): Framed {
    const known = this.framed.get(key);
    if (known !== undefined) {
      this.framed.delete(key);
      this.framed.set(key, known); // the last used is the last to go
      return known;
    }
    const { segment, work } = this;
    const frames = new Keyframes(segment, space.cells, this.apartFor(space.cells));
    const framed = { frames, book: new Booking(segment.columns, space, weights, work), isReady: false };
    this.makeRoom(frames.room * space.cells * BYTES_OF_CELL);
    this.framed.set(key, framed);
    work.doLater(this.makeFrames(key, framed));
    return framed;
  }

  /** Starts between two frames of so many cells. */
  private apartFor(cells: number): number {
    const { limits, segment } = this;
    const { length } = segment;
    const bytes = Math.min(limits.keyframeBytes, Math.max(limits.keyframeBytes >> 2, length * BYTES_A_ROW));
    const evenly = (most: number): number => Math.ceil((length * (cells * BYTES_OF_CELL + BYTES_OF_FRAME)) / most);
    const apart = Math.max(limits.keyframeInterval >> 1, evenly(bytes));
    return Math.max(1, Math.min(apart, Math.max(Math.ceil(apart / CLOSER), evenly(this.allBytes * SMALL_SHARE))));
  }

  /** What the frames of all groupings may take. */
  private get allBytes(): number {
    const { limits, segment } = this;
    return Math.min(limits.allKeyframeBytes, Math.max(limits.allKeyframeBytes >> 2, segment.length * ALL_BYTES_A_ROW));
  }

  private *makeFrames(key: string, framed: Framed): Pieces<void> {
    const building = framed.frames.build(framed.book);
    while (building.next().done !== true) {
      // Others were asked for meanwhile, and there was no room for these.
      if (this.framed.get(key) !== framed) return;
      yield;
    }
    framed.isReady = true;
  }

  private makeRoom(bytes: number): void {
    const most = this.allBytes;
    let sum = [...this.framed.values()].reduce((total, { frames }) => total + frames.bytes, bytes);
    for (const [key, { frames }] of this.framed) {
      if (sum <= most) return;
      this.framed.delete(key);
      sum -= frames.bytes;
    }
  }
}

function livingAt(columns: Columns, asOf: EpochMs): KeepRows {
  const { validTo } = columns;
  return (rows, count, kept) => {
    let left = 0;
    for (let index = 0; index < count; index += 1) {
      const row = rows[index]!; // row of these columns, here and below
      kept[left] = row;
      if (validTo.at(row) > asOf) left += 1;
    }
    return left;
  };
}

/** Keeps the rows that count at (T, K); of them only those whose end was known at K, or only those whose end was not, where that is said. */
function countingAt(columns: Columns, asOf: EpochMs, knownAt: number, endKnown?: boolean): KeepRows {
  const code = positionCode(knownAt);
  const ended = columns.endedBy.data;
  return (rows, count, kept) => {
    let left = 0;
    for (let index = 0; index < count; index += 1) {
      const row = rows[index]!; // row of these columns, here and below
      const end = ended[row]!;
      if (endKnown !== undefined && (end !== 0 && end <= code) !== endKnown) continue;
      if (!rowCountsAt(columns, row, asOf, knownAt)) continue;
      kept[left] = row;
      left += 1;
    }
    return left;
  };
}
