import { DEAL_STATUSES } from '../../domain/deal/deal.evolve.js';
import type { DealSums, Sums } from '../figures.js';
import { addDeal, addSums, figuresOf, noSums } from '../figures.js';
import type { Group, Grouping, RateInForce, Totals } from '../queries.js';
import type { DealInterval } from '../rows.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { dimensionOf, inGroupOrder, keyReader } from '../scope/groupings.js';
import { worthIn } from '../scope/conversion.js';
import type { Scope } from '../scope/scope.js';
import { filterEntries, inScope } from '../scope/scope.js';
import type { ReportZone } from '../time/report-zone.js';

/** What every pipeline report asks of the deals at one (T, K). */
export interface PipelineQuestion {
  readonly groupBy: readonly Grouping[];
  readonly scope: Scope;
  readonly zone: ReportZone;
  /** An ISO 4217 currency; left out: values stand in their own. */
  readonly convertTo?: string;
}

export interface GroupSums {
  readonly group: Group;
  readonly sums: DealSums;
}

/** The state of all deals in scope at one (T, K), in sums: what pipeline, comparison and series are made of. */
export interface PipelineState {
  /** In the order of the answer. */
  readonly groups: readonly GroupSums[];
  readonly byStatus: ReadonlyMap<string, DealSums>;
  readonly all: DealSums;
  readonly undated: number;
  readonly processVersions: readonly string[];
  readonly currency: readonly string[];
  readonly assumedSinceBeginning: readonly string[];
  /** What converts into the currency asked for; none where none was. */
  readonly rates: readonly RateInForce[];
}

/** Takes the rows that count at (T, K) in any order. */
export interface PipelineTally {
  add(row: DealInterval): void;
  /** The state, at the end of its undated facts, of a deal registered without a date that T has not reached. */
  addUndated(row: DealInterval): void;
  state(): PipelineState;
}

interface Booked extends GroupSums {
  readonly sums: Sums;
}

interface Cell extends Booked {
  readonly status: string;
}

/** Keys never hold this character: ids do not, and names are not keys. */
const BETWEEN = '\u001f';
const NULL = '\u001e';

export function pipelineTally(question: PipelineQuestion, view: DimensionView): PipelineTally {
  const { groupBy, scope, zone } = question;
  const worth = worthIn(question.convertTo, view);
  const readers = groupBy.map((grouping) => keyReader(grouping, view, zone));
  const isIn = inScope(scope, view, zone);
  const cells = new Map<string, Cell>();
  const pipelines = new Set<string>();
  let undated = 0;

  function cellOf(row: DealInterval): Cell {
    // By status always: totals are told by status, whatever the grouping.
    let key: string = row.status;
    for (const read of readers) key += BETWEEN + (read(row) ?? NULL);
    let cell = cells.get(key);
    if (cell === undefined) {
      const group = Object.fromEntries(groupBy.map((grouping, index) => [grouping, readers[index]?.(row) ?? null]));
      cell = { group, status: row.status, sums: noSums() };
      cells.set(key, cell);
    }
    return cell;
  }

  return {
    add(row) {
      if (!isIn(row)) return;
      addDeal(cellOf(row).sums, worth(row), row.status === 'open' ? view.weightOf(row.pipeline, row.stage) : null);
      if (row.pipeline !== null) pipelines.add(row.pipeline);
    },
    addUndated(row) {
      if (isIn(row)) undated += 1;
    },
    state() {
      const groups = new Map<string, Booked>();
      const byStatus = new Map<string, Sums>(DEAL_STATUSES.map((status) => [status, noSums()]));
      for (const [key, { group, status, sums }] of cells) {
        const groupKey = key.slice(status.length);
        let of = groups.get(groupKey);
        if (of === undefined) groups.set(groupKey, (of = { group, sums: noSums() }));
        addSums(of.sums, sums);
        const ofStatus = byStatus.get(status);
        if (ofStatus !== undefined) addSums(ofStatus, sums);
      }
      return pipelineState(question, view, { groups: inGroupOrder([...groups.values()], groupBy, view), byStatus, pipelines, undated });
    },
  };
}

/** What a source of sums knows of the deals in scope, before it is told what they stand on. */
export interface StateParts {
  /** Each group once, in the order of the answer. */
  readonly groups: readonly GroupSums[];
  /** Every status once; all of them together are all deals. */
  readonly byStatus: ReadonlyMap<string, DealSums>;
  readonly pipelines: ReadonlySet<string>;
  readonly undated: number;
}

export function pipelineState({ groupBy, scope, convertTo }: PipelineQuestion, view: DimensionView, parts: StateParts): PipelineState {
  const { groups, byStatus, pipelines, undated } = parts;
  const all = noSums();
  for (const sums of byStatus.values()) addSums(all, sums);
  const asked = new Set([...groupBy, ...filterEntries(scope.filters).map(([grouping]) => grouping)].map(dimensionOf));
  const assumed = [...asked, ...(all.weighing > 0 ? (['process'] as const) : []), ...(convertTo === undefined ? [] : (['rate'] as const))];
  return {
    groups,
    byStatus,
    all,
    undated,
    processVersions: [...pipelines].sort().flatMap((pipeline) => {
      const version = view.values('process', pipeline)?.version;
      return version === undefined ? [] : [`${pipeline}@${version}`];
    }),
    currency: [...all.value.keys()].sort(),
    assumedSinceBeginning: assumed.flatMap((kind) => (kind !== undefined && view.assumes(kind) ? [kind] : [])).sort(),
    rates: convertTo === undefined ? [] : view.rates.into(convertTo),
  };
}

export function totalsOf({ byStatus, all }: PipelineState): Totals {
  return Object.fromEntries([...[...byStatus].map(([status, sums]) => [status, figuresOf(sums)]), ['all', figuresOf(all)]]);
}
