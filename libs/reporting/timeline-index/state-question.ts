import type { EpochMs } from '../../domain/shared/instant.js';
import type { PipelineQuestion } from '../pipeline/tally.js';
import type { DimensionView } from '../scope/dimension-view.js';

export interface StateQuestion {
  readonly question: PipelineQuestion;
  readonly view: DimensionView;
  readonly asOf: EpochMs;
  readonly knownAt: number;
  /** K is the index's own position: rows withdrawn count nowhere, and keyframes hold. */
  readonly latest: boolean;
}
