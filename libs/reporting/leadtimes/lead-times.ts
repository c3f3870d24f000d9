import type { EpochMs } from '../../domain/shared/instant.js';
import type { DealPath } from '../paths/deal-path.js';
import { endedUndated, isClosed, isReachedUndated, milestoneAt, milestoneRow } from '../paths/milestones.js';
import type { Milestone } from '../paths/milestones.js';
import { curveByAge } from '../survival/curve-by-age.js';
import { exitRate, notCome, survivalSteps, toldOf } from '../survival/kaplan-meier.js';
import type { DealInterval } from '../rows.js';
import type { Spell } from '../survival/kaplan-meier.js';

export const LEAD_TIMES_METHOD = 'leadtimes/1';
const DAY = 86_400_000;

/** Time between two named milestones (LT01), in days of 24 hours. */
export interface LeadTimes {
  /** Deals that came to the first milestone in the period. */
  readonly n: number;
  /** Of them, those that came to the second. */
  readonly finished: number;
  /** Still on the way at T: censored, neither dropped nor finished. */
  readonly running: number;
  /** Ended another way (lost, for a lead time to a win): they will never come. */
  readonly gone: number;
  /** Of the finished ones alone; survivor-biased, shown because people ask for it. Null for none. */
  readonly mean: number | null;
  readonly p25: number | null;
  readonly p50: number | null;
  readonly p75: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly least: number | null;
  readonly most: number | null;
  /**
   * The age by which half of all have come, with the running ones as censored; those that ended another way never come (1 − cumulative incidence; Kaplan-Meier where nothing
   * ends another way). Null where fewer than half come.
   */
  readonly kaplanMeierMedian: number | null;
  /** The area under the same curve: what ended another way counts as at least as long as the limit. */
  readonly restrictedMean: { readonly mean: number; readonly limit: number } | null;
}

export interface LeadTimeSample {
  readonly days: number;
  /** `arrived` at the second milestone, still `running`, or `gone` another way. */
  readonly end: 'arrived' | 'running' | 'gone';
}

/** One deal's, with its two ends; `to` is null while it runs. */
export interface LeadTime extends LeadTimeSample {
  readonly from: EpochMs;
  readonly to: EpochMs | null;
  /** What made it count: looked for where somebody asks. */
  event(): DealInterval | undefined;
}

const ENDINGS: readonly Milestone[] = ['won', 'lost', 'marketing', 'filed', 'closed'];

/** The end of a deal that a lead time begins with: it goes on from there, as a lost deal may be reopened, and the first counts, whether it stands or not. */
function firstEnd(path: DealPath, from: Milestone): number {
  return path.rows.findIndex(({ status }) => (from === 'closed' ? isClosed(status) : status === from));
}

/** One deal's lead time; undefined where it did not come to the first milestone in [from, to), came to the second before the first, or ended nobody knows when. */
export function leadTimeOf(path: DealPath, from: Milestone, to: Milestone, period: { from: EpochMs; to: EpochMs }): LeadTime | undefined {
  const { rows, asOf } = path;
  const first = ENDINGS.includes(from) ? firstEnd(path, from) : -1;
  const begun = first === -1 ? undefined : rows[first];
  const start = begun === undefined ? milestoneAt(path, from) : begun.dated === 0 ? null : begun.closedAt;
  if (start === null || start < period.from || start >= period.to) return undefined;
  const told = (end: LeadTime['end'], until: EpochMs, event: LeadTime['event']): LeadTime => ({
    ...{ days: (until - start) / DAY, end, from: start, to: end === 'running' ? null : until, event },
  });
  if (begun !== undefined) {
    const reopened = rows.find(({ status }, index) => index > first && status === 'open');
    // While the end stands that it began with, it runs.
    if (reopened === undefined && milestoneAt(path, to) === null) return told('running', asOf, () => begun);
    if (reopened !== undefined && to === 'reopened') return told('arrived', reopened.validFrom, () => reopened);
  }
  const end = milestoneAt(path, to);
  if (end !== null) return end < start ? undefined : told('arrived', end, () => milestoneRow(path, to));
  if (endedUndated(path) || isReachedUndated(path, to)) return undefined;
  const closed = milestoneAt(path, 'closed');
  if (closed !== null && closed >= start) return told('gone', closed, () => milestoneRow(path, 'closed'));
  return told('running', asOf, () => begun ?? milestoneRow(path, from));
}

/** The figures that a lead time counts in. */
export const LEAD_TIME_ENDS = { arrived: ['n', 'finished'], running: ['n', 'running'], gone: ['n', 'gone'] } as const;

