import type { DealPath } from '../paths/deal-path.js';
import { lastRow } from '../paths/deal-path.js';
import { isClosed } from '../paths/milestones.js';
import type { Conversion } from './methods.js';

/**
 * What has become of the deals that were ever in a stage, of those that have ended by T: won / ended, in whole basis points (requirement FC10: volume times
 * historical conversion). Deals without a date of their own tell as much as others here: an end is an end.
 */
export function conversionOf(paths: Iterable<DealPath>): Conversion {
  const stages = new Map<string, { ended: number; won: number }>();
  for (const path of paths) {
    const last = lastRow(path);
    if (!isClosed(last.status)) continue;
    const seen = new Set(
      path.rows.flatMap(({ status, pipeline, stage }) => (status === 'open' ? [JSON.stringify([pipeline, stage])] : [])),
    );
    for (const key of seen) {
      const counts = stages.get(key) ?? { ended: 0, won: 0 };
      counts.ended += 1;
      if (last.status === 'won') counts.won += 1;
      stages.set(key, counts);
    }
  }
  return (pipeline, stage) => {
    const counts = stages.get(JSON.stringify([pipeline, stage]));
    return counts === undefined ? undefined : Math.round((counts.won / counts.ended) * 10_000);
  };
}
