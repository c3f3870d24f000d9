import type { MoneyText } from '../domain/shared/money.js';
import type { BehindFigure, BehindQuery } from './behind/behind.js';
import type { ForecastHistoryFigure } from './behind/figures.js';
import type { FlowBasis } from './flow-queries.js';
import type { ForecastMethod } from './forecast/methods.js';
import type { Group, Grouping, KnownWhen, Labels, NotKnownYet, PipelineQuery } from './queries.js';
import type { SeriesStep } from './time/steps.js';

type ForecastScope = Omit<PipelineQuery, 'groupBy'> & { /** Default none: one row. */ readonly groupBy?: readonly Grouping[] };

export interface ForecastQuery extends ForecastScope {
  /** By the customer's expected decision date: `2017-Q4`. */
  readonly period: string;
  readonly method?: ForecastMethod;
}

/** What is expected of a group of deals in a period, as it stood at (T, K). Forecast = won so far + expected of the open ones. */
export interface ForecastFigures {
  /** Open deals whose decision is expected in the period. */
  readonly deals: number;
  /** Of them, deals without a value, or without the chance or weight that the method needs: in no sum of `expected`. */
  readonly unvalued: number;
  readonly unweighable: number;
  /** Unweighted value of the open deals. */
  readonly value: readonly MoneyText[];
  /** Of them, by the method. */
  readonly expected: readonly MoneyText[];
  readonly wonDeals: number;
  readonly won: readonly MoneyText[];
  readonly forecast: readonly MoneyText[];
}

export interface ForecastRow extends ForecastFigures {
  readonly group: Group;
  readonly labels: Labels;
}

/** Open deals without an expected date: in no period, never silently in none. */
export interface NoExpectedDate {
  readonly deals: number;
  readonly unvalued: number;
  readonly value: readonly MoneyText[];
}

export interface ForecastAnswer {
  readonly report: 'forecast';
  readonly basis: FlowBasis;
  readonly rows: readonly ForecastRow[];
  readonly noExpectedDate: NoExpectedDate;
  /** In scope, T being before their recording. */
  readonly undated: number;
  readonly totals: ForecastFigures | NotKnownYet;
}

export interface ForecastHistoryQuery extends ForecastScope, BehindQuery<ForecastHistoryFigure> {
  readonly period: string;
  readonly method?: ForecastMethod;
  /** Default week. */
  readonly step?: SeriesStep;
  /** First point; default: the state that the period before the asked one began with. */
  readonly from?: string;
  readonly known?: KnownWhen;
}

/** The forecast of a group as it stood at one instant, against what came. Money errors are per currency; shares are null where the actual is 0 or not there yet. */
export interface ForecastHistoryRow {
  readonly at: string;
  /** Days from `at` to the period's end: the horizon. */
  readonly horizonDays: number;
  readonly group: Group;
  readonly labels: Labels;
  /** Null: not known yet at that point (`--known then`). */
  readonly figures: ForecastFigures | null;
  /** forecast − actual as known now; + is over-forecast. */
  readonly error: readonly MoneyText[];
  /** |error| / actual, by currency. */
  readonly absoluteShare: Readonly<Record<string, number | null>>;
}

export interface Actual {
  readonly group: Group;
  readonly labels: Labels;
  /** What had been won in the period, as the period's last instant was known at that instant; null before it, `not known yet` where nothing had been recorded by then. */
  readonly atClose: { readonly deals: number; readonly won: readonly MoneyText[] } | NotKnownYet | null;
  /** The same, as known at K: late and corrected wins included. */
  readonly now: { readonly deals: number; readonly won: readonly MoneyText[] };
}

/** Of all groups at one point: WAPE does not let offsetting errors hide (metrics.md section 2). */
export interface Accuracy {
  readonly at: string;
  readonly horizonDays: number;
  /** Groups compared. */
  readonly n: number;
  readonly currency: string;
  /** Σ|F − A| / Σ A. */
  readonly wape: number | null;
  /** Σ(F − A) / Σ A; + is over-forecast. */
  readonly bias: number | null;
  /** Mean of |F − A| / A over groups; null where one has A = 0. */
  readonly mape: number | null;
}

/** Deals by the chance given to them when the period began, against how many were won in the end. */
export interface CalibrationBucket {
  readonly from: number;
  readonly to: number;
  readonly deals: number;
  readonly meanChance: number;
  readonly won: number;
  readonly realised: number;
  readonly low: number;
  readonly high: number;
}

/** What became of the deals that were in the forecast when the period began (FC07). */
export interface Realisation {
  readonly deals: number;
  readonly won: number;
  readonly wonInPeriod: number;
  readonly lost: number;
  readonly open: number;
  readonly other: number;
  /** won / deals. */
  readonly rate: number | null;
}

export interface ForecastHistoryAnswer {
  readonly report: 'forecast-history';
  readonly basis: FlowBasis & { readonly step: SeriesStep; readonly known: KnownWhen; readonly points: readonly string[] };
  readonly rows: readonly ForecastHistoryRow[];
  readonly actual: readonly Actual[];
  /** False while the period still runs at the question's instant: errors are then of an unfinished actual. */
  readonly finished: boolean;
  readonly accuracy: readonly Accuracy[];
  readonly calibration: readonly CalibrationBucket[];
  readonly realisation: Realisation | null;
  readonly behind?: BehindFigure<ForecastHistoryFigure>;
}

export interface CalibrationQuery extends ForecastScope {
  /** The first and the last period: `2016-Q1`, `2017-Q4`; both of one kind. Periods that have not ended by T are left out. */
  readonly from: string;
  readonly to: string;
  /** When each forecast is looked at: so many days before the period's end (`30d`); default the end of the period's first day. */
  readonly horizon?: string;
  readonly known?: KnownWhen;
  /** Default `submitted`: what people said. */
  readonly method?: ForecastMethod;
  /** Default owner. */
  readonly groupBy?: readonly Grouping[];
}

/** Forecast and actual of a group in one period. */
export interface CalibrationPoint {
  readonly group: Group;
  readonly period: string;
  readonly at: string;
  readonly horizonDays: number;
  readonly currency: string;
  /** Null: nobody said anything of this period by then. */
  readonly forecast: MoneyText | null;
  readonly actual: MoneyText;
}

/** How right a group's forecasts have been over the periods that it gave one for. + is over-forecast; undefined shares are null. */
export interface CalibrationRow {
  readonly group: Group;
  readonly labels: Labels;
  readonly currency: string;
  /** With a forecast; the others are in `without`, and in no figure. */
  readonly periods: number;
  readonly without: number;
  readonly over: number;
  readonly under: number;
  readonly forecast: MoneyText;
  readonly actual: MoneyText;
  /** Σ(F − A) / Σ A. */
  readonly bias: number | null;
  /** Σ|F − A| / Σ A. */
  readonly wape: number | null;
  /** Mean of |F − A| / A; null where one A is 0. */
  readonly mape: number | null;
  /** Σ A / Σ F: what a forecast of this group has been worth. */
  readonly realised: number | null;
}

export interface CalibrationAnswer {
  readonly report: 'calibration';
  readonly basis: FlowBasis & { readonly known: KnownWhen; readonly horizon: string; readonly points: readonly string[] };
  readonly rows: readonly CalibrationRow[];
  readonly periods: readonly CalibrationPoint[];
}
