/** A seeded source of chance: the same seed, the same history. Each story has its own, so that one more draw in one changes no other. */
export class Random {
  #state: number;

  /** `seed` and `salts` are whole numbers; a salt tells one story's chance from another's. */
  constructor(seed: number, ...salts: readonly number[]) {
    this.#state = salts.reduce((mixed, salt) => scramble(mixed ^ scramble(salt + 0x9e3779b9)), scramble(seed));
  }

  /** In [0, 1). mulberry32 by Tommy Ettinger (public domain). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  between(from: number, to: number): number {
    return from + this.next() * (to - from);
  }

  /** A whole number in [from, to]. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[Math.floor(this.next() * list.length)];
    if (picked === undefined) throw new RangeError('nothing to pick from');
    return picked;
  }

  /** By weight: `[[3, 'often'], [1, 'seldom']]`. */
  weighted<T>(choices: readonly (readonly [number, T])[]): T {
    let rest = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, choice] of choices) {
      rest -= weight;
      if (rest < 0) return choice;
    }
    throw new RangeError('nothing to choose from');
  }

  /** Durations as life has them: around the median, seldom very long. */
  skewed(median: number): number {
    const normal = this.next() + this.next() + this.next() + this.next() - 2; // about ±0.58 around 0
    return median * Math.exp(normal * 1.3);
  }
}

/** The finaliser of murmur3: neighbouring seeds give unrelated states. */
function scramble(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) | 0;
}
