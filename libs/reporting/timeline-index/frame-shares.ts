/** Cells of a space that keyframes are kept of. */
export interface FramedSpace {
  /** Those of its axes. */
  readonly columns: readonly string[];
  readonly cells: number;
}

/** Standard groupings that a column tells; any other tells one. */
const TOLD_BY = new Map([
  ['state', 3],
  ['owner', 2],
]);

/**
 * By these the keyframes of groupings share their memory. With the square root of the cells the sum of the ways from a frame to T would be the least, with the cells
 * themselves all ways would be as long: this is nearly that, as it is long ways that are felt, and a little more for what more groupings go by. One column alone is asked
 * for more often than two of them, and by state every question is, for its totals.
 */
function weightOf({ columns: [one = '', other], cells }: FramedSpace): number {
  if (other === undefined) return (one === 'state' ? 12 : 4) * cells ** 0.9;
  return ((TOLD_BY.get(one) ?? 1) * (TOLD_BY.get(other) ?? 1)) ** 0.2 * cells ** 0.9;
}

/** The part of the keyframes' memory, 0 to 1, that a space gets beside all others: the same whichever were asked for before. */
export function frameShare(space: FramedSpace, all: readonly FramedSpace[]): number {
  return Math.min(1, weightOf(space) / all.reduce((sum, one) => sum + weightOf(one), 0));
}
