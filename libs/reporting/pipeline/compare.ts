import { DEAL_STATUSES } from '../../domain/deal/deal.evolve.js';
import type { DealSums } from '../figures.js';
import { figuresOf, noSums, subtractSums } from '../figures.js';
import type { CompareAnswer, CompareRow, Group, Grouping, Labels, ThenNow } from '../queries.js';
import { NOT_KNOWN_YET } from '../queries.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { groupOrder, labelsOf } from '../scope/groupings.js';
import type { PipelineState } from './tally.js';

export const COMPARE_METHOD = 'compare/1';

/** A state and the view it was grouped by; a null state is one of which nothing was known yet. */
export interface StateSeen {
  readonly state: PipelineState | null;
  readonly view: DimensionView;
}

function sumsThenNow(then: DealSums | null, now: DealSums | null): ThenNow {
  return {
    then: then === null ? NOT_KNOWN_YET : figuresOf(then),
    now: now === null ? NOT_KNOWN_YET : figuresOf(now),
    difference: then === null || now === null ? NOT_KNOWN_YET : figuresOf(subtractSums(now, then)),
  };
}

/** The names of now, and those of then for what has none any more. */
function labelsNowOrThen(group: Group, then: DimensionView, now: DimensionView): Labels {
  const before = labelsOf(group, then);
  const after = labelsOf(group, now);
  const entries = Object.keys({ ...before, ...after }).map((name) => {
    const grouping = name as Grouping; // labels have the keys of groups
    return [grouping, after[grouping] ?? before[grouping] ?? null] as const;
  });
  return Object.fromEntries(entries);
}

/** Then versus now: a row for every group of either state, in the order of today's process. */
export function compareReport(
  then: StateSeen,
  now: StateSeen,
  groupBy: readonly Grouping[],
): Pick<CompareAnswer, 'rows' | 'undated' | 'totals'> {
  const pairs = new Map<string, { readonly group: Group; then: DealSums; now: DealSums }>();
  const put = (side: 'then' | 'now', state: PipelineState | null): void => {
    for (const { group, sums } of state?.groups ?? []) {
      const key = JSON.stringify(groupBy.map((grouping) => group[grouping]));
      const pair = pairs.get(key) ?? { group, then: noSums(), now: noSums() };
      pair[side] = sums;
      pairs.set(key, pair);
    }
  };
  put('then', then.state);
  put('now', now.state);
  const order = groupOrder(groupBy, now.view);
  const rows: CompareRow[] = [...pairs.values()]
    .sort((a, b) => order(a.group, b.group))
    .map(({ group, then: before, now: after }) => ({
      group,
      labels: labelsNowOrThen(group, then.view, now.view),
      ...sumsThenNow(then.state && before, now.state && after),
    }));
  const totals = [
    ...DEAL_STATUSES.map((status) => {
      const before = then.state === null ? null : (then.state.byStatus.get(status) ?? noSums());
      const after = now.state === null ? null : (now.state.byStatus.get(status) ?? noSums());
      return [status, sumsThenNow(before, after)] as const;
    }),
    ['all', sumsThenNow(then.state?.all ?? null, now.state?.all ?? null)] as const,
  ];
  const undated = {
    then: then.state?.undated ?? NOT_KNOWN_YET,
    now: now.state?.undated ?? NOT_KNOWN_YET,
    difference: then.state === null || now.state === null ? NOT_KNOWN_YET : now.state.undated - then.state.undated,
  } as const;
  return { rows, undated, totals: Object.fromEntries(totals) };
}
