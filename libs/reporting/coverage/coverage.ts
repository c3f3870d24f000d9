import type { EpochMs } from '../../domain/shared/instant.js';
import { moneyText, weigh } from '../../domain/shared/money.js';
import { addMoney } from '../money-sums.js';
import type { PipelineQuestion } from '../pipeline/tally.js';
import type { Filters, Group, Grouping } from '../queries.js';
import type { CoverageAnswer, CoverageFigures, CoverageRow } from '../standing-queries.js';
import { QuestionNotUnderstood } from '../queries.js';
import type { DealInterval, DimensionValues } from '../rows.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { groupOrder, keyReader, labelsOf } from '../scope/groupings.js';
import { filterEntries, inScope } from '../scope/scope.js';
import type { Period } from '../time/period.js';
import type { Ended } from './needed.js';
import { addEnded, averageWon, dealsNeeded, nothingEnded, winRateOf, winsNeeded } from './needed.js';

export const COVERAGE_METHOD = 'coverage/1';
export const COVERAGE_GROUPS: readonly Grouping[] = [];

export interface CoverageInput {
  readonly question: PipelineQuestion;
  readonly period: Period;
  readonly asOf: EpochMs;
  /** The rows that count at (T, K). */
  readonly rows: Iterable<DealInterval>;
  readonly view: DimensionView;
}

interface Cell {
  readonly group: Group;
  deals: number;
  unvalued: number;
  noExpectedDate: number;
  readonly open: Map<string, number>;
  readonly weighted: Map<string, number>;
  readonly won: Map<string, number>;
  /** Of all time up to T: what is needed is told at the rates so far. */
  readonly ended: Ended;
}

type Quota = DimensionValues['quota'];

/** @throws QuestionNotUnderstood: quotas are of persons, teams and the firm */
export function checkCoverage({ groupBy, scope }: PipelineQuestion): void {
  const [only, ...more] = groupBy;
  if (more.length > 0 || (only !== undefined && only !== 'owner' && only !== 'team')) {
    throw new QuestionNotUnderstood('coverage is grouped by owner or by team: quotas are of persons, teams and the firm');
  }
  if ((scope.filters.status ?? []).length > 0 || scope.closing !== null) {
    throw new QuestionNotUnderstood('coverage has its own period and statuses: it takes no status and no closing');
  }
}

/**
 * Quotas wholly inside the period, of the holders that a group is about. Of the whole firm: its own target, else the teams', else the persons';
 * of a team likewise. They are never added up across the kinds, which would count them twice.
 */
function quotaOf(quotas: readonly Quota[], group: Group, view: DimensionView): ReadonlyMap<string, number> {
  const of = (wanted: (holder: Quota['holder']) => boolean): Map<string, number> => {
    const sums = new Map<string, number>();
    for (const { holder, amount } of quotas) if (wanted(holder)) addMoney(sums, amount.currency, amount.minor);
    return sums;
  };
  const firstOf = (...choices: readonly Map<string, number>[]): Map<string, number> => choices.find(({ size }) => size > 0) ?? new Map();
  if (group.owner !== undefined) return of((holder) => holder.kind === 'person' && holder.employeeId === group.owner);
  if (group.team !== undefined) {
    return firstOf(
      of((holder) => holder.kind === 'team' && holder.team === group.team),
      of((holder) => holder.kind === 'person' && view.ofOwner(holder.employeeId, 'team') === group.team),
    );
  }
  return firstOf(
    of(({ kind }) => kind === 'firm'),
    of(({ kind }) => kind === 'team'),
    of(({ kind }) => kind === 'person'),
  );
}

/** Quotas that a filter leaves in scope: of the people or teams it names. Other filters cut deals that no quota cuts alike, and leave none. */
function quotasInScope(quotas: readonly Quota[], filters: Filters, view: DimensionView): readonly Quota[] {
  const names = filterEntries(filters).map(([name]) => name);
  if (names.length === 0) return quotas;
  if (names.some((name) => name !== 'owner' && name !== 'team')) return [];
  const { owner, team } = filters;
  return quotas.filter(({ holder }) => {
    if (holder.kind === 'firm') return false;
    if (holder.kind === 'team') return owner === undefined && (team ?? []).includes(holder.team);
    const ownTeam = view.ofOwner(holder.employeeId, 'team');
    return (owner === undefined || owner.includes(holder.employeeId)) && (team === undefined || (ownTeam !== null && team.includes(ownTeam)));
  });
}

/** Of one holder, a quarter's quota and those of its months are one target said twice: the longer spans count, and of the others those beside them. */
function notTwice(quotas: readonly Quota[]): readonly Quota[] {
  const taken = new Map<string, Quota[]>();
  const days = ({ from, to }: Quota): number => Date.parse(to) - Date.parse(from);
  for (const quota of quotas.toSorted((a, b) => days(b) - days(a))) {
    const key = JSON.stringify([quota.holder, quota.amount.currency]);
    const own = taken.get(key) ?? [];
    const isLonger = (other: Quota): boolean => days(other) > days(quota) && quota.from < other.to && other.from < quota.to;
    if (!own.some(isLonger)) own.push(quota);
    taken.set(key, own);
  }
  return [...taken.values()].flat();
}

function ratio(open: number, of: number): number {
  return Math.round((open / of) * 10_000) / 10_000;
}

interface Parts {
  readonly open: ReadonlyMap<string, number>;
  readonly weighted: ReadonlyMap<string, number>;
  readonly won: ReadonlyMap<string, number>;
  readonly quota: ReadonlyMap<string, number>;
  readonly ended: Ended;
  readonly elapsed: number;
}

