import type { ControlRecord, ReadStore } from '../read-store/read-store.port.js';

/**
 * What processes on one read store ask of each other, as small records in it. Whoever holds the lease of what a record names acts on it at its next look; whoever asked
 * waits for what follows from it. So nobody needs to know where the others are, and what was asked outlives both.
 */

/** A version under construction: how many partitions it has is fixed by whoever began it, for all processes. */
export interface Build {
  readonly model: string;
  readonly version: number;
  readonly partitions: number;
  /** Why it stopped; null while it goes on. */
  readonly error: string | null;
}

/** A stopped partition of a version. */
export interface Halt {
  readonly model: string;
  readonly version: number;
  readonly partition: number;
  readonly error: string;
}

/** A parked stream that is to be tried again. */
export interface ReplayOrder {
  readonly model: string;
  readonly version: number;
  readonly stream: string;
}

/** A version that readers have left. Its rows stay for a while: a question that began before the switch still walks them. */
interface Retired {
  readonly model: string;
  readonly version: number;
}

export interface Orders {
  readonly paused: ReadonlySet<string>;
  readonly builds: readonly Build[];
  readonly halts: readonly Halt[];
  readonly replays: readonly ReplayOrder[];
  readonly retired: readonly Retired[];
}

/** The records of one store, by what they mean. */
export class Control {
  constructor(private readonly readStore: ReadStore) {}

  async orders(): Promise<Orders> {
    const records = await this.readStore.control.list('');
    const of = <T>(kind: string): T[] => records.filter(({ key }) => key.startsWith(`${kind}/`)).map(({ value }) => value as unknown as T); // put below
    return {
      paused: new Set(of<{ model: string }>('paused').map(({ model }) => model)),
      builds: of<Build>('build'),
      halts: of<Halt>('halted'),
      replays: of<ReplayOrder>('replay'),
      retired: of<Retired>('retired'),
    };
  }

  pause(model: string): Promise<void> {
    return this.put(`paused/${model}`, { model });
  }

  /** Goes on from the checkpoint; what stopped tries its event again. */
  async resume(model: string): Promise<void> {
    await this.readStore.control.remove(`paused/${model}`);
    const { halts, builds } = await this.orders();
    for (const halt of halts) if (halt.model === model) await this.readStore.control.remove(haltKey(halt));
    for (const build of builds)
      if (build.model === model && build.error !== null) await this.put(buildKey(model), { ...build, error: null });
  }

  /** The build of this model that is under way: this one, or one that somebody else began before. */
  async begin(build: Build): Promise<Build> {
    for (;;) {
      if (await this.readStore.control.add(recordOf(buildKey(build.model), build))) return build;
      const [found] = (await this.orders()).builds.filter(({ model }) => model === build.model);
      if (found !== undefined) return found;
    }
  }

  async buildFailed(build: Build, error: string): Promise<void> {
    const { builds } = await this.orders();
    const same = builds.some(({ model, version }) => model === build.model && version === build.version);
    if (same) await this.put(buildKey(build.model), { ...build, error });
  }

  endBuild(model: string): Promise<void> {
    return this.readStore.control.remove(buildKey(model));
  }

  halt(halt: Halt): Promise<void> {
    return this.put(haltKey(halt), { ...halt });
  }

  order(replay: ReplayOrder): Promise<void> {
    return this.put(replayKey(replay), { ...replay });
  }

  done(replay: ReplayOrder): Promise<void> {
    return this.readStore.control.remove(replayKey(replay));
  }

  retire(model: string, version: number): Promise<void> {
    return this.put(`retired/${model}@${version}`, { model, version });
  }

  /** The version is dropped, and what was said about it. */
  async forget(model: string, version: number): Promise<void> {
    await this.readStore.control.remove(`retired/${model}@${version}`);
    for (const halt of (await this.orders()).halts) {
      if (halt.model === model && halt.version === version) await this.readStore.control.remove(haltKey(halt));
    }
  }

  private put(key: string, value: ControlRecord['value']): Promise<void> {
    return this.readStore.control.put({ key, value });
  }
}

function recordOf(key: string, build: Build): ControlRecord {
  return { key, value: { ...build } };
}

function buildKey(model: string): string {
  return `build/${model}`;
}

function haltKey({ model, version, partition }: Halt): string {
  return `halted/${model}@${version}/${partition}`;
}

function replayKey({ model, version, stream }: ReplayOrder): string {
  return `replay/${model}@${version}/${stream}`;
}
