import type { Pieces } from './pieces.js';

export type Backing = Uint8Array | Uint16Array | Uint32Array | Float64Array;

export function backingFor(width: 1 | 2 | 4 | 8, capacity: number): Backing {
  if (width === 1) return new Uint8Array(capacity);
  if (width === 2) return new Uint16Array(capacity);
  return width === 4 ? new Uint32Array(capacity) : new Float64Array(capacity);
}

export function widthFor(value: number): 1 | 2 | 4 | 8 {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) return 8;
  return value <= 0xff ? 1 : value <= 0xffff ? 2 : 4;
}

/** Rows gathered at once: a millisecond or two. */
const PIECE = 1 << 17;
/** Rows of a column that is not one of several. */
export const ONE_BLOCK = 30;

function gatherInto(target: Backing, datas: readonly Backing[], bits: number, order: Uint32Array, from: number, to: number): void {
  const mask = (1 << bits) - 1;
  for (let index = from; index < to; index += 1) {
    const row = order[index]!; // order holds row numbers of these columns
    target[index] = datas[row >>> bits]![row & mask]!; // likewise
  }
}

/** A growing typed array that is as narrow as its values allow: a code of 200 owners takes one byte a row, a position two to eight. */
export class NumberColumn {
  data: Backing;
  length = 0;

  constructor(width: 1 | 2 | 4 | 8 = 1, capacity = 1024) {
    this.data = backingFor(width, capacity);
  }

  static of(data: Backing): NumberColumn {
    const column = new NumberColumn(1, 0);
    column.data = data;
    column.length = data.length;
    return column;
  }

  get width(): 1 | 2 | 4 | 8 {
    return this.data.BYTES_PER_ELEMENT as 1 | 2 | 4 | 8; // the four backings have these and no other widths
  }

  push(value: number): void {
    const width = widthFor(value);
    if (width > this.width) this.rebuild(width, this.data.length);
    if (this.length === this.data.length) this.rebuild(this.width, Math.max(1024, Math.ceil(this.data.length * 1.5)));
    this.data[this.length] = value;
    this.length += 1;
  }

  /** Makes room for so many values at once. */
  reserve(capacity: number): void {
    if (capacity > this.data.length) this.rebuild(this.width, capacity);
  }

  /** The value of each of the first `count` of `rows`. */
  pushEach(rows: Uint32Array, count: number, valueOf: (row: number) => number): void {
    for (let index = 0; index < count; index += 1) this.push(valueOf(rows[index]!)); // below length
  }

  set(row: number, value: number): void {
    const width = widthFor(value);
    if (width > this.width) this.rebuild(width, this.data.length);
    this.data[row] = value;
  }

  at(row: number): number {
    return this.data[row] ?? 0;
  }

  /** The values at `order`, in that order, in an array of exactly their number. */
  gather(order: Uint32Array): NumberColumn {
    const target = backingFor(this.width, order.length);
    const { data } = this;
    for (let index = 0; index < order.length; index += 1) target[index] = data[order[index]!]!; // order holds row numbers of this column
    return NumberColumn.of(target);
  }

  /** `gather`, piece by piece. */
  gathering(order: Uint32Array): Pieces<NumberColumn> {
    return NumberColumn.gathering([this], ONE_BLOCK, order);
  }

  /** Of rows that lie in several columns, so many bits' worth in each. */
  static *gathering(blocks: readonly NumberColumn[], bits: number, order: Uint32Array): Pieces<NumberColumn> {
    const width = Math.max(1, ...blocks.map((block) => block.width)) as NumberColumn['width']; // of some widths
    const target = backingFor(width, order.length);
    const datas = blocks.map(({ data }) => data);
    for (let from = 0; from < order.length; from += PIECE) {
      if (from > 0) yield;
      gatherInto(target, datas, bits, order, from, Math.min(order.length, from + PIECE));
    }
    return NumberColumn.of(target);
  }

  get bytes(): number {
    return this.data.byteLength;
  }

  private rebuild(width: 1 | 2 | 4 | 8, capacity: number): void {
    const wider = backingFor(width, capacity);
    wider.set(this.data.subarray(0, this.length));
    this.data = wider;
  }
}
