import type { MoneyText } from '../domain/shared/money.js';
import type { BehindFigure, BehindQuery } from './behind/behind.js';
import type {
  FunnelFigure,
  InflowFigure,
  LeadTimesFigure,
  ReemergenceFigure,
  SlippageFigure,
  StandstillsFigure,
  TimeInStageFigure,
  VelocityFigure,
  WinRateFigure,
} from './behind/figures.js';
import type { Basis, FlowGrouping, Group, Labels, PipelineQuery } from './queries.js';
import type { FunnelMode, StageAccount } from './funnel/funnel.js';
import type { ArrivalPoint, LeadTimes, TimeInStage } from './leadtimes/lead-times.js';
import type { VelocityRow } from './winrate/velocity.js';
import type { Share, WinRateForm } from './winrate/win-rate.js';

/** What every flow question says of scope and instants: as a pipeline question, asked as of T and known at K. */
type FlowScope = Omit<PipelineQuery, 'groupBy' | 'convertTo'> & {
  /** Default none: one row, or one funnel. */ readonly groupBy?: readonly FlowGrouping[];
};

/** A period of a flow, dates included on both sides, and what it is judged as of. */
export interface FlowBasis extends Basis {
  /** [from, to) as instants, and the label it was asked by. */
  readonly period: { readonly label: string; readonly from: string; readonly to: string } | null;
}

export interface FunnelQuery extends FlowScope, BehindQuery<FunnelFigure> {
  /** The period in which a deal must come to the milestone: `2017-Q2`. */
  readonly cohort: string;
  /** `registered` (default), `contacted`, `qualified`, or a stage's id. */
  readonly milestone?: string;
  readonly mode?: FunnelMode;
  /** Only what happened within this age of each deal: `90d`, `12w`, `6m` (of 30 days). */
  readonly within?: string;
}

export interface FunnelRow {
  readonly group: Group;
  readonly labels: Labels;
  /** The milestone; for a stage its id, beside `pipeline` and `label`. */
  readonly milestone: string;
  readonly pipeline?: string;
  readonly label?: string;
  readonly deals: number;
  readonly unvalued: number;
  readonly value: readonly MoneyText[];
  /** Shares of the cohort's start and of the step before (of the same pipeline); null where that is nobody. */
  readonly conversionFromStart: number | null;
  readonly conversionFromPrevious: number | null;
  /** 95 % interval of conversionFromStart (Wilson); null for n = 0. */
  readonly low: number | null;
  readonly high: number | null;
  /** Deals that came beyond the stage without having been in it. */
  readonly skippedIn: number;
  readonly stillHere: number;
  readonly lost: number;
  readonly movedBack: number;
  /** Stays in the stage, closed: entries are the sum of all others. Stages only. */
  readonly account?: StageAccount;
}

/** How much of a cohort's outcome is known: a young cohort always looks worst. */
export interface Maturity {
  readonly group: Group;
  readonly n: number;
  readonly closed: number;
  /** closed / n; null for nobody. */
  readonly share: number | null;
  /** With `within`: deals that are as old as that. */
  readonly oldEnough: number;
}

export interface FunnelAnswer {
  readonly report: 'funnel';
  readonly basis: FlowBasis & { readonly milestone: string; readonly mode: FunnelMode; readonly within: string | null };
  readonly rows: readonly FunnelRow[];
  readonly maturity: readonly Maturity[];
  /** Deals in scope without a date of their own: in no cohort. */
  readonly undated: number;
  readonly behind?: BehindFigure<FunnelFigure>;
}

export interface LeadTimesQuery extends FlowScope, BehindQuery<LeadTimesFigure> {
  readonly from: string;
  readonly to: string;
  /** Deals that came to the first milestone in this period; default: all. */
  readonly cohort?: string;
}

export interface LeadTimesRow extends LeadTimes {
  readonly group: Group;
  readonly labels: Labels;
  /** One point a week until nothing ends any more, and one at the age of the oldest. */
  readonly curve: readonly ArrivalPoint[];
}

