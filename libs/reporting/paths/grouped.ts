import type { PipelineQuestion } from '../pipeline/tally.js';
import type { FlowGrouping, Group } from '../queries.js';
import { isOwnGrouping } from '../queries.js';
import type { DealInterval } from '../rows.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { groupOrder, keyReader } from '../scope/groupings.js';
import { inScope } from '../scope/scope.js';
import type { DealHistory } from './deal-history.js';
import type { DealPath } from './deal-path.js';
import { lastRow, pathOf } from './deal-path.js';
import type { FirmDealings } from './own-groupings.js';
import { ownReader } from './own-groupings.js';

export interface GroupedPaths {
  readonly group: Group;
  readonly paths: readonly DealPath[];
}

/** Deals of a flow question: those in scope by their state at T, by group; without a date of their own they are counted apart. */
export interface FlowDeals {
  /** In the order of the answer. One group of no keys where none was asked for, be it empty. */
  readonly groups: readonly GroupedPaths[];
  readonly undated: number;
  /** In scope and dated. */
  readonly all: readonly DealPath[];
}

export interface FlowQuestion {
  readonly question: PipelineQuestion;
  readonly groupBy: readonly FlowGrouping[];
  readonly view: DimensionView;
  readonly asOf: number;
  /** What all firms asked and bought; asked for only by groupings that tell of them. */
  readonly firms: () => FirmDealings;
}

/** Undated deals that T has not reached are in scope by their state at their recording. */
export function flowDeals(histories: Iterable<DealHistory>, { question, groupBy, view, asOf, firms }: FlowQuestion): FlowDeals {
  const isIn = inScope(question.scope, view, question.zone);
  const readers = groupBy.map((grouping) => {
    if (isOwnGrouping(grouping)) return ownReader(grouping, firms);
    const read = keyReader(grouping, view, question.zone);
    return (_: DealPath, last: DealInterval) => read(last);
  });
  const groups = new Map<string, { group: Group; paths: DealPath[] }>();
  if (readers.length === 0) groups.set('[]', { group: {}, paths: [] });
  const all: DealPath[] = [];
  let undated = 0;
  for (const history of histories) {
    const path = pathOf(history, asOf) ?? undatedPath(history);
    if (path === undefined) continue;
    const row = lastRow(path);
    if (!isIn(row)) continue;
    if (row.dated === 0) {
      undated += 1;
      continue;
    }
    const keys = readers.map((read) => read(path, row));
    const text = JSON.stringify(keys);
    let of = groups.get(text);
    if (of === undefined) {
      of = { group: Object.fromEntries(groupBy.map((grouping, index) => [grouping, keys[index] ?? null])), paths: [] };
      groups.set(text, of);
    }
    of.paths.push(path);
    all.push(path);
  }
  const order = groupOrder(groupBy, view);
  return { groups: [...groups.values()].sort((a, b) => order(a.group, b.group)), undated, all };
}

function undatedPath(history: DealHistory): DealPath | undefined {
  const [first] = history.rows;
  return first?.dated === 0 ? pathOf(history, first.registeredAt) : undefined;
}
