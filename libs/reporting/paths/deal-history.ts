import type { EpochMs } from '../../domain/shared/instant.js';
import type { DealInterval, History } from '../rows.js';

/** One deal's history. Where its rows stand in columns they are made anew each time somebody asks, so that a million of them take little: take them once, and keep none. */
export interface DealHistory {
  readonly deal: string;
  /** Never empty. */
  readonly rows: History;
  /** The first so many of them. */
  first(length: number): History;
  /** The state at T; undefined before the first row. Of a deal of which no more is asked, nothing else need be read. */
  stateAt(asOf: EpochMs): DealInterval | undefined;
}

/** Of rows that are in memory as they are. */
export class PlainHistory implements DealHistory {
  private cut: History | undefined;

  constructor(readonly rows: History) {}

  get deal(): string {
    return this.rows[0]?.entity ?? '';
  }

  first(length: number): History {
    if (length === this.rows.length) return this.rows;
    if (this.cut?.length !== length) this.cut = this.rows.slice(0, length);
    return this.cut;
  }

  stateAt(asOf: EpochMs): DealInterval | undefined {
    return this.rows.findLast(({ validFrom }) => validFrom <= asOf);
  }
}

/** Two lists of histories, each in the order of its deals' ids, as one: the ids of the few are looked for among those of the many. */
export function inOrder(many: readonly DealHistory[], few: readonly DealHistory[]): readonly DealHistory[] {
  if (few.length === 0 || many.length === 0) return few.length === 0 ? many : few;
  const all: DealHistory[] = [];
  let taken = 0;
  for (const one of few) {
    const { deal } = one;
    const isBefore = (place: number): boolean => many[place]!.deal < deal; // below its length
    let [low, high] = [taken, taken];
    // In steps that double, as the next one is near where there are not so few.
    for (let step = 1; high < many.length && isBefore(high); step *= 2) {
      low = high + 1;
      high = low + step;
    }
    high = Math.min(high, many.length);
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(middle)) low = middle + 1;
      else high = middle;
    }
    for (; taken < low; taken += 1) all.push(many[taken]!); // below its length
    all.push(one);
  }
  for (; taken < many.length; taken += 1) all.push(many[taken]!); // likewise
  return all;
}
