import type { Actor, Personal } from '../domain/shared/envelope.js';
import type { MoneyText } from '../domain/shared/money.js';
import type { SeriesStep } from './time/steps.js';

/** What answers can be grouped and filtered by: the same names everywhere (design section 7). */
export const GROUPINGS = [
  'status',
  'stage',
  'lastStage',
  'pipeline',
  'owner',
  'team',
  'manager',
  'office',
  'department',
  'source',
  'origin',
  'campaign',
  'product',
  'company',
  'industry',
  'currency',
  'closingMonth',
  'closingQuarter',
] as const;
export type Grouping = (typeof GROUPINGS)[number];

/**
 * What only reports that follow deals can be grouped by: it is told of a deal's whole way, or of all deals of its firm. `receivedBy`: the colleague who took the request; `relationship`: what the firm was when it
 * asked; `purchase`: whether a win is its first; `completeness`: how many of the facts about a deal were known when it ended.
 */
export const OWN_GROUPINGS = ['receivedBy', 'relationship', 'purchase', 'completeness'] as const;
export type OwnGrouping = (typeof OWN_GROUPINGS)[number];
export const FLOW_GROUPINGS = [...GROUPINGS, ...OWN_GROUPINGS] as const;
export type FlowGrouping = (typeof FLOW_GROUPINGS)[number];

/** What a firm was to us when it asked (requirement EF05): it had bought before, had asked before, or neither. */
export const RELATIONSHIPS = ['customer', 'acquaintance', 'unknown'] as const;
export type Relationship = (typeof RELATIONSHIPS)[number];

export function isOwnGrouping(grouping: FlowGrouping): grouping is OwnGrouping {
  return OWN_GROUPINGS.some((own) => own === grouping);
}

/** Asks for deals of which it is not known, as `--company not-known`. Groups say null for it. */
export const NOT_KNOWN = 'not-known';

/** Any of the values of each name, all of the names. Values are ids; names of people, firms, products and stages are taken too. */
export type Filters = { readonly [name in Grouping]?: readonly string[] };

/** Which deals, and by which organisation of the sales force. */
export interface Scoped {
  readonly filters?: Filters;
  /** Only deals that close, or are expected to, in this period: `2025-Q1`, `last month`. */
  readonly closing?: string;
  /** Teams, managers and offices as they were at T (`then`, the default), as they are `now`, or as they were at an instant. */
  readonly organised?: string;
}

/** What had been recorded by then. */
export interface Known {
  /** An instant or `position:<n>`; default: as far as all models read have come. */
  readonly knownAt?: string;
  /** Answer only when the read models have reached this position (what an append returned). */
  readonly after?: string;
  /** How long to wait for a position that the read models have not reached; default 5,000 ms. */
  readonly timeoutMs?: number;
}

/** In which currency values are told. */
export interface Converted {
  /** Every value in this currency, at the rate in force at T; default: each in its own, side by side. */
  readonly convertTo?: string;
}

/** A rate as a basis names it; `since` null: it has no date and counts from the beginning. */
export interface RateInForce {
  readonly from: string;
  readonly to: string;
  readonly rate: string;
  readonly since: string | null;
}

/** `now`: one K for all points, what is known today about then. `then`: K = T at each point, what the screen showed then. */
export type KnownWhen = 'now' | 'then';

export interface PipelineQuery extends Scoped, Known, Converted {
  /** Default now. */
  readonly asOf?: string;
  /** Default status, stage. Empty: one row. */
  readonly groupBy?: readonly Grouping[];
}

export interface CompareQuery extends Scoped, Known, Converted {
  readonly then: string;
  /** Default now. */
  readonly now?: string;
  readonly known?: KnownWhen;
  readonly groupBy?: readonly Grouping[];
}

export interface SeriesQuery extends Scoped, Known, Converted {
  readonly from: string;
  /** Default now. */
  readonly to?: string;
  readonly step: SeriesStep;
  readonly known?: KnownWhen;
  readonly groupBy?: readonly Grouping[];
}

