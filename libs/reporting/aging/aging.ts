import type { EpochMs } from '../../domain/shared/instant.js';
import type { Behind, Counted } from '../behind/behind.js';
import type { AgingFigure } from '../behind/figures.js';
import type { Sums } from '../figures.js';
import { addDeal, figuresOf, moneyTexts, noSums } from '../figures.js';
import { lastRow } from '../paths/deal-path.js';
import type { DealPath } from '../paths/deal-path.js';
import { stageSpells, timedSpells } from '../paths/spells.js';
import { milestoneRow } from '../paths/milestones.js';
import type { PipelineQuestion } from '../pipeline/tally.js';
import type { Group, Grouping } from '../queries.js';
import type { AgeFigures, AgingAnswer, AgingClock, AgingRow } from '../standing-queries.js';
import { QuestionNotUnderstood } from '../queries.js';
import { AGING_CLOCKS } from '../standing-queries.js';
import type { DealInterval } from '../rows.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { groupOrder, keyReader, labelsOf } from '../scope/groupings.js';
import { inScope } from '../scope/scope.js';
import { dealBehind } from '../pipeline/deals-behind.js';

export const AGING_METHOD = 'aging/1';

/** Ends of the bands, in days; the last has none. */
const BANDS = [30, 60, 90, 180] as const;
const DAY_MS = 86_400_000;

export interface AgingInput {
  readonly question: PipelineQuestion;
  readonly clock: AgingClock;
  readonly asOf: EpochMs;
  /** Every deal's way as of (T, K). */
  readonly paths: Iterable<DealPath>;
  /** What ids mean at T, and at any instant before: a stay is judged by the process in force when it ended. */
  readonly view: DimensionView;
  readonly viewAt: (at: EpochMs) => DimensionView;
  /** How many of the oldest deals are listed. */
  readonly limit: number;
  readonly behind?: Behind<AgingFigure> | undefined;
}

export function parseClock(text: string): AgingClock {
  const clock = AGING_CLOCKS.find((known) => known === text);
  if (clock === undefined) throw new QuestionNotUnderstood(`'${text}' is no clock; take of ${AGING_CLOCKS.join(', ')}`);
  return clock;
}

/** @throws QuestionNotUnderstood: only open deals age, so a status is neither asked for nor grouped by */
export function checkAging({ groupBy, scope }: PipelineQuestion): void {
  if (groupBy.includes('status') || (scope.filters.status ?? []).length > 0) {
    throw new QuestionNotUnderstood('aging is of open deals: it takes no status');
  }
}

interface Aged {
  readonly path: DealPath;
  readonly row: DealInterval;
  /** Null where the deal's registration has no date of its own, or what the clock counts from was never recorded: how long it stands is not known. */
  readonly age: number | null;
  /** The row whose event its clock counts from; where none does, its last. */
  readonly since: DealInterval;
  readonly stagnant: boolean;
}

interface Cell {
  readonly group: Group;
  readonly sums: Sums;
  readonly stagnant: Sums;
  readonly ages: number[];
  readonly stages: Set<string>;
  ageUnknown: number;
}

/** Nearest rank: the smallest of the values that at least this share lies at or below. */
function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

function days(ms: number | null): number | null {
  return ms === null ? null : Math.round((ms / DAY_MS) * 100) / 100;
}

function stageKey(pipeline: string | null, stage: string | null): string {
  return JSON.stringify([pipeline, stage]);
}

/** How long stays in each stage took that have ended by T: what a running one is compared with. */
function finishedStays(paths: readonly DealPath[], viewAt: (at: EpochMs) => DimensionView): Map<string, number[]> {
  const finished = new Map<string, number[]>();
  for (const path of paths) {
    if (lastRow(path).dated === 0) continue;
    for (const { pipeline, stage, from, to, exit, postponedMs } of timedSpells(path, (p, s, at) => viewAt(at).stageIndex(p, s))) {
      if (exit === null) continue;
      const key = stageKey(pipeline, stage);
      const lengths = finished.get(key);
      if (lengths === undefined) finished.set(key, [to - from - postponedMs]);
      else lengths.push(to - from - postponedMs);
    }
  }
  for (const lengths of finished.values()) lengths.sort((a, b) => a - b);
  return finished;
}

/** What the clock shows, and the row whose event it counts from; null where that was never recorded. */
function ageOf(path: DealPath, { clock, asOf, viewAt }: AgingInput): { readonly ms: number; readonly since: DealInterval } | null {
  const row = lastRow(path);
  if (clock === 'since_any_activity') return { ms: asOf - row.validFrom, since: row };
  if (clock === 'since_customer_contact') {
    const contacted = milestoneRow(path, 'contacted');
    return contacted === undefined ? null : { ms: asOf - contacted.validFrom, since: contacted };
  }
  const running = stageSpells(path, (p, s, at) => viewAt(at).stageIndex(p, s)).at(-1);
  // Postponed time is its own clock (metrics.md section 4).
  if (running?.isUndated === true) return null;
  if (running?.exit === null) return { ms: running.to - running.from - running.postponedMs, since: running.entry };
  return { ms: asOf - (row.stageSince ?? row.validFrom), since: row };
}

function agedDeal(path: DealPath, input: AgingInput): Aged {
  const row = lastRow(path);
  const clock = row.dated === 0 ? null : ageOf(path, input);
  const age = clock?.ms ?? null;
  const stage =
    row.pipeline === null ? undefined : input.view.values('process', row.pipeline)?.process.stages.find(({ id }) => id === row.stage);
  const limit = stage?.stagnatesAfterDays ?? null;
  return { path, row, age, since: clock?.since ?? row, stagnant: limit !== null && age !== null && age > limit * DAY_MS };
}

