import type { ReadStore } from '../read-store/read-store.port.js';

interface Presence {
  readonly beat: number;
  readonly held: number;
  readonly keeps: string;
}

interface Peer extends Presence {
  /** By this process's own monotonic clock, when its record was last seen to change. */
  readonly since: number;
}

/** The other projectors on the store: each tells that it is there, and how much it holds, by a record that changes at every look. */
export class Peers {
  private readonly seen = new Map<string, Peer>();
  private beat = 0;

  constructor(
    private readonly readStore: ReadStore,
    private readonly owner: string,
    /** Which models in which versions this process can keep: only processes that can keep the same share them evenly. */
    private readonly keeps: string,
    private readonly ttlMs: number,
  ) {}

  /** Tells the others, and looks who they are. */
  async meet(held: number): Promise<void> {
    const { control } = this.readStore;
    this.beat += 1;
    await control.put({ key: keyOf(this.owner), value: { beat: this.beat, held, keeps: this.keeps } });
    const there = (await control.list(keyOf(''))).filter(({ key }) => key !== keyOf(this.owner));
    for (const key of this.seen.keys()) if (!there.some((record) => record.key === key)) this.seen.delete(key);
    for (const { key, value } of there) {
      const presence = value as unknown as Presence; // put above, by another process
      const before = this.seen.get(key);
      const since = before?.beat === presence.beat ? before.since : performance.now();
      this.seen.set(key, { ...presence, since });
      // Whoever died left its record behind.
      if (performance.now() - since > 10 * this.ttlMs) await control.remove(key);
    }
  }

  /** What the one with the fewest leases holds; infinite where there is no other. */
  fewest(): number {
    const alive = [...this.seen.values()].filter(({ keeps, since }) => keeps === this.keeps && performance.now() - since < this.ttlMs);
    return Math.min(...alive.map(({ held }) => held));
  }

  async leave(): Promise<void> {
    await this.readStore.control.remove(keyOf(this.owner));
  }
}

function keyOf(owner: string): string {
  return `projector/${owner}`;
}
