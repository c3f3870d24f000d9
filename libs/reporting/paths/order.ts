import type { DealInterval } from '../rows.js';

/** Rows of one deal in the order of its corrected history: by instant, then by the tie of the fact that opened them. */
export function compareLife(a: Pick<DealInterval, 'validFrom' | 'tie'>, b: Pick<DealInterval, 'validFrom' | 'tie'>): number {
  if (a.validFrom !== b.validFrom) return a.validFrom - b.validFrom;
  return a.tie < b.tie ? -1 : a.tie > b.tie ? 1 : 0;
}
