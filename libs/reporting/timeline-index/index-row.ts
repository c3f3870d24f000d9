import type { DealInterval } from '../rows.js';

/** What the index keeps of a row of `pipeline-snapshot`. Whose row it is is not among it: no figure tells; deals behind one, histories and explanations are read from the store. */
export const INDEXED_FIELDS = [
  ...(['openedBy', 'ordinal', 'validFrom', 'validTo', 'endedBy', 'withdrawnBy', 'status', 'pipeline', 'stage', 'owner'] as const),
  ...(['company', 'product', 'source', 'origin', 'campaign', 'department', 'valueMinor', 'currency', 'decisionDate'] as const),
  ...(['closedAt', 'dated', 'registeredAt'] as const),
] as const;
export type IndexedRow = Pick<DealInterval, (typeof INDEXED_FIELDS)[number]>;
