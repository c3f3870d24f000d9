import type { Pieces } from './pieces.js';
import { atOnce } from './pieces.js';

/** Whole numbers by row, and Infinity. */
interface Values {
  at(row: number): number;
}

const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
/** Rows of one piece: a millisecond or two. */
const PIECE = 1 << 17;

/**
 * Row numbers in ascending order of `values` (whole numbers; Infinity last), ties in row order. Radix sort: nine million instants take a second where a
 * comparison sort takes ten.
 */
export function orderBy(values: Values, rows: Uint32Array): Uint32Array {
  return atOnce(ordering(values, rows));
}

/** `orderBy`, piece by piece. The values must not change between two. */
export function* ordering(values: Values, rows: Uint32Array): Pieces<Uint32Array> {
  let least = Infinity;
  let most = -Infinity;
  let isSorted = true;
  let before = -Infinity;
  for (let index = 0; index < rows.length; index += 1) {
    if (index % PIECE === 0) yield;
    const value = values.at(rows[index]!); // index < length
    if (value < before) isSorted = false;
    before = value;
    if (value < least) least = value;
    if (value > most && value !== Infinity) most = value;
  }
  if (isSorted) return rows;
  const infinite = most === -Infinity ? 0 : most - least + 1;
  let from = Uint32Array.from(rows);
  let to = new Uint32Array(rows.length);
  for (let divisor = 1; divisor <= infinite + 1; divisor *= DIGITS) {
    yield* sortByDigit(values, from, to, { least, infinite, divisor });
    [from, to] = [to, from];
  }
  return from;
}

interface Digit {
  readonly least: number;
  /** What Infinity counts as. */
  readonly infinite: number;
  readonly divisor: number;
}

function* sortByDigit(values: Values, from: Uint32Array, to: Uint32Array, { least, infinite, divisor }: Digit): Pieces<void> {
  const inverse = 1 / divisor; // a power of two: exact
  const counts = new Uint32Array(DIGITS + 1);
  for (let start = 0; start < from.length; start += PIECE) {
    const end = Math.min(from.length, start + PIECE);
    for (let index = start; index < end; index += 1) {
      const value = values.at(from[index]!); // index < length, here and below
      const digit = Math.floor((value === Infinity ? infinite : value - least) * inverse) & (DIGITS - 1);
      counts[digit + 1]! += 1;
    }
    yield;
  }
  for (let slot = 1; slot < counts.length; slot += 1) counts[slot]! += counts[slot - 1]!; // slot < length
  for (let start = 0; start < from.length; start += PIECE) {
    const end = Math.min(from.length, start + PIECE);
    for (let index = start; index < end; index += 1) {
      const row = from[index]!;
      const value = values.at(row);
      const digit = Math.floor((value === Infinity ? infinite : value - least) * inverse) & (DIGITS - 1);
      to[counts[digit]!] = row;
      counts[digit]! += 1;
    }
    yield;
  }
}

/** How many of the first `length` values are at or below `limit`; `valueAt` ascends. */
export function countUpTo(length: number, valueAt: (index: number) => number, limit: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (valueAt(middle) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
