import type { Pieces } from './pieces.js';
import { BATCH } from './row-batches.js';
import type { CodedColumn } from './vocabulary.js';

/** One number per row: a column's code, or what a table makes of it (the state's stage, its status). */
export interface Axis {
  readonly column: CodedColumn;
  /** Codes are below this. */
  readonly size: number;
  /** Code of the column to code of the axis; missing: the same. */
  readonly table?: Uint32Array;
}

/** How rows fall into cells: the axes, then the currency (one place where there is one currency or none). */
export class CellSpace {
  readonly cells: number;
  readonly strides: readonly number[];
  readonly currencies: number;
  private said: string | undefined;

  constructor(
    readonly axes: readonly Axis[],
    currencyCodes: number,
  ) {
    this.currencies = CellSpace.currenciesOf(currencyCodes);
    let stride = this.currencies;
    this.strides = axes.map(({ size }) => {
      const own = stride;
      stride *= size;
      return own;
    });
    this.cells = stride;
  }

  /** Places for so many codes, of which one is that of no currency. */
  static currenciesOf(codes: number): number {
    return Math.max(1, codes - 1);
  }

  /** What tells its cells from those of other spaces. */
  get name(): string {
    return (this.said ??= JSON.stringify([
      this.axes.map(({ column, size, table }) => [column, size, table === undefined ? 0 : [...table]]),
      this.currencies,
    ]));
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
}

/**
 * Sums of cells, one behind the other. Dense: a report has few cells; the caller keeps the product of the axes in bounds. All are arrays of one kind: loops over
 * arrays of several take three times as long.
 */
export class Cells {
  readonly deals: Float64Array;
  readonly unvalued: Float64Array;
  /** Open deals in stages that weigh, and in stages that do not. */
  readonly weighing: Float64Array;
  /** Of the weighing ones, those with a value. */
  readonly weighed: Float64Array;
  readonly weightless: Float64Array;
  readonly value: Float64Array;
  readonly weighted: Float64Array;
  /** The sums, in an order that is always the same. */
  readonly arrays: readonly Float64Array[];

  constructor(readonly length: number) {
    const sums = (): Float64Array => new Float64Array(length);
    [this.deals, this.unvalued, this.weighing, this.weighed, this.weightless] = [sums(), sums(), sums(), sums(), sums()];
    [this.value, this.weighted] = [sums(), sums()];
    this.arrays = [this.deals, this.unvalued, this.weighing, this.weighed, this.weightless, this.value, this.weighted];
  }

  /** Empties the first `count` cells. */
  clear(count: number): this {
    for (const array of this.arrays) array.fill(0, 0, count);
    return this;
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
  /** What was read ahead comes to: of no use to anybody, but what is of none is not read. */
  readAhead = 0;
  private readonly kept = new Map<string, Cells>();
  private readonly later: Pieces<void>[] = [];

  /** What makes later answers faster is done between them. */
  doLater(work: Pieces<void>): void {
    this.later.push(work);
  }

  get hasLater(): boolean {
    return this.later.length > 0;
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
