import type { Pieces } from './pieces.js';
import { atOnce } from './pieces.js';

/** Whole numbers by row, and Infinity. */
interface Values {
  at(row: number): number;
}

/** Rows are parted so often, and so few are sorted at once: a millisecond or two. */
const PARTS = 1_024;
const FEW = 1 << 14;
/** Rows of one piece where they are only looked at. */
const PIECE = 1 << 17;
/** Rows of one piece where they are copied as they lie. */
const COPIED = 1 << 20;

/**
 * Row numbers in ascending order of `values` (whole numbers; Infinity last), ties in row order. Parted by value until few are left, which are sorted as numbers: nine
 * million instants take a second where a comparison sort takes ten.
 */
export function orderBy(values: Values, rows: Uint32Array): Uint32Array {
  return atOnce(ordering(values, rows));
}

/** A copy of the first `count` rows. */
export function* copying(rows: Uint32Array, count: number): Pieces<Uint32Array> {
  const copy = new Uint32Array(count);
  for (let index = 0; index < count; index += COPIED) {
    if (index > 0) yield;
    copy.set(rows.subarray(index, Math.min(count, index + COPIED)), index);
  }
  return copy;
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
  const sorted = yield* copying(rows, rows.length);
  const infinite = most === -Infinity ? 0 : most - least + 1;
  const keyOf = (row: number): number => {
    const value = values.at(row);
    return value === Infinity ? infinite : value - least;
  };
  yield* sortPart(
    { rows: sorted, spare: new Uint32Array(rows.length), keyOf },
    { start: 0, end: rows.length, least: 0, range: infinite + 1 },
  );
  return sorted;
}

interface Sorting {
  readonly rows: Uint32Array;
  readonly spare: Uint32Array;
  keyOf(row: number): number;
}

/** Rows from `start` to before `end`, whose keys are at least `least` and below it by `range`. */
interface Part {
  readonly start: number;
  readonly end: number;
  readonly least: number;
  readonly range: number;
}

function* sortPart(sorting: Sorting, part: Part): Pieces<void> {
  const { start, end, least, range } = part;
  const count = end - start;
  if (count < 2 || range <= 1) return;
  if (count <= FEW && range * count <= Number.MAX_SAFE_INTEGER) return sortFew(sorting, part);
  const width = Math.ceil(range / PARTS);
  const ends = yield* partBy(sorting, part, width);
  let from = start;
  for (let index = 0; index < ends.length; index += 1) {
    const to = ends[index]!; // index < length
    if (to - from > 1) {
      yield* sortPart(sorting, { start: from, end: to, least: least + index * width, range: width });
      yield;
    }
    from = to;
  }
}

/** Puts the rows into parts of keys that are `width` wide, each in the order in which they came, and says where each part ends. */
function* partBy({ rows, spare, keyOf }: Sorting, { start, end, least }: Part, width: number): Pieces<Uint32Array> {
  const places = new Uint32Array(PARTS + 1);
  for (let index = start; index < end; index += 1) {
    if (index % PIECE === 0) yield;
    places[Math.floor((keyOf(rows[index]!) - least) / width) + 1]! += 1; // index < length; a part of the range; here and below
  }
  places[0] = start;
  for (let part = 1; part < places.length; part += 1) places[part]! += places[part - 1]!; // part < length
  for (let index = start; index < end; index += 1) {
    if (index % PIECE === 0) yield;
    const row = rows[index]!;
    const part = Math.floor((keyOf(row) - least) / width);
    spare[places[part]!] = row;
    places[part]! += 1;
  }
  for (let index = start; index < end; index += COPIED) {
    rows.set(spare.subarray(index, Math.min(end, index + COPIED)), index);
    yield;
  }
  return places.subarray(0, PARTS);
}

/** Key and place as one number: the sort of numbers is the engine's own, and keeps the order of equal keys. */
function sortFew({ rows, spare, keyOf }: Sorting, { start, end, least }: Part): void {
  const count = end - start;
  const keyed = new Float64Array(count);
  for (let index = 0; index < count; index += 1) {
    const row = rows[start + index]!; // below end
    spare[start + index] = row;
    keyed[index] = (keyOf(row) - least) * count + index;
  }
  keyed.sort();
  for (let index = 0; index < count; index += 1) rows[start + index] = spare[start + (keyed[index]! % count)]!; // below count
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
