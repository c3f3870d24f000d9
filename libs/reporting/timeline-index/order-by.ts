/**
 * Row numbers in ascending order of `values` (whole numbers; Infinity last), ties in row order. Radix sort by 16 bits: nine million instants take half a
 * second where a comparison sort takes ten.
 */
export function orderBy(values: ArrayLike<number>, rows: Uint32Array): Uint32Array {
  if (isSorted(values, rows)) return rows;
  let least = Infinity;
  let most = -Infinity;
  for (let index = 0; index < rows.length; index += 1) {
    const value = values[rows[index]!]!; // rows are row numbers of values
    if (value < least) least = value;
    if (value > most && value !== Infinity) most = value;
  }
  const infinite = most === -Infinity ? 0 : most - least + 1;
  const range = infinite + 1;
  let from = Uint32Array.from(rows);
  let to = new Uint32Array(rows.length);
  for (let divisor = 1; divisor <= range; divisor *= 65_536) {
    const counts = new Uint32Array(65_537);
    const digit = (row: number): number => {
      const value = values[row]!; // row is a row number of values
      return Math.floor((value === Infinity ? infinite : value - least) / divisor) % 65_536;
    };
    for (let index = 0; index < from.length; index += 1) counts[digit(from[index]!) + 1]! += 1; // index < length
    for (let slot = 1; slot < counts.length; slot += 1) counts[slot]! += counts[slot - 1]!; // slot < length
    for (let index = 0; index < from.length; index += 1) {
      const row = from[index]!; // index < length
      const slot = digit(row);
      to[counts[slot]!] = row;
      counts[slot]! += 1;
    }
    [from, to] = [to, from];
  }
  return from;
}

function isSorted(values: ArrayLike<number>, rows: Uint32Array): boolean {
  for (let index = 1; index < rows.length; index += 1) if (values[rows[index - 1]!]! > values[rows[index]!]!) return false; // index < length
  return true;
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
