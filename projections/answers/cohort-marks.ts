import type { Maturity } from '../../libs/reporting/flow-queries.js';
import { counted } from '../../libs/reporting/figures.js';
import { isClosed } from '../../libs/reporting/paths/milestones.js';
import type { DealInterval } from '../../libs/reporting/rows.js';
import type { Period } from '../../libs/reporting/time/period.js';

/** Fewer deals than these tell little: the answer says so. */
const SMALL_N = 30;

/** How much of a cohort is not known yet. */
export function maturityMarks(maturity: readonly Maturity[], aged: boolean): string[] {
  const n = maturity.reduce((sum, one) => sum + one.n, 0);
  const closed = maturity.reduce((sum, one) => sum + one.closed, 0);
  const oldEnough = maturity.reduce((sum, one) => sum + one.oldEnough, 0);
  return [
    ...(closed < n ? [`deals of the cohort still open, their outcome not known: ${counted(n - closed)} of ${counted(n)}`] : []),
    ...(aged && oldEnough < n
      ? [`deals younger than the age asked for, so that the cohort is immature: ${counted(n - oldEnough)} of ${counted(n)}`]
      : []),
  ];
}

/** Of how few deals the rows are. */
export function smallMarks(counts: readonly number[]): string[] {
  const small = counts.filter((n) => n > 0 && n < SMALL_N).length;
  if (small === 0) return [];
  return [
    counts.length === 1
      ? `n = ${counts[0]} is small: shares and times of so few say little`
      : `${counted(small)} of ${counted(counts.length)} rows are of fewer than ${SMALL_N} deals: shares and times of so few say little`,
  ];
}

/** Deals that ended nobody knows when, by their states: `where` says what they are left out of. */
export function undatedEndMarks(states: readonly DealInterval[], where: string): string[] {
  const undated = states.filter(({ status, closedAt }) => isClosed(status) && closedAt === null).length;
  return undated === 0 ? [] : [`deals that ended without a date of their own, ${where}: ${counted(undated)}`];
}

/** Stays that began or ended nobody knows when. */
export function undatedStayMarks(stays: number): string[] {
  return stays === 0 ? [] : [`stays in a stage that began or ended without a date of their own, in no row: ${counted(stays)}`];
}

/** Of one period: those whose end was recorded in it, where somebody would look for them. */
export function recordedInMarks(states: Iterable<DealInterval>, { start, end }: Pick<Period, 'start' | 'end'>): string[] {
  let undated = 0;
  for (const { status, closedAt, validFrom } of states)
    if (isClosed(status) && closedAt === null && validFrom >= start && validFrom < end) undated += 1;
  return undated === 0 ? [] : [`deals whose end was recorded in this period without a date of its own, in no period: ${counted(undated)}`];
}
