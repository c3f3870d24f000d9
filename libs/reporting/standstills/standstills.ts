import type { EpochMs } from '../../domain/shared/instant.js';
import { isoInstant } from '../../domain/shared/instant.js';
import type { Behind, Counted } from '../behind/behind.js';
import type { StandstillsFigure } from '../behind/figures.js';
import type { Standstill, StandstillsRow } from '../flow-queries.js';
import type { LeadTimeSample } from '../leadtimes/lead-times.js';
import { summariseLeadTimes } from '../leadtimes/lead-times.js';
import type { DealPath } from '../paths/deal-path.js';
import type { GroupedPaths } from '../paths/grouped.js';
import { isClosed } from '../paths/milestones.js';
import type { Group } from '../queries.js';
import type { DealInterval } from '../rows.js';
import { liveStage } from '../rows.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { labelsOf } from '../scope/groupings.js';

export const STANDSTILLS_METHOD = 'standstills/1';
const DAY = 86_400_000;

export interface StandstillsQuestion {
  /** Deals registered in [from, to); null: all. */
  readonly period: { readonly from: EpochMs; readonly to: EpochMs } | null;
  /** A silence longer than this is a standstill, in ms. */
  readonly overMs: number;
}

export interface Silence {
  readonly deal: string;
  readonly ms: number;
  /** How the deal stood meanwhile. */
  readonly row: DealInterval;
  /** Undefined: it goes on. */
  readonly next: DealInterval | undefined;
}

/**
 * The times in which nothing changed a deal (requirement LT02), from one fact to the next while it was a request or open: postponed time is its own clock (metrics.md section 4), and what is closed is not
 * silent. A reopened deal goes on from its reopening. Facts of one instant leave no silence between them.
 */
export function silencesOf({ deal, rows, asOf }: DealPath): Silence[] {
  return rows.flatMap((row, index) => {
    if (isClosed(row.status) || row.status === 'postponed') return [];
    const next = rows[index + 1];
    // Until when a deal was silent that ended nobody knows when, nobody knows either.
    if (next !== undefined && isClosed(next.status) && next.closedAt === null) return [];
    const ms = (next?.validFrom ?? asOf) - row.validFrom;
    return ms === 0 ? [] : [{ deal, ms, row, next }];
  });
}

export function isAsked({ rows }: DealPath, { period }: StandstillsQuestion): boolean {
  const { registeredAt } = rows[0];
  return period === null || (registeredAt >= period.from && registeredAt < period.to);
}

function figuresOf({ ms, next }: Silence, { overMs }: StandstillsQuestion): readonly StandstillsFigure[] {
  const runs = next === undefined;
  if (ms <= overMs) return runs ? ['silences', 'running'] : ['silences'];
  return runs ? ['silences', 'running', 'standstills', 'standing'] : ['silences', 'standstills'];
}

/** A silence is told by the fact before it, which it lasted since. */
function silenceCounted({ ms, row, next }: Silence, group: Group): Counted {
  return { group, from: row.validFrom, to: next?.validFrom ?? null, days: ms / DAY, event: row, valued: row };
}

/** @throws TypeError where there is none */
function longestOf(silences: readonly Silence[]): Silence {
  return silences.reduce((longest, silence) => (silence.ms > longest.ms ? silence : longest));
}

/** How long the deals of a group lay still. */
export function standstillsOf(
  { group, paths }: GroupedPaths,
  question: StandstillsQuestion,
  view: DimensionView,
  behind?: Behind<StandstillsFigure>,
): StandstillsRow {
  const asked = paths.filter((path) => isAsked(path, question));
  const stood = { standstills: 0, dealsStood: 0, standing: 0, ms: 0 };
  let [lived, longest] = [0, 0];
  function* samples(): Iterable<LeadTimeSample> {
    for (const path of asked) {
      const before = stood.standstills;
      behind?.take(['deals'], path, () => ({ group }));
      for (const silence of silencesOf(path)) {
        const { ms, next } = silence;
        behind?.take(figuresOf(silence, question), path, () => silenceCounted(silence, group));
        lived += ms;
        longest = Math.max(longest, ms);
        if (ms > question.overMs) {
          stood.standstills += 1;
          stood.ms += ms;
          if (next === undefined) stood.standing += 1;
        }
        yield { days: ms / DAY, end: next === undefined ? 'running' : 'arrived' };
      }
      if (stood.standstills === before) continue;
      stood.dealsStood += 1;
      behind?.take(['dealsStood'], path, () => silenceCounted(longestOf(silencesOf(path)), group));
    }
  }
  const { n, running, p50, p90, kaplanMeierMedian } = summariseLeadTimes(samples());
  const { standstills, dealsStood, standing } = stood;
  const [daysStood, daysLived] = [stood.ms / DAY, lived / DAY];
  return {
    ...{ group, labels: labelsOf(group, view), deals: asked.length, silences: n, running, p50, p90, kaplanMeierMedian },
    longest: longest === 0 ? null : longest / DAY,
    ...{ standstills, dealsStood, standing },
    ...{ daysStood, daysLived, share: daysLived === 0 ? null : daysStood / daysLived },
  };
}

/** So many are kept beyond those that are told, before the shortest are dropped. */
const MOST_KEPT = 10_000;

function longerFirst(a: Silence, b: Silence): number {
  return b.ms - a.ms || (a.deal < b.deal ? -1 : a.deal > b.deal ? 1 : a.row.validFrom - b.row.validFrom);
}

/** The longest standstills of all, the longest first. */
export function longestStandstills(
  paths: readonly DealPath[],
  question: StandstillsQuestion,
  limit: number,
  view: DimensionView,
): Standstill[] {
  const longest: Silence[] = [];
  for (const path of paths) {
    if (!isAsked(path, question)) continue;
    for (const silence of silencesOf(path)) if (silence.ms > question.overMs) longest.push(silence);
    // Those that will not be told need not be kept.
    if (longest.length > 2 * limit + MOST_KEPT) longest.sort(longerFirst).splice(limit);
  }
  return longest
    .sort(longerFirst)
    .slice(0, limit)
    .map(({ deal, ms, row, next }) => {
      const [stage, { pipeline, owner }] = [liveStage(row), row];
      return {
        ...{ deal, from: isoInstant(row.validFrom), to: next === undefined ? null : isoInstant(next.validFrom), days: ms / DAY },
        ...{ status: row.status, pipeline, stage, owner, labels: labelsOf({ pipeline, stage, owner }, view) },
        ...{ after: row.eventType, endedBy: next?.eventType ?? null },
      };
    });
}
