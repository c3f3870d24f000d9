import type { EpochMs } from '../../domain/shared/instant.js';
import type { DealInterval, History } from '../rows.js';

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

/** The way of one deal from its history; undefined where nothing of it began by T. */
export function pathOf(history: History, asOf: EpochMs): DealPath | undefined {
  let { length } = history;
  while (length > 0 && (history[length - 1]?.validFrom ?? asOf) > asOf) length -= 1;
  const [first] = history;
  if (first === undefined || length === 0) return undefined;
  const rows = (length === history.length ? history : history.slice(0, length)) as DealPath['rows']; // it has a first
  return { deal: first.entity, rows, asOf };
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
