import type { Lease, ReadModel, ReadStore } from '../read-store/read-store.port.js';
import { Peers } from './peers.js';

export interface LeaseOptions {
  /** Another one for every process, also for one that starts again. */
  readonly owner: string;
  /** How long a partition stays with a process that gives no sign of life; renewed three times within it. Default 3 s. */
  readonly ttlMs?: number;
  /** A process that passes through (a command line): takes what nobody holds and lets the others keep what they have. Default false. */
  readonly passing?: boolean;
}

/** What can be held: a partition of a model's version. */
export interface Post {
  readonly model: ReadModel;
  readonly partition: number;
}

interface Held {
  readonly post: Post;
  readonly lease: Lease;
}

export function postKey({ model, partition }: Post): string {
  return `${model.name}@${model.version}/${partition}`;
}

/**
 * The leases of one process. Time is measured by this process's own monotonic clock alone: a lease is taken from another when it was watched not being renewed for its
 * time. So no machine's clock has to be right, and one that jumps moves nothing. What a late owner still writes is refused by the epoch (`StaleLease`).
 */
export class Tenure {
  readonly ttlMs: number;
  /** How often to look. */
  readonly lookMs: number;
  private readonly held = new Map<string, Held>();
  /** Leases of others, as they were last seen to change. */
  private readonly watched = new Map<string, { readonly sign: string; readonly since: number }>();
  /** Since when a post is known to be free. */
  private readonly free = new Map<string, number>();
  private readonly peers: Peers | null;

  constructor(
    private readonly readStore: ReadStore,
    private readonly options: LeaseOptions,
    keeps: string,
  ) {
    this.ttlMs = options.ttlMs ?? 3_000;
    this.lookMs = Math.max(5, Math.floor(this.ttlMs / 3));
    this.peers = options.passing === true ? null : new Peers(readStore, options.owner, keeps, this.ttlMs);
  }

  epochOf(post: Post): number | undefined {
    return this.held.get(postKey(post))?.lease.epoch;
  }

  /** Renews what is held. What was lost meanwhile is no longer held after it. */
  async renew(): Promise<void> {
    const renewals = [...this.held].map(async ([key, { post, lease }]) => {
      const renewed = await this.readStore.leases.renew(lease, this.ttlMs);
      if (renewed === null) this.held.delete(key);
      else if (this.held.has(key)) this.held.set(key, { post, lease: renewed });
    });
    await Promise.all(renewals);
  }

  /** Takes what is free of the posts, or what its owner left without a word. */
  async take(posts: readonly Post[]): Promise<void> {
    await this.peers?.meet(this.held.size);
    for (const post of posts) {
      if (this.held.has(postKey(post))) continue;
      const lease = await this.takeOne(post);
      if (lease !== null) this.held.set(postKey(post), { post, lease });
    }
  }

  /** What is held and is better left to a process that holds less: one at a look, the last first. */
  surplus(posts: readonly Post[]): Post | undefined {
    if (this.peers === null || this.held.size - this.peers.fewest() < 2) return undefined;
    return posts.filter((post) => this.held.has(postKey(post))).at(-1);
  }

  /** What is held and is not among the posts. */
  outside(posts: readonly Post[]): Post[] {
    const wanted = new Set(posts.map(postKey));
    return [...this.held.values()].map(({ post }) => post).filter((post) => !wanted.has(postKey(post)));
  }

  async release(post: Post): Promise<void> {
    const key = postKey(post);
    const held = this.held.get(key);
    if (held === undefined) return;
    this.held.delete(key);
    this.free.set(key, performance.now());
    await this.readStore.leases.release(held.lease);
  }

  /** At the end of the process: the next owner need not wait. */
  async leave(): Promise<void> {
    for (const { post } of [...this.held.values()]) await this.release(post);
    await this.peers?.leave();
  }

  private async takeOne(post: Post): Promise<Lease | null> {
    const { leases } = this.readStore;
    const { owner } = this.options;
    const key = postKey(post);
    const now = performance.now();
    const lease = await leases.held(post.model, post.partition);
    if (lease === null) {
      const since = this.free.get(key) ?? now;
      this.free.set(key, since);
      // Whoever holds less goes first; where nobody comes, it is ours.
      if (this.peers !== null && this.held.size > this.peers.fewest() && now - since < 2 * this.lookMs) return null;
      return leases.acquire(post.model, post.partition, owner, this.ttlMs);
    }
    this.free.delete(key);
    const sign = `${lease.owner} ${lease.epoch} ${lease.expiresAt}`;
    const watched = this.watched.get(key);
    if (watched === undefined || watched.sign !== sign) {
      this.watched.set(key, { sign, since: now });
      return null;
    }
    return now - watched.since < this.ttlMs ? null : leases.seize(lease, owner, this.ttlMs);
  }
}
