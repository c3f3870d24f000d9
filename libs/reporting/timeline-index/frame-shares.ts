/**
 * By these the keyframes of groupings share their memory. Between the square root, with which the sum of the ways from a frame to T is the least, and the number of cells
 * itself, with which all ways are as long: an answer of many cells takes longer beside its way, too.
 */
function weightOf(cells: number): number {
  return cells ** 0.8;
}

/** One column alone is asked for more often than two of them, and totals with every question. */
const SINGLE = 4;

/**
 * The part of the keyframes' memory, 0 to 1, that a space of so many cells gets where every column of these sizes, and every two of them, may be grouped by. It is the same
 * whichever were asked for before.
 */
export function frameShare(cells: number, columns: number, sizes: readonly number[], currencies: number): number {
  let all = 0;
  for (let one = 0; one < sizes.length; one += 1) {
    all += SINGLE * weightOf(sizes[one]! * currencies); // below length, here and below
    for (let other = 0; other < one; other += 1) all += weightOf(sizes[one]! * sizes[other]! * currencies);
  }
  return Math.min(1, ((columns > 1 ? 1 : SINGLE) * weightOf(cells)) / all);
}