/** The deals behind a figure: the row's `group` of a report asked with the same scope and instants. */
export interface DealsBehindQuery extends Scoped, Known {
  readonly asOf?: string;
  readonly group?: Group;
  /** True: the deals counted in `undated` instead. */
  readonly undated?: boolean;
  /** Of a funnel: only deals that came to the milestone in this period … */
  readonly cohort?: string;
  /** … `registered` by default … */
  readonly milestone?: string;
  /** … and that the funnel counts at this step, in its mode and within its age. */
  readonly reached?: string;
  readonly mode?: 'reached' | 'touched' | 'strict';
  readonly within?: string;
  /** Default 50, at most 1,000. */
  readonly limit?: number;
  /** What the page before gave as `next`. */
  readonly cursor?: string;
}

/** At a K before the first recorded event nothing was known, which is not 0. */
export const NOT_KNOWN_YET = 'not known yet';
export type NotKnownYet = typeof NOT_KNOWN_YET;

/** Exactly the keys asked for, in that order. Null: not known, or without a meaning in the status. */
export type Group = { readonly [name in FlowGrouping]?: string | null };
/** Names of what the group's ids stand for. Sealed until a caller with the right asks; `withheld` or `forgotten` otherwise. */
export type Labels = { readonly [name in FlowGrouping]?: Personal | null };

/** What an answer stands on: the same basis gives the same answer. */
export interface Basis {
  readonly log: string;
  readonly asOf: string;
  /** `recordedAt` of `position`, however K was given; null before the first event. */
  readonly knownAt: string | null;
  readonly position: string;
  /** The event at `position`, null where there is none: `position:<position>/<event>` is refused by a log in which another stands there. */
  readonly event: string | null;
  readonly timeZone: string;
  readonly method: string;
  readonly scope: { readonly filters: Filters; readonly closing: { readonly from: string; readonly to: string } | null };
  /** `then`, or the instant whose organisation was asked for. */
  readonly organised: string;
  /** `<pipeline>@<version>` in force at T, of every pipeline that a deal in scope is in. */
  readonly processVersions: readonly string[];
  /** Never mixed: every figure has one sum per currency. */
  readonly currency: readonly string[];
  /** Only where values were converted: into what, and by which rates, those in force at T. */
  readonly conversion?: { readonly to: string; readonly rates: readonly RateInForce[] };
  /** Deals in the rows. */
  readonly n: number;
  /** Deals held back by a parked stream: the answer may change when they are replayed. */
  readonly parked: number;
  /** Kinds of things joined whose first known value counts from the beginning of time. */
  readonly assumedSinceBeginning: readonly string[];
  /** What the data cannot tell, in words: an instant before the first event, undated deals, mixed currencies. */
  readonly marks: readonly string[];
}

/** One entry per currency, sorted; empty where no value is known. */
export type MoneyFigures = readonly MoneyText[];

/** Of one group of deals. */
export interface Figures {
  readonly deals: number;
  /** Deals whose value is not known: they are in no sum. */
  readonly unvalued: number;
  readonly value: MoneyFigures;
  /** Of open deals in stages that weigh; missing where there are none. */
  readonly weighted?: MoneyFigures;
  /** Open deals in stages without a weight, where others are weighted. */
  readonly unweighted?: number;
}

/** One entry per status and one for all. */
export type Totals = { readonly [status: string]: Figures };

export interface PipelineRow extends Figures {
  readonly group: Group;
  readonly labels: Labels;
}

export interface PipelineAnswer {
  readonly report: 'pipeline';
  readonly basis: Basis;
  readonly rows: readonly PipelineRow[];
  /** Deals in scope known by K without a date of their own, T being before their recording: open to counting, in no row. */
  readonly undated: number | NotKnownYet;
  readonly totals: Totals | NotKnownYet;
}

/** Two states of a group and what lies between: `difference` is now − then. */
export interface ThenNow<F = Figures> {
  readonly then: F | NotKnownYet;
  readonly now: F | NotKnownYet;
  readonly difference: F | NotKnownYet;
}

