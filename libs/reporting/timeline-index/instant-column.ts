import type { EpochMs } from '../../domain/shared/instant.js';
import type { Backing } from './number-column.js';
import { NumberColumn, ONE_BLOCK } from './number-column.js';
import type { Pieces } from './pieces.js';
import { atOnce } from './pieces.js';

/** Milliseconds of one step of the high part: fifty days. */
const STEP = 0x1_0000_0000;

/**
 * A growing column of instants, and of Infinity where there is none. 32 bits count the milliseconds of a step, and a narrow column the steps since the earliest: five
 * bytes an instant where all lie within 34 years, six within nine thousand.
 */
export class InstantColumn {
  private low: Uint32Array<ArrayBuffer>;
  /** Steps since `base` plus one; 0: Infinity. */
  private high: NumberColumn;
  private base = 0;

  constructor(capacity = 1024) {
    this.low = new Uint32Array(capacity);
    this.high = new NumberColumn(1, capacity);
  }

  get length(): number {
    return this.high.length;
  }

  push(value: EpochMs): void {
    const row = this.length;
    if (row === this.low.length) this.reserve(Math.max(1024, Math.ceil(row * 1.5)));
    this.high.push(this.highOf(value));
    this.low[row] = lowOf(value);
  }

  /** Makes room for so many instants at once. */
  reserve(capacity: number): void {
    if (capacity <= this.low.length) return;
    const wider = new Uint32Array(capacity);
    wider.set(this.low);
    this.low = wider;
    this.high.reserve(capacity);
  }

  /** The value of each of the first `count` of `rows`. */
  pushEach(rows: Uint32Array, count: number, valueOf: (row: number) => EpochMs): void {
    for (let index = 0; index < count; index += 1) this.push(valueOf(rows[index]!)); // below length
  }

  set(row: number, value: EpochMs): void {
    this.high.set(row, this.highOf(value));
    this.low[row] = lowOf(value);
  }

  at(row: number): EpochMs {
    const high = this.high.data[row]!; // a row of this column, here and below
    return high === 0 ? Infinity : (high - 1 + this.base) * STEP + this.low[row]!;
  }

  /** The instants at `order`, in that order. */
  gather(order: Uint32Array): InstantColumn {
    return atOnce(this.gathering(order));
  }

  /** `gather`, piece by piece. */
  gathering(order: Uint32Array): Pieces<InstantColumn> {
    return InstantColumn.gathering([this], ONE_BLOCK, order);
  }

  /** Of rows that lie in several columns, so many bits' worth in each. */
  static *gathering(blocks: readonly InstantColumn[], bits: number, order: Uint32Array): Pieces<InstantColumn> {
    const base = Math.min(...blocks.map((block) => block.base));
    for (const block of blocks) {
      if (block.base === base) continue;
      block.rebase(base);
      yield;
    }
    const lows = blocks.map(({ low }) => NumberColumn.of(low));
    const low = yield* NumberColumn.gathering(lows, bits, order);
    const highs = blocks.map(({ high }) => high);
    const high = yield* NumberColumn.gathering(highs, bits, order);
    return InstantColumn.of(low.data as Uint32Array<ArrayBuffer>, high.data, base); // as wide as the lows are
  }

  get bytes(): number {
    return this.low.byteLength + this.high.bytes;
  }

  /** What a snapshot file keeps; `InstantColumn.of` takes it back. */
  parts(): { low: Uint32Array; high: Backing; base: number } {
    return { low: this.low.subarray(0, this.length), high: this.high.data.subarray(0, this.length), base: this.base };
  }

  static of(low: Uint32Array<ArrayBuffer>, high: Backing, base: number): InstantColumn {
    const column = new InstantColumn(0);
    column.low = low;
    column.high = NumberColumn.of(high);
    column.base = base;
    return column;
  }

  private highOf(value: EpochMs): number {
    if (value === Infinity) return 0;
    const step = Math.floor(value / STEP);
    if (step < this.base || this.length === 0) this.rebase(step);
    return step - this.base + 1;
  }

  /** Makes room for an earlier step: the others lie further from it. */
  private rebase(step: number): void {
    const { high } = this;
    const further = this.base - step;
    this.base = step;
    for (let row = 0; row < high.length; row += 1) if (high.at(row) !== 0) high.set(row, high.at(row) + further);
  }
}

function lowOf(value: EpochMs): number {
  return value === Infinity ? 0 : value - Math.floor(value / STEP) * STEP;
}
