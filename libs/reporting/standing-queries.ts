import type { BehindFigure, BehindQuery } from './behind/behind.js';
import type { AgingFigure } from './behind/figures.js';
import type { Basis, DealBehind, Group, Grouping, Known, Labels, OpenFigures, Scoped } from './queries.js';

/**
 * What "standing still" is counted from (metrics.md section 4). `since_any_activity`: the last fact that changed the deal. `since_customer_contact`: the last contact with the customer that was recorded, which is
 * that of the request: no event tells of a contact once a request was qualified. Where none was recorded the age is not known.
 */
export const AGING_CLOCKS = ['since_stage_entry', 'since_customer_contact', 'since_any_activity'] as const;
export type AgingClock = (typeof AGING_CLOCKS)[number];

export interface AgingQuery extends Scoped, Known, BehindQuery<AgingFigure> {
  readonly asOf?: string;
  /** Default `since_stage_entry`; postponed time does not count. */
  readonly clock?: string;
  /** Default stage. */
  readonly groupBy?: readonly Grouping[];
  /** How many of the oldest deals are listed; default 20, at most 1,000; with `behind` none is, and it is of that. */
  readonly limit?: number;
}

/** Days of 24 hours, to two places; null where no age is known. Percentiles by nearest rank. */
export interface AgeFigures {
  readonly medianDays: number | null;
  readonly p75Days: number | null;
  readonly p90Days: number | null;
  readonly longestDays: number | null;
  /** How many are up to so many days old and older than the band before; the last has no end. */
  readonly bands: readonly { readonly upToDays: number | null; readonly deals: number }[];
}

export interface AgingRow extends OpenFigures {
  readonly group: Group;
  readonly labels: Labels;
  readonly age: AgeFigures;
  /** Deals registered without a date: how long they stand is not known. */
  readonly ageUnknown: number;
  /** Longer than the threshold of their stage in the process in force at T. */
  readonly stagnant: OpenFigures;
  /** Of the stage, where the group is of one; null where it has none. */
  readonly thresholdDays: number | null;
  /** P75 of the stays in that stage which had ended by T. */
  readonly usualDays: number | null;
}

export interface AgingAnswer {
  readonly report: 'aging';
  readonly basis: Basis & { readonly clock: AgingClock };
  readonly rows: readonly AgingRow[];
  readonly oldest: readonly (DealBehind & { readonly ageDays: number; readonly stagnant: boolean })[];
  /** Deals in scope whose clock is stopped. */
  readonly postponed: number;
  readonly totals: Omit<AgingRow, 'group' | 'labels' | 'thresholdDays' | 'usualDays'>;
  readonly behind?: BehindFigure<AgingFigure>;
}

export interface CoverageQuery extends Omit<Scoped, 'closing'>, Known {
  readonly period: string;
  readonly asOf?: string;
  /** Nothing (the firm), owner or team. */
  readonly groupBy?: readonly Grouping[];
}

/** In one currency, as amounts. Null: no quota is set. */
export interface CoverageFigures {
  readonly currency: string;
  /** Open and expected to close in the period. */
  readonly open: string;
  /** Won in the period by T. */
  readonly won: string;
  readonly quota: string | null;
  readonly remaining: string | null;
  /** open / what is still to be won; `met` where nothing is. */
  readonly ofRemaining: number | 'met' | null;
  /** open / the whole quota. */
  readonly ofWhole: number | null;
  /** won / quota. */
  readonly attainment: number | null;
  /** attainment over the share of the period that has passed: 1 is on the way. Null before it began. */
  readonly pace: number | null;
  /** won and, by the weights in force at T, what the open deals of the period are expected to bring. */
  readonly projected: string;
  readonly projectedOfQuota: number | null;
  /** Of all deals won up to T; null where none was. */
  readonly averageWon: string | null;
  /** Wins of that size that the rest of the quota takes, and deals that must be begun for them at the win rate; null where that is not known. */
  readonly winsNeeded: number | null;
  readonly dealsNeeded: number | null;
}

export interface CoverageRow {
  readonly group: Group;
  readonly labels: Labels;
  /** Open deals expected to close in the period. */
  readonly deals: number;
  readonly unvalued: number;
  /** Open deals without an expected date: in no period. */
  readonly noExpectedDate: number;
  /** won / (won + lost) of all deals that ended up to T; null where none did. */
  readonly winRate: number | null;
  readonly coverage: readonly CoverageFigures[];
}

export interface CoverageAnswer {
  readonly report: 'coverage';
  readonly basis: Basis & { readonly period: string; /** Share of the period that has passed at T. */ readonly elapsed: number };
  readonly rows: readonly CoverageRow[];
  readonly totals: Omit<CoverageRow, 'group' | 'labels'>;
}
