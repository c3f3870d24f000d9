import type { PipelineState } from '../../libs/reporting/pipeline/tally.js';

/** An answer that every peer can give: one line a group, its keys, then deals, deals without a value, and the sum in minor units. Sorted. */
export type PlainAnswer = readonly string[];

export function plainLine(keys: readonly (string | null)[], deals: number, unvalued: number, value: number): string {
  return JSON.stringify([...keys, deals, unvalued, value]);
}

export function plainAnswer({ groups }: PipelineState): PlainAnswer {
  return groups
    .map(({ group, sums }) =>
      plainLine(
        Object.values(group),
        sums.deals,
        sums.unvalued,
        [...sums.value.values()].reduce((sum, minor) => sum + minor, 0),
      ),
    )
    .sort();
}
