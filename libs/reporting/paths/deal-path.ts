import type { EpochMs } from '../../domain/shared/instant.js';
import type { DealInterval } from '../rows.js';
import type { DealHistory } from './deal-history.js';

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
export function pathOf(history: DealHistory, asOf: EpochMs): DealPath | undefined {
  const { rows } = history;
  let { length } = rows;
  while (length > 0 && (rows[length - 1]?.validFrom ?? asOf) > asOf) length -= 1;
  return length === 0 ? undefined : new HistoryPath(history, length, asOf);
}

/** The first rows of a history, read when they are looked at. */
class HistoryPath implements DealPath {
  constructor(
    private readonly history: DealHistory,
    private readonly length: number,
    readonly asOf: EpochMs,
  ) {}

  get deal(): string {
    return this.history.deal;
  }

  get rows(): DealPath['rows'] {
    return this.history.first(this.length) as DealPath['rows']; // there is at least one
  }
}

/** Of each deal that had begun by then. */
export function pathsOf(histories: readonly DealHistory[], asOf: EpochMs): readonly DealPath[] {
  const paths: DealPath[] = [];
  for (const history of histories) {
    const path = pathOf(history, asOf);
    if (path !== undefined) paths.push(path);
  }
  return paths;
}

/** The same path as it was `age` after `start`: for questions that cut every deal at the same age. */
export function pathUntil(path: DealPath, until: EpochMs): DealPath | undefined {
  if (until >= path.asOf) return path;
  const [first, ...rest] = path.rows.filter((row) => row.validFrom <= until);
  return first === undefined ? undefined : { deal: path.deal, rows: [first, ...rest], asOf: until };
}

export function lastRow(path: DealPath): DealInterval {
  const { rows } = path;
  return rows[rows.length - 1] ?? rows[0];
}