export interface LeadTimesAnswer {
  readonly report: 'leadtimes';
  readonly basis: FlowBasis & { readonly from: string; readonly to: string; readonly unit: 'days of 24 hours' };
  readonly rows: readonly LeadTimesRow[];
  readonly undated: number;
  readonly behind?: BehindFigure<LeadTimesFigure>;
}

export interface TimeInStageQuery extends FlowScope, BehindQuery<TimeInStageFigure> {
  /** Deals registered in this period; default: all. */
  readonly cohort?: string;
  /** Postponed time counts as time in the stage unless it is left out. */
  readonly postponed?: 'counted' | 'left-out';
}

export interface TimeInStageRow extends Omit<TimeInStage, 'curve'> {
  readonly group: Group;
  readonly labels: Labels;
  readonly pipeline: string;
  readonly stage: string;
  readonly label: string;
  readonly exits: Readonly<Record<string, number>>;
}

export interface TimeInStageAnswer {
  readonly report: 'time-in-stage';
  readonly basis: FlowBasis & { readonly postponed: 'counted' | 'left-out'; readonly unit: 'days of 24 hours' };
  readonly rows: readonly TimeInStageRow[];
  readonly undated: number;
  readonly behind?: BehindFigure<TimeInStageFigure>;
}

export interface WinRateQuery extends FlowScope, BehindQuery<WinRateFigure> {
  /** Deals created in this period (form d and its curve) … */
  readonly cohort?: string;
  /** … or deals closed in it. Neither: the cohort of all. */
  readonly closed?: string;
  /** Whose date makes the cohort: `qualified` (default) or `registered`. */
  readonly milestone?: string;
  /** Age after which an open deal counts as old in the `overdue` form; default 180d. */
  readonly oldAfter?: string;
}

/** Outcomes of a cohort by age: shares, with the number of deals old enough and still open just before. */
export interface CurvePoint {
  readonly age: number;
  readonly atRisk: number;
  /** Cumulative incidences, each with its 95 % band (log-log; Wilson's interval of those at risk where nothing or all has ended). */
  readonly won: number;
  readonly wonLow: number;
  readonly wonHigh: number;
  readonly lost: number;
  readonly lostLow: number;
  readonly lostHigh: number;
  readonly derailed: number;
  /** Still open (Kaplan-Meier) with its 95 % band. */
  readonly open: number;
  readonly openLow: number;
  readonly openHigh: number;
}