function coverageFigures({ open, weighted, won, quota, ended, elapsed }: Parts): readonly CoverageFigures[] {
  return [...new Set([...open.keys(), ...won.keys(), ...quota.keys()])].sort().map((currency) => {
    const [inOpen, inWon, whole] = [open.get(currency) ?? 0, won.get(currency) ?? 0, quota.get(currency)];
    const text = (minor: number): string => moneyText({ minor, currency }).amount;
    const remaining = whole === undefined ? null : whole - inWon;
    const projected = inWon + (weighted.get(currency) ?? 0);
    const ofQuota = (minor: number): number | null => (whole === undefined || whole === 0 ? null : ratio(minor, whole));
    const average = averageWon(ended, currency);
    const wins = remaining === null ? null : winsNeeded(remaining, average);
    return {
      currency,
      open: text(inOpen),
      won: text(inWon),
      quota: whole === undefined ? null : text(whole),
      remaining: remaining === null ? null : text(Math.max(remaining, 0)),
      // Nothing left to win is 'met', not infinity (metrics.md section 2).
      ofRemaining: remaining === null ? null : remaining <= 0 ? 'met' : ratio(inOpen, remaining),
      ofWhole: ofQuota(inOpen),
      attainment: ofQuota(inWon),
      pace: whole === undefined || whole === 0 || elapsed === 0 ? null : ratio(inWon / elapsed, whole),
      projected: text(projected),
      projectedOfQuota: ofQuota(projected),
      averageWon: average === null ? null : text(Math.round(average)),
      winsNeeded: wins,
      dealsNeeded: wins === null ? null : dealsNeeded(wins, ended),
    };
  });
}

function emptyCell(group: Group): Cell {
  return { group, deals: 0, unvalued: 0, noExpectedDate: 0, open: new Map(), weighted: new Map(), won: new Map(), ended: nothingEnded() };
}

/** 0 before the period, 1 after it. */
export function elapsedShare({ start, end }: Period, asOf: EpochMs): number {
  return Math.min(1, Math.max(0, (asOf + 1 - start) / (end - start)));
}

/** Open deals expected in the period, beside what is still to be won of its quota, and beside the whole of it: two figures with two names. */
export function coverageReport({ question, period, rows, view, asOf }: CoverageInput): Pick<CoverageAnswer, 'rows' | 'totals'> {
  const isIn = inScope(question.scope, view, question.zone);
  const readers = question.groupBy.map((grouping) => keyReader(grouping, view, question.zone));
  const inPeriod = [...view.all('quota').values()].filter(({ from, to }) => from >= period.from && to <= period.to);
  const quotas = quotasInScope(notTwice(inPeriod), question.scope.filters, view);
  const elapsed = elapsedShare(period, asOf);
  const cells = new Map<string, Cell>();
  const all = emptyCell({});
  const cellOf = (values: readonly (string | null)[]): Cell => {
    const key = JSON.stringify(values);
    const cell = cells.get(key) ?? emptyCell(Object.fromEntries(question.groupBy.map((grouping, index) => [grouping, values[index] ?? null])));
    cells.set(key, cell);
    return cell;
  };
  // Whoever has a quota has a row, with nothing open too.
  const [grouping] = question.groupBy;
  for (const { holder } of quotas) {
    if (grouping === 'owner' && holder.kind === 'person') cellOf([holder.employeeId]);
    if (grouping === 'team' && holder.kind === 'team') cellOf([holder.team]);
    if (grouping === 'team' && holder.kind === 'person') cellOf([view.ofOwner(holder.employeeId, 'team')]);
  }
  for (const row of rows) {
    if (!isIn(row)) continue;
    for (const cell of [all, ...(grouping === undefined ? [] : [cellOf(readers.map((read) => read(row)))])]) put(cell, row, period, view);
  }
  const figures = (cell: Cell): Omit<CoverageRow, 'group' | 'labels'> => {
    const { deals, unvalued, noExpectedDate, ended } = cell;
    const coverage = coverageFigures({ ...cell, quota: quotaOf(quotas, cell.group, view), elapsed });
    return { deals, unvalued, noExpectedDate, winRate: winRateOf(ended), coverage };
  };
  const order = groupOrder(question.groupBy, view);
  const listed = grouping === undefined ? [all] : [...cells.values()];
  return {
    rows: listed
      .sort((a, b) => order(a.group, b.group))
      .map((cell) => ({ group: cell.group, labels: labelsOf(cell.group, view), ...figures(cell) }))
      .filter(({ deals, noExpectedDate, coverage }) => grouping === undefined || deals > 0 || noExpectedDate > 0 || coverage.length > 0),
    totals: figures(all),
  };
}

function put(cell: Cell, row: DealInterval, period: Period, view: DimensionView): void {
  const { valueMinor, currency } = row;
  addEnded(cell.ended, row);
  if (row.status === 'open') {
    if (row.decisionDate === null) cell.noExpectedDate += 1;
    else if (row.decisionDate >= period.from && row.decisionDate < period.to) {
      cell.deals += 1;
      if (valueMinor === null || currency === null) cell.unvalued += 1;
      else {
        addMoney(cell.open, currency, valueMinor);
        addMoney(cell.weighted, currency, weigh(valueMinor, view.weightOf(row.pipeline, row.stage) ?? 0));
      }
    }
  } else if (row.status === 'won' && row.closedAt !== null && row.closedAt >= period.start && row.closedAt < period.end) {
    if (valueMinor !== null && currency !== null) addMoney(cell.won, currency, valueMinor);
  }
}
