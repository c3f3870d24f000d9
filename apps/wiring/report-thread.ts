import { Worker } from 'node:worker_threads';
import { builtBeside } from '../../libs/event-store/built-beside.js';
import { ReadStoreUnavailable } from '../../libs/read-store/read-store.port.js';
import type { ReportZone } from '../../libs/reporting/time/report-zone.js';
import type { Answers } from '../../projections/answers/answers.js';
import { AskerGone } from '../../projections/answers/sources.js';
import type { Asker } from '../../projections/answers/sources.js';
import { FOLLOWING } from './report-messages.js';
import type { AskedBack, FollowingName, FromReports, KeptSize, ReportConfig, ReportWork, ToReports } from './report-messages.js';
import { errorFrom } from './thread-errors.js';

/** So many questions are in the thread at once: one reads or waits while the other is counted. The others stand in line. */
const MOST_AT_ONCE = 2;
/** What the thread may take beside the rows that it keeps, in MB: a report that needs more ends the thread, and not the server. */
const MOST_MEGABYTES = 3_072;
const YOUNG_MEGABYTES = 96;

export interface ReportThreadOptions {
  readonly config: ReportConfig;
  /** What the thread may ask of this one. */
  readonly back: AskedBack;
}

interface Job {
  readonly send: (id: number, place: number) => ToReports;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Whoever asked is no more. */
  readonly gone: AbortSignal | undefined;
}

interface Running {
  readonly job: Job;
  readonly place: number;
}

/**
 * Reports that follow deals, made in a thread of its own with connections and kept rows of its own: at a million deals one takes seconds, in which the thread that serves answers everybody else.
 * Begun by the first question, and again by the next one where it has ended.
 */
export class ReportThread {
  private worker: Worker | undefined;
  private readonly gone = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * MOST_AT_ONCE));
  private readonly line: Job[] = [];
  private readonly running = new Map<number, Running>();
  private lastId = 0;
  private stopped = false;
  private keptSize: KeptSize = { rows: 0, bytes: 0 };

  constructor(private readonly options: ReportThreadOptions) {}

  /** What the thread kept when it last answered. */
  get kept(): KeptSize {
    return this.keptSize;
  }

  /** Questions that are being answered or stand in line. */
  get asked(): number {
    return this.running.size + this.line.length;
  }

  /** `answers`, but for what is asked of the thread. A list of deals goes there where it is one of a cohort. */
  answers(here: Answers, zone: ReportZone): Answers {
    const there = Object.fromEntries(
      FOLLOWING.map((name) => [name, (query: unknown, asker: Asker): Promise<unknown> => this.ask(name, query, zone, asker)]),
    ) as unknown as Pick<Answers, FollowingName>; // each answers with what the method of that name returns
    return { ...here, ...there, deals: (query, asker) => (query.cohort === undefined ? here : there).deals(query, asker) };
  }

  /** Reads the rows of deals before anybody asks. */
  async warm(rows: number): Promise<void> {
    await this.take((id) => ({ kind: 'warm', id, rows }), undefined);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    const { worker } = this;
    const gone = new AskerGone();
    for (const { reject } of this.line.splice(0)) reject(gone);
    for (const { place } of this.running.values()) Atomics.store(this.gone, place, 1);
    if (worker === undefined) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    this.post({ kind: 'stop' });
    await exited;
  }

  private ask(name: FollowingName, query: unknown, zone: ReportZone, { readPersonal, gone }: Asker): Promise<unknown> {
    return this.take((id, place) => ({ kind: 'ask', id, place, name, query, zone, readPersonal }), gone);
  }

  private take(send: Job['send'], gone: AbortSignal | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.stopped || gone?.aborted === true) return reject(new AskerGone());
      const job: Job = { send, resolve, reject, gone };
      gone?.addEventListener('abort', () => this.giveUp(job), { once: true });
      this.line.push(job);
      this.sendNext();
    });
  }

  /** One in line is taken out of it; one that is being answered is told to end. */
  private giveUp(job: Job): void {
    const inLine = this.line.indexOf(job);
    if (inLine !== -1) this.line.splice(inLine, 1);
    for (const running of this.running.values()) if (running.job === job) Atomics.store(this.gone, running.place, 1);
    job.reject(new AskerGone());
  }

  private sendNext(): void {
    if (this.running.size >= MOST_AT_ONCE) return;
    const job = this.line.shift();
    if (job === undefined) return;
    const taken = new Set([...this.running.values()].map(({ place }) => place));
    const place = Array.from({ length: MOST_AT_ONCE }, (_, at) => at).find((at) => !taken.has(at)) ?? 0; // fewer are running
    Atomics.store(this.gone, place, 0);
    this.lastId += 1;
    this.running.set(this.lastId, { job, place });
    this.post(job.send(this.lastId, place));
  }

  private post(message: ToReports): void {
    this.worker ??= this.begin();
    this.worker.postMessage(message);
  }

  private begin(): Worker {
    const workerData: ReportWork = { config: this.options.config, gone: this.gone };
    const resourceLimits = { maxOldGenerationSizeMb: MOST_MEGABYTES, maxYoungGenerationSizeMb: YOUNG_MEGABYTES };
    const worker = new Worker(builtBeside(import.meta.url, 'report.worker.js'), { workerData, resourceLimits });
    worker.on('message', (message: FromReports) => this.heard(worker, message));
    worker.on('error', (error) => this.end(worker, (error as Error).message)); // what a thread throws
    worker.on('exit', () => this.end(worker, 'it ended'));
    return worker;
  }

  private heard(worker: Worker, message: FromReports): void {
    if (message.kind === 'asks') return void this.answerBack(worker, message);
    const { id, kept } = message;
    const job = this.running.get(id)?.job;
    this.running.delete(id);
    this.keptSize = kept;
    if (message.kind === 'answer') job?.resolve(message.answer);
    else job?.reject(errorFrom(message.error));
    this.sendNext();
  }

  private async answerBack(worker: Worker, { id, what, with: args }: Extract<FromReports, { kind: 'asks' }>): Promise<void> {
    // A method of this name, with the arguments that the thread gave it, type-checked there.
    const ask = this.options.back[what] as (...given: readonly unknown[]) => Promise<unknown>;
    // What cannot be told here is looked up there: the thread says what it misses.
    const told = await ask(...args).catch(() => undefined);
    worker.postMessage({ kind: 'told', id, told } satisfies ToReports);
  }

  private end(worker: Worker, how: string): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    this.keptSize = { rows: 0, bytes: 0 };
    const jobs = [...this.running.values()].map(({ job }) => job);
    this.running.clear();
    const error = this.stopped
      ? new AskerGone()
      : new ReadStoreUnavailable(`the thread that makes this report has ended (${how}): ask again`);
    for (const { reject } of jobs) reject(error);
    this.sendNext();
  }
}
