import type { EpochMs } from '../../domain/shared/instant.js';
import type { WinRateFigure } from '../behind/figures.js';
import { lastRow } from '../paths/deal-path.js';
import type { DealPath } from '../paths/deal-path.js';
import { endedUndated, isClosed, milestoneAt } from '../paths/milestones.js';
import { wilson } from '../survival/kaplan-meier.js';
import type { Spell } from '../survival/kaplan-meier.js';

/** The five numbers that are all called win rate (metrics.md section 3), each under its own name. */
export const WIN_RATES = ['by-deals', 'by-value', 'broad', 'cohort', 'overdue'] as const;
export type WinRateForm = (typeof WIN_RATES)[number];

export interface Share {
  /** Counted deals, or minor units of one currency for `by-value`. */
  readonly won: number;
  readonly of: number;
  /** won / of; null where nothing is counted. */
  readonly rate: number | null;
  /** Wilson's 95 % interval; null for values and for n = 0. */
  readonly low: number | null;
  readonly high: number | null;
}

/** Ages of a cohort's deals: days from the start to the outcome, or to T where it is still open. */
export type OutcomeSpell = Spell<'won' | 'lost' | 'derailed'>;

export interface WinRateCounts {
  won: number;
  lost: number;
  /** Left the pipeline without a decision: to marketing, or filed. */
  derailed: number;
  open: number;
  /** Open with a decision date before T's day. */
  overdue: number;
  /** Open, not overdue, and older than the stated age. */
  old: number;
  readonly wonValue: Map<string, number>;
  readonly lostValue: Map<string, number>;
  /** Closed deals without a value: in the counts, in no value. */
  unvalued: number;
  readonly spells: OutcomeSpell[];
}

export interface WinRateScope {
  /** Deals that came to this milestone in [from, to); or, with `closed`, deals whose standing outcome at T fell in it. */
  readonly by: 'cohort' | 'closed';
  readonly milestone: 'registered' | 'qualified';
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** T's calendar day in the report zone. */
  readonly today: string;
  /** An open deal older than this (ms since its milestone) is `old`. */
  readonly oldAfterMs: number;
}

const DAY = 86_400_000;

export function emptyWinRate(): WinRateCounts {
  return {
    ...{ won: 0, lost: 0, derailed: 0, open: 0, overdue: 0, old: 0, unvalued: 0 },
    ...{ wonValue: new Map<string, number>(), lostValue: new Map<string, number>(), spells: [] },
  };
}

function addValue(counts: WinRateCounts, values: Map<string, number>, minor: number | null, currency: string | null): void {
  if (minor === null || currency === null) counts.unvalued += 1;
  else values.set(currency, (values.get(currency) ?? 0) + minor);
}

/** Whether a deal belongs to the scope. Only deals that were qualified count (a request is not lost). */
export function countsForWinRate(path: DealPath, { by, milestone, from, to }: WinRateScope): boolean {
  const at = milestoneAt(path, by === 'cohort' ? milestone : 'closed');
  return at !== null && at >= from && at < to && lastRow(path).qualifiedAt !== null;
}

/** Adds a deal where it belongs to the scope: the figures that it counts in, none where it does not belong there. */
export function countWinRate(counts: WinRateCounts, path: DealPath, scope: WinRateScope): readonly WinRateFigure[] {
  if (!countsForWinRate(path, scope)) return [];
  const start = milestoneAt(path, scope.milestone);
  const closedAt = milestoneAt(path, 'closed');
  const last = lastRow(path);
  const outcome = last.status === 'won' ? 'won' : last.status === 'lost' ? 'lost' : isClosed(last.status) ? 'derailed' : null;
  // Of what ended nobody knows when, the outcome is known and the age is not.
  if (start !== null && !endedUndated(path)) counts.spells.push({ duration: ((closedAt ?? path.asOf) - start) / DAY, outcome });
  if (outcome !== null) {
    counts[outcome] += 1;
    if (outcome === 'derailed') return ['n', outcome];
    addValue(counts, outcome === 'won' ? counts.wonValue : counts.lostValue, last.valueMinor, last.currency);
    return last.valueMinor === null || last.currency === null ? ['n', outcome, 'unvalued'] : ['n', outcome];
  }
  counts.open += 1;
  if (last.decisionDate !== null && last.decisionDate < scope.today) {
    counts.overdue += 1;
    return ['n', 'open', 'overdue'];
  }
  if (start === null || path.asOf - start <= scope.oldAfterMs) return ['n', 'open'];
  counts.old += 1;
  return ['n', 'open', 'old'];
}

function share(won: number, of: number, interval = true): Share {
  const band = interval ? wilson(won, of) : null;
  return { won, of, rate: of === 0 ? null : won / of, low: band?.low ?? null, high: band?.high ?? null };
}

/** The five forms; `by-value` per currency, never mixed. Of deals picked by their closing none is open: the two forms that count open ones have nothing to say. */
export function winRates(
  counts: WinRateCounts,
  by: WinRateScope['by'],
): Record<Exclude<WinRateForm, 'by-value'>, Share> & { 'by-value': Record<string, Share> } {
  const { won, lost, derailed, open, overdue, old } = counts;
  const currencies = [...new Set([...counts.wonValue.keys(), ...counts.lostValue.keys()])].sort();
  return {
    'by-deals': share(won, won + lost),
    'by-value': Object.fromEntries(
      currencies.map((currency) => {
        const wonMinor = counts.wonValue.get(currency) ?? 0;
        return [currency, share(wonMinor, wonMinor + (counts.lostValue.get(currency) ?? 0), false)];
      }),
    ),
    broad: share(won, won + lost + derailed),
    cohort: by === 'closed' ? share(0, 0) : share(won, won + lost + derailed + open),
    overdue: by === 'closed' ? share(0, 0) : share(won, won + lost + overdue + old),
  };
}
