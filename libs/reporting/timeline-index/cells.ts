import { weigh } from '../../domain/shared/money.js';
import type { Columns } from './segment.js';

/** One number per row: a column's code, or what a table makes of it (the state's stage, its status). */
export interface Axis {
  readonly column: keyof Columns;
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
  private readonly strides: number[] = [];
  readonly currencies: number;

  constructor(
    readonly axes: readonly Axis[],
    currencyCodes: number,
  ) {
    this.currencies = Math.max(1, currencyCodes - 1);
    let stride = this.currencies;
    for (const axis of axes) {
      this.strides.push(stride);
      stride *= axis.size;
    }
    this.cells = stride;
  }

  sizeOf(axis: number): number {
    return this.axes[axis]?.size ?? 1;
  }

  /** The cell of every row of these columns, as one function without a loop for one and two axes. */
  cellOf(columns: Columns): (row: number) => number {
    const currency = columns.currency.data;
    const parts = this.axes.map((axis, index) => ({ data: columns[axis.column].data, table: axis.table, stride: this.strides[index]! })); // one stride per axis
    const code = ({ data, table, stride }: (typeof parts)[number], row: number): number =>
      (table === undefined ? data[row]! : table[data[row]!]!) * stride;
    const money = this.currencies === 1 ? (): number => 0 : (row: number): number => Math.max(0, currency[row]! - 1);
    const [first, second] = parts;
    if (first === undefined) return money;
    if (second === undefined) return (row) => code(first, row) + money(row);
    if (parts.length === 2) return (row) => code(first, row) + code(second, row) + money(row);
    return (row) => parts.reduce((sum, part) => sum + code(part, row), money(row));
  }

  /** Codes of a cell's axes, and its currency's. */
  codesOf(cell: number): { codes: number[]; currency: number } {
    let rest = Math.floor(cell / this.currencies);
    const codes = this.axes.map(({ size }) => {
      const code = rest % size;
      rest = Math.floor(rest / size);
      return code;
    });
    return { codes, currency: (cell % this.currencies) + 1 };
  }
}

/** Sums of every cell. Dense: a report has few cells; the caller keeps the product of the axes in bounds. */
export class Cells {
  constructor(
    readonly deals: Int32Array,
    readonly unvalued: Int32Array,
    /** Open deals in stages that weigh, and in stages that do not. */
    readonly weighing: Int32Array,
    /** Of the weighing ones, those with a value. */
    readonly weighed: Int32Array,
    readonly weightless: Int32Array,
    readonly value: Float64Array,
    readonly weighted: Float64Array,
  ) {}

  static empty(cells: number): Cells {
    return new Cells(
      ...([new Int32Array(cells), new Int32Array(cells), new Int32Array(cells), new Int32Array(cells), new Int32Array(cells)] as const),
      ...([new Float64Array(cells), new Float64Array(cells)] as const),
    );
  }

  static readonly BYTES_PER_CELL = 36;

  copy(): Cells {
    return new Cells(
      ...([this.deals.slice(), this.unvalued.slice(), this.weighing.slice(), this.weighed.slice(), this.weightless.slice()] as const),
      ...([this.value.slice(), this.weighted.slice()] as const),
    );
  }

  addAll(other: Cells): void {
    for (let cell = 0; cell < this.deals.length; cell += 1) {
      this.deals[cell]! += other.deals[cell]!; // both have the same cells
      this.unvalued[cell]! += other.unvalued[cell]!;
      this.weighing[cell]! += other.weighing[cell]!;
      this.weighed[cell]! += other.weighed[cell]!;
      this.weightless[cell]! += other.weightless[cell]!;
      this.value[cell]! += other.value[cell]!;
      this.weighted[cell]! += other.weighted[cell]!;
    }
  }
}

/** Books rows of one segment into cells, with sign +1 or -1. */
export type Booking = (cells: Cells, row: number, sign: 1 | -1) => void;

export function bookingOf(columns: Columns, space: CellSpace, weights: Weights): Booking {
  const cellOf = space.cellOf(columns);
  const state = columns.state.data;
  const value = columns.value.data;
  const currency = columns.currency.data;
  return (cells, row, sign) => {
    const cell = cellOf(row);
    const weight = weights[state[row]!]!; // every state has a weight
    cells.deals[cell]! += sign;
    if (weight === NO_WEIGHT) cells.weightless[cell]! += sign;
    else if (weight !== NOT_OPEN) cells.weighing[cell]! += sign;
    if (currency[row] === 0) {
      cells.unvalued[cell]! += sign;
      return;
    }
    const minor = value[row]!; // row of these columns
    cells.value[cell]! += sign * minor;
    if (weight < 0) return;
    cells.weighed[cell]! += sign;
    cells.weighted[cell]! += sign * weigh(minor, weight);
  };
}
