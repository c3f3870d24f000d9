import { compareLife } from './order.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { DealInterval } from '../rows.js';

/**
 * One deal's way as of (T, K): its interval rows that are known at K and began by T, in order, every step kept (zero-length rows too).
 * Flow reports (funnel, lead times, win rates, spells) fold paths; they never look at rows of two deals at once.
 */
export interface DealPath {
  readonly deal: string;
  /** Never empty. */
  readonly rows: readonly [DealInterval, ...DealInterval[]];
  /** Until when the path is seen: T. */
  readonly asOf: EpochMs;
}

/** The path of one deal from all its rows; undefined where nothing of it is known at K or began by T (or it was withdrawn). */
export function pathOf(rows: readonly DealInterval[], asOf: EpochMs, knownAt: number): DealPath | undefined {
  const known = rows.filter(
    (row) => row.openedBy <= knownAt && (row.withdrawnBy === null || row.withdrawnBy > knownAt) && row.validFrom <= asOf,
  );
  const [first, ...rest] = known.sort(compareLife);
  return first === undefined ? undefined : { deal: first.entity, rows: [first, ...rest], asOf };
}

/** The same path as it was `age` after `start`: for questions that cut every deal at the same age. */
export function pathUntil(path: DealPath, until: EpochMs): DealPath | undefined {
  if (until >= path.asOf) return path;
  const [first, ...rest] = path.rows.filter((row) => row.validFrom <= until);
  return first === undefined ? undefined : { deal: path.deal, rows: [first, ...rest], asOf: until };
}

export function lastRow(path: DealPath): DealInterval {
  return path.rows[path.rows.length - 1] ?? path.rows[0];
}
