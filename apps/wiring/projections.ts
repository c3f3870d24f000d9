import type { Projection } from '../../libs/projection-engine/projection.js';
import { dealDirectory } from '../../projections/deal-directory/deal-directory.js';
import { dealHistory } from '../../projections/deal-history/deal-history.js';
import { dimensionTimelines } from '../../projections/dimension-timelines/dimension-timelines.js';
import { pipelineSnapshot } from '../../projections/pipeline-snapshot/pipeline-snapshot.js';

/** Every read model that is kept. The engine hands each projection its own states back, whatever they are. */
export const projections = [pipelineSnapshot, dimensionTimelines, dealHistory, dealDirectory] as readonly Projection[];

/** Those that grow with every event of a deal, which many processes can share; the others are small, and one keeps each. */
const BY_DEAL = [pipelineSnapshot, dealHistory, dealDirectory].map(({ model }) => model.name);

export function partitionsByModel(partitions: number): Readonly<Record<string, number>> {
  return Object.fromEntries(BY_DEAL.map((name) => [name, partitions]));
}
