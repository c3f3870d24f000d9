import { weigh } from '../../domain/shared/money.js';
import type { Pieces } from './pieces.js';
import { BATCH, takeRange } from './row-batches.js';
import type { Columns } from './segment.js';
import type { CodedColumn } from './vocabulary.js';

/** One number per row: a column's code, or what a table makes of it (the state's stage, its status). */
export interface Axis {
  readonly column: CodedColumn;
  /** Codes are below this. */
  readonly size: number;
  /** Code of the column to code of the axis; missing: the same. */
  readonly table?: Uint32Array;
}

/** Weight of each state in basis points; -1: not open, in no forecast; -2: open in a stage that weighs nothing. */
export type Weights = Int32Array;
export const NOT_OPEN = -1;
export const NO_WEIGHT = -2;

/** How rows fall into cells: the axes, then the currency (one place where there is one currency or none). */
export class CellSpace {
  readonly cells: number;
  readonly strides: readonly number[];
  readonly currencies: number;

  constructor(
    readonly axes: readonly Axis[],
    currencyCodes: number,
  ) {
    this.currencies = Math.max(1, currencyCodes - 1);
    let stride = this.currencies;
    this.strides = axes.map(({ size }) => {
      const own = stride;
      stride *= size;
      return own;
    });
    this.cells = stride;
  }

  /** Puts the codes of a cell's axes into `codes`. */
  codesOf(cell: number, codes: Uint32Array): void {
    let rest = cell;
    for (let axis = this.axes.length - 1; axis >= 0; axis -= 1) {
      const stride = this.strides[axis]!; // an axis of this space
      const code = (rest / stride) | 0;
      codes[axis] = code;
      rest -= code * stride;
    }
  }

  /** The code of a cell's currency. */
  currencyAt(cell: number): number {
    return (cell % this.currencies) + 1;
  }
}

/** Sums of cells, one behind the other. Dense: a report has few cells; the caller keeps the product of the axes in bounds. */
export class Cells {
  readonly deals: Int32Array;
  readonly unvalued: Int32Array;
  /** Open deals in stages that weigh, and in stages that do not. */
  readonly weighing: Int32Array;
  /** Of the weighing ones, those with a value. */
  readonly weighed: Int32Array;
  readonly weightless: Int32Array;
  readonly value: Float64Array;
  readonly weighted: Float64Array;

  constructor(readonly length: number) {
    const counts = (): Int32Array => new Int32Array(length);
    [this.deals, this.unvalued, this.weighing, this.weighed, this.weightless] = [counts(), counts(), counts(), counts(), counts()];
    [this.value, this.weighted] = [new Float64Array(length), new Float64Array(length)];
  }

  /** Empties the first `count` cells. */
  clear(count: number): this {
    for (const array of this.arrays) array.fill(0, 0, count);
    return this;
  }

  /** The sums, in an order that is always the same. */
  get arrays(): readonly (Int32Array | Float64Array)[] {
    return [this.deals, this.unvalued, this.weighing, this.weighed, this.weightless, this.value, this.weighted];
  }
}

/** More cells than these are not kept for the next question. */
const KEPT_CELLS = 1 << 16;

/** What questions work in, one after the other: arrays that are made once and not for every question, as memory given back late is memory taken. */
export class Workplace {
  /** Where rows of a batch fall. */
  readonly places = new Uint32Array(BATCH);
  readonly batch = new Uint32Array(BATCH);
  /** One row, and what it changes. */
  readonly single = new Uint32Array(1);
  readonly change = new Cells(1);
  private readonly kept = new Map<string, Cells>();
  private readonly later: Pieces<void>[] = [];

  /** What makes later answers faster is done between them. */
  doLater(work: Pieces<void>): void {
    this.later.push(work);
  }

  /** Does one piece of it; false where there is none. */
  doPiece(): boolean {
    const [first] = this.later;
    if (first?.next().done === true) this.later.shift();
    return first !== undefined;
  }

  /** Empty cells, at least `count`; the same ones each time for one use. */
  cells(use: 'groups' | 'totals' | 'frames', count: number): Cells {
    const known = this.kept.get(use);
    if (known !== undefined && known.length >= count) return known.clear(count);
    const cells = new Cells(Math.ceil(count * 1.25));
    if (count <= KEPT_CELLS) this.kept.set(use, cells);
    return cells;
  }
}

/** Books rows of one segment into cells, in batches: loops over typed arrays, and no call a row. */
export class Booking {
  constructor(
    private readonly columns: Columns,
    private readonly space: CellSpace,
    private readonly weights: Weights,
    private readonly work: Workplace,
  ) {}

  /** Cells to work in; empty ones again at the next call. */
  emptyCells(count: number): Cells {
    return this.work.cells('frames', count);
  }

  /** Where the row falls. */
  cellOf(row: number): number {
    const { single, places } = this.work;
    single[0] = row;
    this.place(single, 1, 0);
    return places[0]!; // placed just now
  }

  /** What taking off the row changes in its cell, which is `cell`; good until the next call. */
  takenOff(row: number, cell: number): Cells {
    const { single, change } = this.work;
    single[0] = row;
    this.rows(change.clear(1), single, 1, -1, -cell);
    return change;
  }

  /** The first `count` rows, at most a batch, with sign +1 or -1, `at` cells further. */
  rows(cells: Cells, rows: Uint32Array, count: number, sign: 1 | -1, at = 0): void {
    this.place(rows, count, at);
    const { deals, unvalued, weighing, weighed, weightless, value, weighted } = cells;
    const { weights } = this;
    const { places } = this.work;
    const state = this.columns.state.data;
    const currency = this.columns.currency.data;
    const minors = this.columns.value.data;
    for (let index = 0; index < count; index += 1) {
      const row = rows[index]!; // row of these columns, here and below
      const cell = places[index]!;
      const weight = weights[state[row]!]!; // every state has a weight
      deals[cell]! += sign;
      if (weight === NO_WEIGHT) weightless[cell]! += sign;
      else if (weight !== NOT_OPEN) weighing[cell]! += sign;
      if (currency[row] === 0) {
        unvalued[cell]! += sign;
        continue;
      }
      const minor = minors[row]!;
      value[cell]! += sign * minor;
      if (weight < 0) continue;
      weighed[cell]! += sign;
      weighted[cell]! += sign * weigh(minor, weight);
    }
  }

  /** Rows from `first` to before `end`. */
  range(cells: Cells, first: number, end: number, sign: 1 | -1): void {
    takeRange(first, end, this.work.batch, (rows, count) => this.rows(cells, rows, count, sign));
  }

  /** Works out `places`. */
  private place(rows: Uint32Array, count: number, at: number): void {
    const { columns, space } = this;
    const { places } = this.work;
    places.fill(at, 0, count);
    space.axes.forEach((axis, index) => {
      const { data } = columns[axis.column];
      const stride = space.strides[index]!; // one stride per axis
      const { table } = axis;
      if (table === undefined) for (let place = 0; place < count; place += 1) places[place]! += data[rows[place]!]! * stride;
      else for (let place = 0; place < count; place += 1) places[place]! += table[data[rows[place]!]!]! * stride;
    });
    if (space.currencies === 1) return;
    const { data } = columns.currency;
    for (let place = 0; place < count; place += 1) places[place]! += Math.max(0, data[rows[place]!]! - 1);
  }
}
