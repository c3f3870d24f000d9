import type { EpochMs } from '../domain/shared/instant.js';

interface Entry<T> {
  readonly at: EpochMs;
  /** Of two entries of one instant the first pushed comes first. */
  readonly turn: number;
  readonly item: T;
}

function before(a: Entry<unknown>, b: Entry<unknown>): boolean {
  return a.at < b.at || (a.at === b.at && a.turn < b.turn);
}

/** What comes next in time, of everything that is under way. Holds what is active, never the whole history. */
export class TimeHeap<T> {
  readonly #entries: Entry<T>[] = [];
  #turn = 0;

  get size(): number {
    return this.#entries.length;
  }

  nextAt(): EpochMs | undefined {
    return this.#entries[0]?.at;
  }

  push(at: EpochMs, item: T): void {
    const entries = this.#entries;
    const entry = { at, turn: this.#turn++, item };
    let index = entries.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = entries[parent];
      if (above === undefined || !before(entry, above)) break;
      entries[index] = above;
      index = parent;
    }
    entries[index] = entry;
  }

  pop(): T | undefined {
    const entries = this.#entries;
    const first = entries[0];
    const last = entries.pop();
    if (first === undefined || last === undefined || entries.length === 0) return first?.item;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const [a, b] = [entries[left], entries[left + 1]];
      if (a === undefined) break;
      const [child, at] = b !== undefined && before(b, a) ? [b, left + 1] : [a, left];
      if (!before(child, last)) break;
      entries[index] = child;
      index = at;
    }
    entries[index] = last;
    return first.item;
  }
}
