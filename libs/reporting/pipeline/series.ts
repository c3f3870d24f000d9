import type { EpochMs } from '../../domain/shared/instant.js';
import { isoInstant } from '../../domain/shared/instant.js';
import type { SeriesAnswer } from '../queries.js';
import { NOT_KNOWN_YET } from '../queries.js';
import type { StateSeen } from './compare.js';
import { pipelineRows } from './pipeline.js';
import { totalsOf } from './tally.js';

export const SERIES_METHOD = 'series/1';

/** The state at each point, in the order of time; rows of a point of which nothing was known yet are missing, and the point says so. */
export function seriesReport(points: readonly (StateSeen & { readonly at: EpochMs })[]): Pick<SeriesAnswer, 'rows' | 'points'> {
  return {
    rows: points.flatMap(({ at, state, view }) =>
      state === null ? [] : pipelineRows(state, view).map((row) => ({ at: isoInstant(at), ...row })),
    ),
    points: points.map(({ at, state }) => ({
      at: isoInstant(at),
      undated: state?.undated ?? NOT_KNOWN_YET,
      totals: state === null ? NOT_KNOWN_YET : totalsOf(state),
    })),
  };
}
