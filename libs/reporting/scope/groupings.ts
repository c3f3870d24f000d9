import { nearest } from '../nearest.js';
import type { Personal } from '../../domain/shared/envelope.js';
import { NOT_IN_SOURCE } from '../../domain/shared/envelope.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { DEAL_STATUSES } from '../../domain/deal/deal.evolve.js';
import type { FlowGrouping, Group, Grouping, Labels } from '../queries.js';
import { GROUPINGS, QuestionNotUnderstood, RELATIONSHIPS } from '../queries.js';
import type { DealInterval, DimensionKind } from '../rows.js';
import { liveStage } from '../rows.js';
import type { Period, PeriodUnit } from '../time/period.js';
import { periodAround } from '../time/period.js';
import type { ReportZone } from '../time/report-zone.js';
import type { DimensionView } from './dimension-view.js';
import { nameOf } from './dimension-view.js';

export type KeyReader = (row: DealInterval) => string | null;

const DAY_MS = 86_400_000;

/** The label of the period an instant is in. The calendar is asked once for each period that occurs, and not once per deal. */
export function periodLabels(unit: PeriodUnit, zone: ReportZone): (at: EpochMs) => string {
  const periods: Period[] = [];
  /** The period found last in each UTC day. */
  const byDay = new Map<number, Period>();
  const holds = ({ start, end }: Period, at: EpochMs): boolean => at >= start && at < end;
  return (at) => {
    const day = Math.floor(at / DAY_MS);
    const last = byDay.get(day);
    if (last !== undefined && holds(last, at)) return last.label;
    let period = periods.find((known) => holds(known, at));
    if (period === undefined) periods.push((period = periodAround(at, unit, zone)));
    byDay.set(day, period);
    return period.label;
  };
}

function closing(unit: 'month' | 'quarter', zone: ReportZone): KeyReader {
  const labelAt = periodLabels(unit, zone);
  return (row) => {
    if (row.closedAt !== null) return labelAt(row.closedAt);
    if (row.decisionDate === null) return null;
    const [year = '', month = ''] = row.decisionDate.split('-');
    return unit === 'month' ? `${year}-${month}` : `${year}-Q${Math.ceil(Number(month) / 3)}`;
  };
}

/**
 * How a deal's row is read by a grouping's name. `closingMonth` and `closingQuarter` are when a closed deal closed (in the zone), and when the
 * customer is expected to decide (a calendar date) on any other. `department` is the one that received the request.
 */
export function keyReader(grouping: Grouping, view: DimensionView, zone: ReportZone): KeyReader {
  switch (grouping) {
    case 'stage':
      return liveStage;
    case 'lastStage':
      return (row) => row.stage;
    case 'team':
    case 'manager':
    case 'office':
      return (row) => view.ofOwner(row.owner, grouping);
    case 'industry':
      return (row) => view.industryOf(row.company);
    case 'closingMonth':
      return closing('month', zone);
    case 'closingQuarter':
      return closing('quarter', zone);
    default:
      return (row) => row[grouping];
  }
}

/** @throws QuestionNotUnderstood for a name that is no grouping, or one said twice */
export function parseGroupings(names: readonly string[]): readonly Grouping[];
/** Of a report that knows more than those of every report. */
export function parseGroupings<G extends string>(names: readonly string[], known: readonly G[]): readonly G[];
export function parseGroupings(names: readonly string[], known: readonly string[] = GROUPINGS): readonly string[] {
  const groupings = names.map((name) => {
    const grouping = known.find((each) => each === name);
    if (grouping === undefined)
      throw new QuestionNotUnderstood(`'${name}' is no grouping${nearest(name, known)}; take of ${known.join(', ')}`);
    return grouping;
  });
  const twice = groupings.find((grouping, index) => groupings.indexOf(grouping) !== index);
  if (twice !== undefined) throw new QuestionNotUnderstood(`'${twice}' is named twice`);
  return groupings;
}

/** What the ids of a grouping name. A team is named by a text of its own or, as in many sources, by its manager: then it has that person's name. */
export const NAMED_KINDS: { readonly [G in FlowGrouping]?: 'employee' | 'company' | 'product' | 'campaign' } = {
  owner: 'employee',
  receivedBy: 'employee',
  manager: 'employee',
  team: 'employee',
  company: 'company',
  product: 'product',
  campaign: 'campaign',
};