function bands(ages: readonly number[]): AgeFigures['bands'] {
  return [...BANDS, null].map((upToDays, index) => {
    const above = index === 0 ? Number.NEGATIVE_INFINITY : (BANDS[index - 1] ?? 0) * DAY_MS;
    const upTo = upToDays === null ? Number.POSITIVE_INFINITY : upToDays * DAY_MS;
    return { upToDays, deals: ages.filter((age) => age > above && age <= upTo).length };
  });
}

function ageFigures(ages: readonly number[]): AgeFigures {
  const sorted = [...ages].sort((a, b) => a - b);
  return {
    medianDays: days(percentile(sorted, 0.5)),
    p75Days: days(percentile(sorted, 0.75)),
    p90Days: days(percentile(sorted, 0.9)),
    longestDays: days(sorted.at(-1) ?? null),
    bands: bands(sorted),
  };
}

function emptyCell(group: Group): Cell {
  return { group, sums: noSums(), stagnant: noSums(), ages: [], stages: new Set(), ageUnknown: 0 };
}

function put(cell: Cell, { row, age, stagnant }: Aged): void {
  addDeal(cell.sums, row, null);
  if (stagnant) addDeal(cell.stagnant, row, null);
  if (age === null) cell.ageUnknown += 1;
  else cell.ages.push(age);
  cell.stages.add(stageKey(row.pipeline, row.stage));
}

function figures(cell: Cell): Omit<AgingRow, 'group' | 'labels' | 'thresholdDays' | 'usualDays'> {
  const { deals, unvalued, value } = figuresOf(cell.sums);
  const stagnant = { deals: cell.stagnant.deals, unvalued: cell.stagnant.unvalued, value: moneyTexts(cell.stagnant.value) };
  return { deals, unvalued, value, ageUnknown: cell.ageUnknown, age: ageFigures(cell.ages), stagnant };
}

function figuresOfDeal({ row, age, stagnant }: Aged): readonly AgingFigure[] {
  const isValued = row.valueMinor !== null && row.currency !== null;
  return [
    'deals',
    ...(isValued ? [] : (['unvalued'] as const)),
    ...(age === null ? (['ageUnknown'] as const) : []),
    ...(stagnant ? (['stagnant.deals'] as const) : []),
    ...(stagnant && !isValued ? (['stagnant.unvalued'] as const) : []),
  ];
}

function agedCounted({ age, since }: Aged, group: Group): Counted {
  return { group, event: since, days: age === null ? null : age / DAY_MS };
}

/**
 * How long open deals stand, and which stand still, by a named clock as of T (metrics.md section 4): the threshold is that of the stage in the
 * process in force at T, `usualDays` the P75 of the stays in that stage which had ended by then.
 */
export function agingReport(input: AgingInput): Pick<AgingAnswer, 'rows' | 'oldest' | 'postponed' | 'totals'> {
  const { question, view } = input;
  const paths = [...input.paths];
  const isIn = inScope(question.scope, view, question.zone);
  const readers = question.groupBy.map((grouping) => keyReader(grouping, view, question.zone));
  const inside = paths.filter((path) => isIn(lastRow(path)));
  const aged = inside.filter((path) => lastRow(path).status === 'open').map((path) => agedDeal(path, input));
  const cells = new Map<string, Cell>();
  const all = emptyCell({});
  for (const deal of aged) {
    const values = readers.map((read) => read(deal.row));
    const key = JSON.stringify(values);
    const cell =
      cells.get(key) ?? emptyCell(Object.fromEntries(question.groupBy.map((grouping, index) => [grouping, values[index] ?? null])));
    cells.set(key, cell);
    put(cell, deal);
    put(all, deal);
    input.behind?.take(figuresOfDeal(deal), deal.path, () => agedCounted(deal, cell.group));
  }
  const usual = finishedStays(paths, input.viewAt);
  const order = groupOrder(question.groupBy, view);
  return {
    rows: [...cells.values()]
      .sort((a, b) => order(a.group, b.group))
      .map((cell) => ({ group: cell.group, labels: labelsOf(cell.group, view), ...figures(cell), ...ofOneStage(cell, view, usual) })),
    oldest: oldest(aged, input),
    postponed: inside.filter((path) => lastRow(path).status === 'postponed').length,
    totals: figures(all),
  };
}

/** Where a group's deals are all in one stage, what is usual there and what is too long. */
function ofOneStage(
  { stages }: Cell,
  view: DimensionView,
  usual: ReadonlyMap<string, readonly number[]>,
): Pick<AgingRow, 'thresholdDays' | 'usualDays'> {
  const [only, ...others] = stages;
  if (only === undefined || others.length > 0) return { thresholdDays: null, usualDays: null };
  const [pipeline, stage] = JSON.parse(only) as [string, string]; // as `stageKey` wrote it
  const inForce = view.values('process', pipeline)?.process.stages.find(({ id }) => id === stage);
  return { thresholdDays: inForce?.stagnatesAfterDays ?? null, usualDays: days(percentile(usual.get(only) ?? [], 0.75)) };
}

function oldest(aged: readonly Aged[], { limit, view }: AgingInput): AgingAnswer['oldest'] {
  return aged
    .filter(({ age }) => age !== null)
    .sort((a, b) => (b.age ?? 0) - (a.age ?? 0) || (a.row.entity < b.row.entity ? -1 : 1))
    .slice(0, limit)
    .map(({ row, age, stagnant }) => ({ ...dealBehind(row, view), ageDays: days(age) ?? 0, stagnant }));
}

export const AGING_GROUPS: readonly Grouping[] = ['stage'];
