import { EventStoreUnavailable } from '../event-store.port.js';
import type { LogTransaction } from './log-transaction.js';
import { sqliteCode } from './sqlite-errors.js';

/** One commit, for who measures: how many jobs shared it, and how long it took. */
export interface Commit {
  readonly jobs: number;
  readonly ms: number;
}

/** What a group of jobs is written by. */
export interface GroupWriter {
  readonly file: string;
  readonly transaction: LogTransaction;
  begin(): void;
  commit(): void;
  /** Does not throw. */
  rollBack(): void;
  /** Counts rows written, also those that a rollback takes back. */
  written(): number;
  /** One clear line for what SQLite throws. */
  clear(error: unknown): unknown;
  /** Called when the jobs of a group have their answers. */
  committed(commit: Commit): void;
}

interface Job {
  readonly run: (transaction: LogTransaction) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const QUIET_TURNS = 4;

/** Jobs of one turn of the event loop share a transaction, and each is answered when that is on the disk. */
export class GroupCommit {
  private queue: Job[] = [];
  private scheduled = false;
  private committedInTurn = false;
  /** How many jobs shared the latest commit. */
  private lastGroup = 0;

  constructor(
    private readonly writer: GroupWriter,
    /** How long a commit waits at most for jobs that are on their way. */
    private readonly gatheringMs: number,
  ) {}

  /** Jobs that wait for the next commit. */
  get queued(): number {
    return this.queue.length;
  }

  perform<T>(job: (transaction: LogTransaction) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      // The queue holds jobs of any result type; each is resolved with what its own `run` returned.
      this.queue.push({ run: job, resolve: resolve as (value: unknown) => void, reject });
      if (this.scheduled) return;
      this.scheduled = true;
      if (this.isAlone()) process.nextTick(() => this.commitQueue());
      else setImmediate(() => this.commitWhenQuiet(0, 0, performance.now() + this.gatheringMs));
    });
  }

  /** At once, together with what is queued. @throws what the job throws, EventStoreUnavailable */
  performNow<T>(job: (transaction: LogTransaction) => T): T {
    let outcome: { value: T } | { error: unknown } | undefined;
    this.queue.push({
      run: job,
      resolve: (value) => (outcome = { value: value as T }), // what `run` returned
      reject: (error) => (outcome = { error }),
    });
    this.commitQueue();
    if (outcome === undefined) throw new EventStoreUnavailable(`the log ${this.writer.file} did not answer`);
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  commitQueue(): void {
    this.scheduled = false;
    let jobs = this.queue;
    this.queue = [];
    this.lastGroup = jobs.length;
    // A job that fails after it has written takes the transaction with it: the others run again without it.
    while (jobs.length > 0) jobs = this.commitGroup(jobs);
  }

  /**
   * Nobody shared the latest commit, and none was made in this turn of the event loop: an append that comes alone does not wait for the turn's end, so that its answer
   * leaves with this turn. The second of a turn does, and whoever comes after it.
   */
  private isAlone(): boolean {
    if (this.lastGroup > 1 || this.committedInTurn) return false;
    this.committedInTurn = true;
    setImmediate(() => (this.committedInTurn = false));
    return true;
  }

  /**
   * Where several append, the next appends are on their way already, one a turn of the event loop: waits for them until a few turns brought none, so that more
   * share a commit (on a disk with slow syncs twice as many appends a second). Whoever appends alone waits for nobody.
   */
  private commitWhenQuiet(seen: number, quietTurns: number, until: number): void {
    const queued = this.queue.length;
    const quiet = queued > seen ? 0 : quietTurns + 1;
    if (this.lastGroup > 1 && quiet <= QUIET_TURNS && performance.now() < until) {
      setImmediate(() => this.commitWhenQuiet(queued, quiet, until));
    } else {
      this.commitQueue();
    }
  }

  /** Returns the jobs that have to run again. */
  private commitGroup(jobs: Job[]): Job[] {
    const { writer } = this;
    const settle: (() => void)[] = [];
    const began = performance.now();
    let ms: number;
    try {
      writer.begin();
      for (const job of jobs) {
        const written = writer.written();
        try {
          const value = job.run(writer.transaction);
          settle.push(() => job.resolve(value));
        } catch (error) {
          if (sqliteCode(error) !== undefined) throw error;
          settle.push(() => job.reject(error));
          if (writer.written() === written) continue;
          writer.rollBack();
          job.reject(error);
          return jobs.filter((other) => other !== job);
        }
      }
      writer.commit();
      ms = performance.now() - began;
    } catch (error) {
      const clear = writer.clear(error);
      writer.rollBack();
      for (const job of jobs) job.reject(clear);
      return [];
    }
    for (const done of settle) done();
    writer.committed({ jobs: jobs.length, ms });
    return [];
  }
}