/** Which timelines a grouping is joined with: what is assumed of them is said in the basis. */
export function dimensionOf(grouping: Grouping): DimensionKind | undefined {
  if (grouping === 'team' || grouping === 'manager' || grouping === 'office') return 'employee';
  return grouping === 'industry' ? 'company' : undefined;
}

function stageLabel(stage: string, pipeline: string | null, view: DimensionView): string | null {
  const pipelines = pipeline === null ? [...view.all('process').keys()] : [pipeline];
  const labels = new Set(pipelines.flatMap((id) => view.stageLabels(id).get(stage) ?? []));
  // Two pipelines may call one stage id by two names: then the id is all that is true of both.
  return labels.size === 1 ? ([...labels][0] ?? null) : null;
}

/** The name of what a grouping's value stands for; undefined for groupings whose values name themselves. */
export function labelOf(grouping: FlowGrouping, value: string, view: DimensionView, pipeline: string | null): Personal | null | undefined {
  const kind = NAMED_KINDS[grouping];
  if (grouping === 'team') return nameOf(view, 'employee', value) ?? undefined;
  if (value === NOT_IN_SOURCE) return kind === undefined ? undefined : null;
  if (kind !== undefined) return nameOf(view, kind, value);
  if (grouping === 'stage' || grouping === 'lastStage') return stageLabel(value, pipeline, view);
  if (grouping === 'pipeline') return view.values('process', value)?.process.name ?? null;
  return undefined;
}

/** The names beside a group's ids: one for each grouping whose values stand for something with a name. */
export function labelsOf(group: Group, view: DimensionView): Labels {
  const labels: Partial<Record<FlowGrouping, Personal | null>> = {};
  for (const [name, value] of Object.entries(group)) {
    const grouping = name as FlowGrouping; // a group's keys are groupings
    const label = value === null ? undefined : labelOf(grouping, value, view, group.pipeline ?? null);
    if (label !== undefined) labels[grouping] = label;
  }
  return labels;
}

function textOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether `valueOrder` is another where the process in force is. */
export function isOrderedByView(grouping: FlowGrouping): boolean {
  return grouping === 'stage' || grouping === 'lastStage';
}

/** Statuses in the order of the process, stages in that of their pipeline, all else by its text; not known comes last. */
export function valueOrder(grouping: FlowGrouping, view: DimensionView): (a: string | null, b: string | null) => number {
  let place: ((value: string) => number) | undefined;
  if (grouping === 'relationship') place = (value) => RELATIONSHIPS.findIndex((relationship) => relationship === value);
  if (grouping === 'status') place = (value) => DEAL_STATUSES.findIndex((status) => status === value);
  if (isOrderedByView(grouping)) {
    const first = new Map<string, number>();
    for (const { process } of view.all('process').values()) {
      process.stages.forEach(({ id }, index) => first.set(id, Math.min(index, first.get(id) ?? index)));
    }
    place = (value) => first.get(value) ?? Number.MAX_SAFE_INTEGER;
  }
  return (a, b) => {
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    return (place === undefined ? 0 : place(a) - place(b)) || textOrder(a, b);
  };
}

/** The one order of an answer's rows, whatever order the deals came in. */
export function groupOrder(groupings: readonly FlowGrouping[], view: DimensionView): (a: Group, b: Group) => number {
  const orders = groupings.map((grouping) => [grouping, valueOrder(grouping, view)] as const);
  return (a, b) => {
    for (const [grouping, order] of orders) {
      const difference = order(a[grouping] ?? null, b[grouping] ?? null);
      if (difference !== 0) return difference;
    }
    return 0;
  };
}

/** Things of groups in that order. Each value is placed among the others once, then places are compared: thousands of groups are ordered in a millisecond. */
export function inGroupOrder<T extends { readonly group: Group }>(
  things: readonly T[],
  groupings: readonly Grouping[],
  view: DimensionView,
): T[] {
  const places = groupings.map((grouping) => {
    const values = things.map(({ group }) => group[grouping] ?? null);
    const ranks = new Map([...new Set(values)].sort(valueOrder(grouping, view)).map((value, rank) => [value, rank]));
    return Uint32Array.from(values, (value) => ranks.get(value) ?? 0); // every value has its rank
  });
  const order = Uint32Array.from(things, (_, index) => index).sort((a, b) => {
    for (const ranks of places) {
      const difference = ranks[a]! - ranks[b]!; // a and b are indexes of things
      if (difference !== 0) return difference;
    }
    return a - b;
  });
  return Array.from(order, (index) => things[index]!); // likewise
}
