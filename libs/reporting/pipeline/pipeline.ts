import { figuresOf } from '../figures.js';
import type { PipelineAnswer, PipelineRow } from '../queries.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { labelsOf } from '../scope/groupings.js';
import type { PipelineState } from './tally.js';
import { totalsOf } from './tally.js';

export const PIPELINE_METHOD = 'pipeline/1';

export function pipelineRows(state: PipelineState, view: DimensionView): readonly PipelineRow[] {
  return state.groups.map(({ group, sums }) => ({ group, labels: labelsOf(group, view), ...figuresOf(sums) }));
}

/** The pipeline report without its basis (metrics.md section 2 has the weighting, design section 7 the groups). */
export function pipelineReport(state: PipelineState, view: DimensionView): Pick<PipelineAnswer, 'rows' | 'undated' | 'totals'> {
  return { rows: pipelineRows(state, view), undated: state.undated, totals: totalsOf(state) };
}