/** One point of an answer over several: `then`, `now`, or a point of a series. */
export interface BasisPoint {
  readonly at: string;
  readonly knownAt: string | null;
  readonly position: string;
  readonly processVersions: readonly string[];
  readonly n: number;
}

/** `asOf`, `knownAt`, `position`, `n` and `processVersions` are those of the last point. */
export interface ComparisonBasis extends Basis {
  readonly known: KnownWhen;
  readonly points: readonly BasisPoint[];
}

export interface CompareRow extends ThenNow {
  readonly group: Group;
  readonly labels: Labels;
}

export interface CompareAnswer {
  readonly report: 'compare';
  readonly basis: ComparisonBasis;
  readonly rows: readonly CompareRow[];
  readonly undated: ThenNow<number>;
  readonly totals: { readonly [status: string]: ThenNow };
}

export interface SeriesRow extends PipelineRow {
  readonly at: string;
}

export interface SeriesPoint {
  readonly at: string;
  readonly undated: number | NotKnownYet;
  readonly totals: Totals | NotKnownYet;
}

export interface SeriesAnswer {
  readonly report: 'series';
  readonly basis: ComparisonBasis & { readonly step: SeriesStep };
  readonly rows: readonly SeriesRow[];
  readonly points: readonly SeriesPoint[];
}

/** A deal behind a figure, as it stood at the answer's (T, K). */
export interface DealBehind {
  readonly deal: string;
  readonly status: string;
  readonly pipeline: string | null;
  /** Of closed deals the last one. */
  readonly stage: string | null;
  readonly owner: string | null;
  readonly company: string | null;
  readonly product: string | null;
  readonly value: MoneyText | null;
  readonly decisionDate: string | null;
  readonly registeredAt: string;
  readonly dated: boolean;
  /** The event that brought the deal into this state. */
  readonly since: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly labels: Labels;
}

export interface DealsBehindAnswer {
  readonly report: 'deals';
  readonly basis: Basis;
  readonly deals: readonly DealBehind[];
  readonly next: string | null;
}

/** `events` books every move in (from, to] at its cause; `ends` compares the two states, one reason for each deal. */
export type WaterfallMethod = 'events' | 'ends';

export interface WaterfallQuery extends Scoped, Known, Converted {
  /** Days and longer periods are included; exact instants mean the moves in (from, to]. */
  readonly from: string;
  /** Default now. */
  readonly to?: string;
  readonly method?: WaterfallMethod;
  /** `then`: each end as it was known then; what was recorded late or corrected stands in `restated`. */
  readonly known?: KnownWhen;
  /** Default none: one waterfall. */
  readonly groupBy?: readonly Grouping[];
  /** Tells the moves behind this bucket too. */
  readonly bucket?: string;
  /** Moves told one by one, default 1,000, at most 10,000. */
  readonly limit?: number;
}

/** One booking of a bucket, signed. By `ends`, the instant and event are those of the last state. */
export interface WaterfallMove extends OpenFigures {
  readonly at: string;
  readonly deal: string;
  /** Null: the deal did not change, but what its ids mean, or what is known of it. */
  readonly eventId: string | null;
  readonly eventType: string | null;
  readonly group: Group;
  readonly labels: Labels;
}

/** Of the open deals of a group. */
export type OpenFigures = Pick<Figures, 'deals' | 'unvalued' | 'value'>;

/** One step of a waterfall. Flows are signed, so that opening and all flows add up to closing, in money and in deals. */
export interface WaterfallRow extends OpenFigures {
  readonly group: Group;
  readonly labels: Labels;
  /** `opening`, the buckets of metrics.md section 5 in the order of its sum, `closing`. */
  readonly bucket: string;
  /** How many moves were booked here; missing at both ends. */
  readonly moves?: number;
}

export interface WaterfallAnswer {
  readonly report: 'waterfall';
  readonly basis: ComparisonBasis & { readonly from: string; readonly to: string };
  /** Of each group every bucket. */
  readonly rows: readonly WaterfallRow[];
  /** Event-sum less end-points: what came and went between the two instants. */
  readonly roundTrips: readonly WaterfallRow[];
  /** Where a bucket was asked for: its moves in the order of time, and how many more there are. */
  readonly moves?: { readonly bucket: string; readonly told: readonly WaterfallMove[]; readonly more: number };
  readonly totals: { readonly opening: OpenFigures; readonly closing: OpenFigures; readonly difference: OpenFigures };
}

