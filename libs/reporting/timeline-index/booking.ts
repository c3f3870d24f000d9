import { weigh } from '../../domain/shared/money.js';
import type { Cells, CellSpace, Workplace } from './cells.js';
import type { Backing } from './number-column.js';
import { BATCH, takeRange } from './row-batches.js';
import type { Columns } from './segment-columns.js';
import type { Weights } from './weights.js';
import { NO_WEIGHT, NOT_OPEN } from './weights.js';

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
    this.place(single, 0, 1, 0);
    return places[0]!; // placed just now
  }

  /** What taking off the row changes in its cell, which is `cell`; good until the next call. */
  takenOff(row: number, cell: number): Cells {
    const { single, change } = this.work;
    single[0] = row;
    this.batch(change.clear(1), single, 0, 1, -1, -cell);
    return change;
  }

  /** Those of `rows` from `from` to before `to`, with sign +1 or -1. */
  rows(cells: Cells, rows: Uint32Array, from: number, to: number, sign: 1 | -1): void {
    for (let first = from; first < to; first += BATCH) this.batch(cells, rows, first, Math.min(to, first + BATCH), sign, 0);
  }

  /** Rows from `first` to before `end`. */
  range(cells: Cells, first: number, end: number, sign: 1 | -1): void {
    takeRange(first, end, this.work.batch, (rows, count) => this.batch(cells, rows, 0, count, sign, 0));
  }

  /**
   * `rows` of rows that lie scattered, as ends do: they are read ahead where that is of use. One by one they come from memory, and wait for it; read first as they lie
   * they come from the cache, in less than half the time.
   */
  scatteredRows(cells: Cells, rows: Uint32Array, from: number, to: number, sign: 1 | -1): void {
    if (to - from >= SAMPLES) {
      const among = mostOf(rows, from, to);
      const read = new Set([...this.space.axes.map(({ column }) => column), 'state' as const, 'currency' as const, 'value' as const]);
      for (const column of read) this.work.readAhead += readThrough(this.columns[column].data, among, to - from);
    }
    this.rows(cells, rows, from, to, sign);
  }

  /** `at` cells further. */
  private batch(cells: Cells, rows: Uint32Array, from: number, to: number, sign: 1 | -1, at: number): void {
    this.place(rows, from, to, at);
    const { deals, unvalued, weighing, weighed, weightless, value, weighted } = cells;
    const weights = this.weights.ofState;
    const { places } = this.work;
    const state = this.columns.state.data;
    const currency = this.columns.currency.data;
    const minors = this.columns.value.data;
    for (let index = from; index < to; index += 1) {
      const row = rows[index]!; // row of these columns, here and below
      const cell = places[index - from]!;
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

  /** Works out `places`. */
  private place(rows: Uint32Array, from: number, to: number, at: number): void {
    const { columns, space } = this;
    const { places } = this.work;
    const count = to - from;
    places.fill(at, 0, count);
    for (let axis = 0; axis < space.axes.length; axis += 1) {
      const { column, table } = space.axes[axis]!; // below length
      const { data } = columns[column];
      const stride = space.strides[axis]!; // one stride per axis
      if (table === undefined) for (let place = 0; place < count; place += 1) places[place]! += data[rows[from + place]!]! * stride;
      else for (let place = 0; place < count; place += 1) places[place]! += table[data[rows[from + place]!]!]! * stride;
    }
    if (space.currencies === 1) return;
    const { data } = columns.currency;
    for (let place = 0; place < count; place += 1) places[place]! += Math.max(0, data[rows[from + place]!]! - 1);
  }
}

interface Among {
  readonly first: number;
  readonly end: number;
}

/** Rows looked at to say where most lie. */
const SAMPLES = 64;
/** Most lie no further before the latest than so many times as the mean does. */
const MEANS = 3;

/** Where most of the rows lie. */
function mostOf(rows: Uint32Array, from: number, to: number): Among {
  const step = Math.ceil((to - from) / SAMPLES);
  let [latest, sum, count] = [0, 0, 0];
  for (let index = from; index < to; index += step) {
    const row = rows[index]!; // below `to`
    if (row > latest) latest = row;
    sum += row;
    count += 1;
  }
  return { first: Math.max(0, Math.floor(latest - MEANS * (latest - sum / count))), end: latest + 1 };
}

/** What the processor fetches at once. */
const LINE = 64;

/** It is of no use to read more bytes than these for each row that is looked at. */
const MOST_READ = 160;

/** Fetches a part of a column, of which so many rows are looked at. */
function readThrough(data: Backing, { first, end }: Among, rows: number): number {
  const width = data.BYTES_PER_ELEMENT;
  if ((end - first) * width > rows * MOST_READ) return 0;
  const bytes = new Uint8Array(data.buffer, data.byteOffset + first * width, (end - first) * width);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += LINE) sum = (sum + bytes[at]!) | 0; // below length
  return sum;
}