/** Linear interpolation between the two nearest ranks (Hyndman and Fan's type 7, what spreadsheets do). */
export function percentile(sorted: ArrayLike<number>, share: number): number | null {
  if (sorted.length === 0) return null;
  const rank = (sorted.length - 1) * share;
  const low = sorted[Math.floor(rank)] ?? 0;
  const high = sorted[Math.ceil(rank)] ?? low;
  return low + (high - low) * (rank - Math.floor(rank));
}

type DaysByEnd = Readonly<Record<LeadTimeSample['end'], number[]>>;

/** Takes samples one by one: of a million of them numbers alone are kept. */
function daysByEnd(samples: Iterable<LeadTimeSample>): DaysByEnd {
  const days: DaysByEnd = { arrived: [], running: [], gone: [] };
  for (const sample of samples) days[sample.end].push(sample.days);
  return days;
}

/** How many had arrived, or ended another way, by an age of so many days: shares, each with its 95 % band. */
export interface ArrivalPoint {
  readonly age: number;
  /** Came to this age still on the way. */
  readonly atRisk: number;
  readonly arrived: number;
  readonly arrivedLow: number;
  readonly arrivedHigh: number;
  readonly gone: number;
  readonly goneLow: number;
  readonly goneHigh: number;
  readonly running: number;
  readonly runningLow: number;
  readonly runningHigh: number;
}

/** Lead times, and how the share of those that arrived grows with their age, week by week. */
export function leadTimesByAge(samples: Iterable<LeadTimeSample>): LeadTimes & { readonly curve: readonly ArrivalPoint[] } {
  const days = daysByEnd(samples);
  const { arrived, gone, running } = days;
  const curve = curveByAge({ arrived, gone }, running).map(({ age, atRisk, ended, running: still }) => ({
    ...{ age, atRisk, arrived: ended.arrived.share, arrivedLow: ended.arrived.low, arrivedHigh: ended.arrived.high },
    ...{ gone: ended.gone.share, goneLow: ended.gone.low, goneHigh: ended.gone.high },
    ...{ running: still.share, runningLow: still.low, runningHigh: still.high },
  }));
  return { ...summaryOf(days), curve };
}

export function summariseLeadTimes(samples: Iterable<LeadTimeSample>): LeadTimes {
  return summaryOf(daysByEnd(samples));
}

function summaryOf(days: DaysByEnd): LeadTimes {
  const sorted = Float64Array.from(days.arrived).sort();
  const n = days.arrived.length + days.running.length + days.gone.length;
  function* spells(): Generator<Spell<'arrived' | 'gone'>> {
    for (const end of ['arrived', 'running', 'gone'] as const)
      for (const duration of days[end]) yield { duration, outcome: end === 'running' ? null : end };
  }
  const curve = toldOf(notCome(spells(), 'arrived', n));
  return {
    n,
    finished: sorted.length,
    running: days.running.length,
    gone: days.gone.length,
    mean: sorted.length === 0 ? null : sorted.reduce((sum, one) => sum + one, 0) / sorted.length,
    p25: percentile(sorted, 0.25),
    p50: percentile(sorted, 0.5),
    p75: percentile(sorted, 0.75),
    p90: percentile(sorted, 0.9),
    p95: percentile(sorted, 0.95),
    least: sorted[0] ?? null,
    most: sorted.at(-1) ?? null,
    kaplanMeierMedian: curve.median,
    restrictedMean: curve.restrictedMean,
  };
}

/** Time in one stage over many stays: finished and censored alike (metrics.md section 4). */
export interface TimeInStage {
  readonly n: number;
  readonly finished: number;
  /** Of finished stays only. */
  readonly mean: number | null;
  readonly median: number | null;
  readonly kaplanMeierMedian: number | null;
  readonly restrictedMean: { readonly mean: number; readonly limit: number } | null;
  readonly exitRate: { readonly ended: number; readonly exposure: number; readonly rate: number } | null;
}

export function summariseTimeInStage(spells: readonly Spell[]): TimeInStage {
  const finished: number[] = [];
  for (const { duration, outcome } of spells) if (outcome !== null) finished.push(duration);
  const sorted = Float64Array.from(finished).sort();
  const curve = toldOf(survivalSteps(spells, spells.length));
  return {
    n: spells.length,
    finished: sorted.length,
    mean: sorted.length === 0 ? null : sorted.reduce((sum, days) => sum + days, 0) / sorted.length,
    median: percentile(sorted, 0.5),
    kaplanMeierMedian: curve.median,
    restrictedMean: curve.restrictedMean,
    exitRate: exitRate(spells),
  };
}