/** Why one pipeline answer differs from another: the same words as a comparison. */
export interface ExplainQuery extends CompareQuery {
  /** Rows told one by one, default 1,000, at most 10,000; the others are one sum. */
  readonly limit?: number;
}

/** One event's contribution to one group, signed. */
export interface ExplainRow extends Pick<Figures, 'deals' | 'unvalued' | 'value' | 'weighted'> {
  readonly at: string;
  readonly deal: string;
  /** `meaning`: what the deal's ids mean changed (a team, an industry, a weight). `restated`: recorded late or corrected. */
  readonly cause: 'event' | 'meaning' | 'restated';
  readonly eventId: string | null;
  /** Of a `meaning` the thing that changed, such as `employee/anna`. */
  readonly eventType: string | null;
  /** Of the event that brought it. */
  readonly position: string;
  readonly group: Group;
  readonly labels: Labels;
}

export interface ExplainAnswer {
  readonly report: 'explain';
  readonly basis: ComparisonBasis;
  /** In the order of time. With `rest` they add up to `totals.difference` exactly, and group by group to that of a comparison. */
  readonly rows: readonly ExplainRow[];
  readonly rest: Pick<Figures, 'deals' | 'unvalued' | 'value' | 'weighted'> & { readonly rows: number };
  /** `difference` counts from nothing where nothing was known yet then. */
  readonly totals: { readonly then: Figures | NotKnownYet; readonly now: Figures; readonly difference: Figures };
}

/** A single deal at (T, K): by the law over its own events. */
export interface DealQuery {
  /** Default now. */
  readonly asOf?: string;
  /** Default: the end of the log. */
  readonly knownAt?: string;
}

/** What a deal's answers stand on: the log itself. */
export type DealBasis = Pick<Basis, 'log' | 'asOf' | 'knownAt' | 'position' | 'event' | 'timeZone' | 'marks'>;

export interface DealAnswer {
  readonly report: 'deal';
  readonly basis: DealBasis;
  readonly deal: string;
  /** Of the deal's last event known by K; null where none was. */
  readonly revision: number | null;
  /** Null where nothing had happened by T, as known at K. Instants are ISO text, money has amounts. */
  readonly state: { readonly status: string; readonly [field: string]: unknown } | null;
  readonly labels: Labels & { readonly contact?: Personal | null };
}

export interface DealHistoryQuery {
  /** Events recorded by then; default: the end of the log. */
  readonly knownAt?: string;
}

/** An event as an auditor reads it. */
export interface HistoryEntry {
  readonly revision: number;
  readonly position: string;
  readonly recordedAt: string;
  readonly effectiveAt: string;
  /** False where the source had no date: it counts from its recording. */
  readonly dated: boolean;
  readonly type: string;
  readonly data: unknown;
  readonly actor: Actor;
  readonly eventId: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly processVersion?: string;
  /** Whether the fact still counts, as known at K: `replaced` and `voided` name the correction. Corrections themselves are neither, and read `correction`. */
  readonly standing: 'holds' | 'replaced' | 'voided' | 'correction';
  readonly correctedBy?: string;
}

export interface DealHistoryAnswer {
  readonly report: 'deal-history';
  readonly basis: Omit<DealBasis, 'asOf'>;
  readonly deal: string;
  /** In the order in which they were recorded. */
  readonly events: readonly HistoryEntry[];
  /** Names, as now known, of the people and things that the events and their actors name: `employee/<id>`, `company/<id>`, … */
  readonly labels: Readonly<Record<string, Personal>>;
}

/** A question that cannot be read: an unknown grouping, a limit out of range. The message is one line for people. */
export class QuestionNotUnderstood extends Error {
  override readonly name = 'QuestionNotUnderstood';
}
