import type { EpochMs } from '../../domain/shared/instant.js';
import type { Cells, CellSpace, Workplace } from './cells.js';
import { Booking } from './booking.js';
import { Keyframes } from './keyframes.js';
import { KnownLists } from './known-lists.js';
import { LiveLists } from './live-lists.js';
import { rowCountsAt } from './loose-rows.js';
import type { Pieces } from './pieces.js';
import type { KeepRows, TakeRows } from './row-batches.js';
import { keeping, takeRange, BATCH } from './row-batches.js';
import type { Columns } from './segment-columns.js';
import { positionCode } from './segment-columns.js';
import type { Segment } from './segment.js';
import type { Weights } from './weights.js';

/** Where the index turns from one way to another. The defaults are for millions of rows; specs take small ones to go every way. */
export interface IndexLimits {
  /** Below so many rows a segment is summed row by row: as fast, and nothing to keep. */
  readonly smallSegment: number;
  /** Starts and ends between two keyframes, at least. */
  readonly keyframeInterval: number;
  /** Memory of the keyframes of all groupings of one segment. */
  readonly keyframeBytes: number;
  /** Frames of a grouping that are not made fewer: it is as well without them. */
  readonly fewFrames: number;
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
  keyframeInterval: 128,
  keyframeBytes: 176 << 20,
  fewFrames: 16,
  keptPlaces: 1 << 14,
  liveLists: 64,
  tailRows: 8_192,
  mergeRows: 400_000,
};

/** What a cell of a frame takes: four counts of one or two bytes, two amounts of four or eight. */
const BYTES_OF_CELL = 16;
/** What a frame takes beside its cells. */
const BYTES_OF_FRAME = 16;
/** What the frames of all groupings may take for each row; where rows are few, and that is less than a quarter of `keyframeBytes`, they may take more. */
const BYTES_A_ROW = 28;
const FEW_BYTES_A_ROW = 128;
/** Kept free of it at first: sums may be wider than thought, and then half of some grouping's frames would go for little. */
const SPARE = 1 / 8;
/** Sums that are wanted by the cells of a space, of rows known at present. */
export interface SumsWanted {
  /** Names the space and the weights. */
  readonly key: string;
  readonly space: CellSpace;
  readonly weights: Weights;
  /** What they are added to. */
  readonly sums: Cells;
  /** The part of the keyframes' memory that is theirs, 0 to 1. */
  share(): number;
}

/** Frames of one grouping, and how rows are booked into them. */
interface Framed extends Pick<SumsWanted, 'space' | 'weights'> {
  readonly share: number;
  readonly book: Booking;
  /** Undefined until there is room for them. */
  frames: Keyframes | undefined;
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
    for (const one of wanted) {
      const { space, weights, sums } = one;
      const framed = segment.length < limits.smallSegment ? undefined : this.framesOf(one);
      if (framed?.isReady === true) framed.frames?.addAt(reach, framed.book, sums);
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
    for (const { frames, book } of this.framed.values()) frames?.endMoved(row, validTo, Infinity, book);
    this.segment.end(row, validTo, endedBy);
  }

  takeOut(row: number): void {
    const { validFrom, validTo } = this.segment.columns;
    for (const { frames, book } of this.framed.values()) frames?.endMoved(row, validFrom.at(row), validTo.at(row), book);
    this.segment.takeOut(row);
  }

  get bytes(): number {
    const lists = [this.live, this.known].reduce((sum, made) => sum + (made === undefined || made === 'begun' ? 0 : made.bytes), 0);
    return this.segment.bytes + this.frameBytes + lists;
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

  private framesOf({ key, space, weights, share }: SumsWanted): Framed {
    const known = this.framed.get(key);
    if (known !== undefined) {
      this.framed.delete(key);
      this.framed.set(key, known); // the last used is the last to go
      return known;
    }
    const { segment, work } = this;
    const book = new Booking(segment.columns, space, weights, work);
    // Nobody asks again by a space or by weights of fewer codes.
    for (const [name, framed] of this.framed) if (isOutdated(framed, space, weights)) this.framed.delete(name);
    const framed = { space, weights, share: share(), book, frames: undefined, isReady: false };
    this.framed.set(key, framed);
    work.doLater(this.makeFrames(key, framed));
    return framed;
  }

  private *makeFrames(key: string, framed: Framed): Pieces<void> {
    const apart = yield* this.makeRoom(framed);
    framed.frames = new Keyframes(this.segment, framed.space.cells, apart);
    const building = framed.frames.build(framed.book);
    while (building.next().done !== true) {
      // Others were asked for meanwhile, and there was no room for these.
      if (this.framed.get(key) !== framed) return;
      yield;
    }
    framed.isReady = true;
  }

  /**
   * Makes room for the frames of one more grouping, and says how far apart they stand. There is room for all standard groupings. Where there are more (the weights are
   * others at another T), every second frame goes of those that are made slower by it the least. A grouping goes, the one used longest ago, where none has frames to give.
   */
  private *makeRoom({ space: { cells }, share }: Framed): Pieces<number> {
    const apart = this.apartFor(cells, this.allBytes * (1 - SPARE) * share);
    const bytes = (this.segment.length / apart) * bytesOfFrame(cells);
    while (this.frameBytes + bytes > this.allBytes && this.giveUp()) yield;
    return apart;
  }

  /** Starts between two frames of so many cells that may take so many bytes: as close as it is of use. */
  private apartFor(cells: number, bytes: number): number {
    const { limits, segment } = this;
    const most = Math.max(bytesOfFrame(cells), bytes);
    return Math.max(1, limits.keyframeInterval >> 1, Math.ceil((segment.length * bytesOfFrame(cells)) / most));
  }

  /** Every second frame of one grouping, or all of them; false where there are none. */
  private giveUp(): boolean {
    const ready = [...this.framed].filter(([, { isReady }]) => isReady);
    let least: Keyframes | undefined;
    for (const [, { frames }] of ready)
      if (
        frames !== undefined &&
        frames.count > this.limits.fewFrames &&
        (least === undefined || frames.thinningCosts < least.thinningCosts)
      )
        least = frames;
    const [oldest] = ready;
    if (least !== undefined) least.thin();
    else if (oldest !== undefined) this.framed.delete(oldest[0]);
    return oldest !== undefined;
  }

  /** What the frames of all groupings may take. */
  private get allBytes(): number {
    const { limits, segment } = this;
    const few = Math.min(limits.keyframeBytes >> 2, segment.length * FEW_BYTES_A_ROW);
    return Math.min(limits.keyframeBytes, Math.max(few, segment.length * BYTES_A_ROW));
  }

  private get frameBytes(): number {
    return [...this.framed.values()].reduce((sum, { frames }) => sum + (frames?.bytes ?? 0), 0);
  }
}

/** Whether frames are of codes as they were before there were those of `space` and `weights`. */
function isOutdated(framed: Framed, space: CellSpace, weights: Weights): boolean {
  const { axes } = framed.space;
  const isOfTheSame = axes.length === space.axes.length && axes.every(({ column }, axis) => column === space.axes[axis]!.column); // as many
  return framed.weights.ofState.length !== weights.ofState.length || (isOfTheSame && framed.space.name !== space.name);
}

function bytesOfFrame(cells: number): number {
  return cells * BYTES_OF_CELL + BYTES_OF_FRAME;
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
