import type { Member } from './member.js';

/** The partitions of one model's version that are to be built, each with the epoch of its lease (0 where there are none). */
export interface BuiltModel {
  readonly name: string;
  readonly version: number;
  readonly partitions: number;
  readonly shares: readonly { readonly partition: number; readonly epoch: number }[];
}

/** Models that are built in one pass of the log. */
export interface BuildJob {
  readonly models: readonly BuiltModel[];
  /** Nobody keeps the models in use current meanwhile, who would wait for a page that is being written. */
  readonly alone: boolean;
}

/**
 * Builds partitions up to the end of the log as it is then, elsewhere: in a worker thread with stores of its own. The engine goes on from the checkpoints that it finds.
 * The signal ends it half-way. Where it rejects, the engine builds here: an event that stops the build then stops it here, with its error.
 */
export type BuildElsewhere = (job: BuildJob, signal: AbortSignal) => Promise<void>;

/** Members of one version that another thread builds. */
export class BuildsAway {
  private readonly away = new Set<Member>();

  constructor(
    private readonly build: BuildElsewhere,
    private readonly signal: AbortSignal,
    private readonly onError: (error: unknown) => void,
  ) {}

  members(): readonly Member[] {
    return [...this.away];
  }

  has(member: Member): boolean {
    return this.away.has(member);
  }

  /** Lost meanwhile: what comes back is nobody's. */
  forget(member: Member): void {
    this.away.delete(member);
  }

  /** @returns those that are still kept here when the build is done */
  async send(members: readonly Member[]): Promise<readonly Member[]> {
    const [first] = members;
    if (first === undefined) return [];
    for (const member of members) this.away.add(member);
    const { name, version } = first.model;
    const shares = members.map(({ partition, epoch }) => ({ partition, epoch }));
    try {
      await this.build({ models: [{ name, version, partitions: first.partitions, shares }], alone: false }, this.signal);
    } catch (error) {
      this.onError(error);
    }
    const kept = members.filter((member) => this.away.has(member));
    for (const member of kept) this.away.delete(member);
    return kept;
  }
}