/** Deals that were won or lost, of which as much was expected: from (included) to (left out). Null: nothing was known. */
export interface ValueBand {
  readonly from: MoneyText | null;
  readonly to: MoneyText | null;
  readonly won: number;
  readonly lost: number;
  /** won / (won + lost), with Wilson's 95 % interval. */
  readonly rate: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Amounts of one currency. */
export interface ValueShare {
  readonly won: string;
  readonly of: string;
  /** won / of; null where nothing is counted. */
  readonly rate: number | null;
}

export interface WinRateRow {
  readonly group: Group;
  readonly labels: Labels;
  readonly n: number;
  readonly won: number;
  readonly lost: number;
  readonly derailed: number;
  readonly open: number;
  readonly overdue: number;
  readonly old: number;
  readonly unvalued: number;
  readonly rates: Readonly<Record<Exclude<WinRateForm, 'by-value'>, Share>>;
  /** By currency. */
  readonly byValue: Readonly<Record<string, ValueShare>>;
  /** By what was expected of the deals when they ended. */
  readonly byBand: readonly ValueBand[];
  /** By weeks of age: form (d) for every age. */
  readonly curve: readonly CurvePoint[];
}

export interface WinRateAnswer {
  readonly report: 'winrate';
  readonly basis: FlowBasis & { readonly by: 'cohort' | 'closed'; readonly milestone: string; readonly oldAfter: string };
  readonly rows: readonly WinRateRow[];
  readonly undated: number;
  readonly behind?: BehindFigure<WinRateFigure>;
}

export type VelocityQuery = FlowScope & BehindQuery<VelocityFigure>;

export interface VelocityAnswer {
  readonly report: 'velocity';
  readonly basis: FlowBasis;
  readonly rows: readonly VelocityRow[];
  readonly undated: number;
  readonly behind?: BehindFigure<VelocityFigure>;
}

/** Calendar periods one after the other, or patterns that come back: weekdays, months of the year, quarters of the year. */
export const INFLOW_STEPS = ['day', 'week', 'month', 'quarter', 'year', 'weekday', 'calendar-month', 'calendar-quarter'] as const;
export type InflowStep = (typeof INFLOW_STEPS)[number];

export interface InflowQuery extends FlowScope, BehindQuery<InflowFigure> {
  /** The first day, or an exact instant. */
  readonly from: string;
  /** The last day; default now. */
  readonly to?: string;
  /** `registered` (default) or any other; each deal counts once, when it came to it. */
  readonly milestone?: string;
  /** Default month. */
  readonly step?: InflowStep;
}

export interface InflowRow {
  /** `2017-10`, `2017-W42`, or `Monday`. */
  readonly period: string;
  /** How many such periods the span holds: 1, but of patterns many. */
  readonly periods: number;
  readonly group: Group;
  readonly labels: Labels;
  readonly deals: number;
  readonly unvalued: number;
  /** What they are worth as of T. */
  readonly value: readonly MoneyText[];
  /** deals / periods. */
  readonly perPeriod: number;
  /** Of all deals of the period; null where none came. */
  readonly share: number | null;
}

export interface InflowAnswer {
  readonly report: 'inflow';
  readonly basis: FlowBasis & { readonly milestone: string; readonly step: InflowStep };
  /** Period by period, and in each every group. */
  readonly rows: readonly InflowRow[];
  readonly undated: number;
  readonly behind?: BehindFigure<InflowFigure>;
}

/** How a request may end without a deal. */
export const DISQUALIFICATIONS = ['marketing', 'filed', 'lost'] as const;
export type Disqualification = (typeof DISQUALIFICATIONS)[number];

/** Whose later request counts as the same asking again. */
export const REEMERGENCE_BY = ['company', 'contact'] as const;
export type ReemergenceBy = (typeof REEMERGENCE_BY)[number];

export interface ReemergenceQuery extends FlowScope, BehindQuery<ReemergenceFigure> {
  /** Disqualified in this period; default: all. */
  readonly cohort?: string;
  /** Default marketing and filed. */
  readonly ended?: readonly Disqualification[];
  /** Default company. */
  readonly by?: ReemergenceBy;
}

/** Times are days of 24 hours from the disqualification to the next request. */
export interface ReemergenceRow {
  readonly group: Group;
  readonly labels: Labels;
  /** Disqualified requests whose asker is known, and those whose is not: they can never be seen again. */
  readonly n: number;
  readonly askerUnknown: number;
  readonly askedAgain: number;
  /** A later request of theirs stands won. */
  readonly wonAfterAll: number;
  /** askedAgain / n, with Wilson's 95 % interval; null for n = 0. */
  readonly share: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  /** With those who have not asked again yet as censored. */
  readonly kaplanMeierMedian: number | null;
}

export interface ReemergenceAnswer {
  readonly report: 'reemergence';
  readonly basis: FlowBasis & { readonly ended: readonly Disqualification[]; readonly by: ReemergenceBy };
  readonly rows: readonly ReemergenceRow[];
  readonly undated: number;
  readonly behind?: BehindFigure<ReemergenceFigure>;
}

/** A move to another of these is a push or a pull. */
export const SLIPPAGE_GRAINS = ['month', 'quarter'] as const;
export type SlippageGrain = (typeof SLIPPAGE_GRAINS)[number];

/** T is `to`. */
export interface SlippageQuery extends Omit<FlowScope, 'asOf'>, BehindQuery<SlippageFigure> {
  /** The first day, or an exact instant. */
  readonly from: string;
  /** The last day; default now. */
  readonly to?: string;
  /** Default month. */
  readonly grain?: SlippageGrain;
  /** How many of the deals put off most are listed; default 10, at most 1,000; with `behind` none is, and it is of that. */
  readonly limit?: number;
}

export interface SlippageRow {
  readonly group: Group;
  readonly labels: Labels;
  /** Open at the beginning or the end, or re-dated between. */
  readonly deals: number;
  /** Changes of the expected date to a later period, and how many deals had one. */
  readonly pushes: number;
  readonly dealsPushed: number;
  /** To an earlier period, and inside one. */
  readonly pulls: number;
  readonly redatedWithin: number;
  /** Days of all pushes; and of every change, pulls taken off. */
  readonly daysLater: number;
  readonly daysNet: number;
  /** Of the deals open at the beginning; of those that were pushed, what they were worth then; and its share by currency. */
  readonly openingValue: readonly MoneyText[];
  readonly pushedValue: readonly MoneyText[];
  readonly pushedShare: Readonly<Record<string, number | null>>;
  /** Open at the end with an expected date that has passed: slipped, though nobody said so. */
  readonly overdue: number;
  readonly overdueValue: readonly MoneyText[];
}

export interface SlippedDeal {
  readonly deal: string;
  readonly status: string;
  readonly pushes: number;
  readonly daysLater: number;
  readonly decisionDate: string | null;
}

export interface SlippageAnswer {
  readonly report: 'slippage';
  readonly basis: FlowBasis & { readonly grain: SlippageGrain };
  readonly rows: readonly SlippageRow[];
  readonly most: readonly SlippedDeal[];
  readonly undated: number;
  readonly behind?: BehindFigure<SlippageFigure>;
}

export interface StandstillsQuery extends FlowScope, BehindQuery<StandstillsFigure> {
  /** Deals registered in this period; default: all. */
  readonly cohort?: string;
  /** A silence longer than this is a standstill: `30d`, `6w`; default 30d. */
  readonly over?: string;
  /** How many of the longest are listed; default 20, at most 1,000; with `behind` none is, and it is of that. */
  readonly limit?: number;
}

/** Silences: times between two facts that changed a deal, one after the other, while it was neither closed nor postponed. In days of 24 hours. */
export interface StandstillsRow {
  readonly group: Group;
  readonly labels: Labels;
  readonly deals: number;
  readonly silences: number;
  /** Of them, those that still go on at T. */
  readonly running: number;
  /** Of the ended ones. Null for none. */
  readonly p50: number | null;
  readonly p90: number | null;
  /** With the running ones as censored. */
  readonly kaplanMeierMedian: number | null;
  /** Ended or not. */
  readonly longest: number | null;
  /** Silences longer than what was asked for, of how many deals, and how many of them still go on. */
  readonly standstills: number;
  readonly dealsStood: number;
  readonly standing: number;
  /** Days of all standstills, and of all silences: how long the deals lived, postponed times apart. */
  readonly daysStood: number;
  readonly daysLived: number;
  /** daysStood / daysLived; null where nobody lived. */
  readonly share: number | null;
}

export interface Standstill {
  readonly deal: string;
  readonly from: string;
  /** Null: it still goes on at T. */
  readonly to: string | null;
  readonly days: number;
  /** As the deal stood meanwhile. */
  readonly status: string;
  readonly pipeline: string | null;
  readonly stage: string | null;
  readonly owner: string | null;
  readonly labels: Labels;
  /** The fact before it, and the one that ended it. */
  readonly after: string;
  readonly endedBy: string | null;
}

export interface StandstillsAnswer {
  readonly report: 'standstills';
  readonly basis: FlowBasis & { readonly over: string; readonly unit: 'days of 24 hours' };
  readonly rows: readonly StandstillsRow[];
  /** The longest silences beyond `over`, the longest first. */
  readonly longest: readonly Standstill[];
  readonly undated: number;
  readonly behind?: BehindFigure<StandstillsFigure>;
}
