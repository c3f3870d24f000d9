import { Worker } from 'node:worker_threads';
import { EventStoreUnavailable } from '../event-store.port.js';
import type { AppendResult, Clock } from '../event-store.port.js';
import { builtBeside } from '../built-beside.js';
import type { PreparedAppend } from './appending.js';
import type { LogFile } from './log-file.js';
import type { LogWriter } from './log-writer.js';
import type { FromWriter, ToWriter, WriterWork } from './writer-messages.js';
import { addCall, answersOf, noCalls } from './writer-messages.js';

interface Waiting {
  readonly resolve: (results: readonly PromiseSettledResult<AppendResult>[]) => void;
  readonly reject: (error: Error) => void;
}

const CALLS_AT_ONCE = 32;
/** From so many appends on a call is a batch. */
const APPENDS_OF_A_BATCH = 64;

/**
 * By a connection of its own in a thread of its own: while it waits for the disk, the thread that asks goes on. WAL with synchronous=FULL syncs before a commit can be seen, so
 * nobody reads what is not durable. The thread is begun at once, so that the first append does not wait for it, and anew where it should have ended by itself.
 */
export class ThreadWriter implements LogWriter {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private calls = noCalls();
  private lastId = 0;
  private closing: Promise<void> | undefined;

  constructor(
    /** The connection of this thread, which reads, and tells whoever waits for what is new. */
    private readonly log: LogFile,
    private readonly clock: Clock,
    private readonly work: WriterWork,
  ) {
    this.worker = this.begin();
  }

  write(requests: readonly PreparedAppend[]): Promise<readonly PromiseSettledResult<AppendResult>[]> {
    if (this.closing !== undefined) return Promise.reject(this.closed());
    return new Promise((resolve, reject) => {
      this.lastId += 1;
      this.waiting.set(this.lastId, { resolve, reject });
      addCall(this.calls, { id: this.lastId, requests }, this.clock.now());
      const { length } = this.calls.ids;
      // Calls of one turn of the event loop go over together, some at a time: the first are written while the rest is still decided. A batch has the next one decided behind it.
      if (length >= CALLS_AT_ONCE || requests.length >= APPENDS_OF_A_BATCH) this.send();
      else if (length === 1) setImmediate(() => this.send());
    });
  }

  get queued(): number {
    return this.waiting.size;
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    this.send();
    const { worker } = this;
    if (worker === undefined) return;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    this.post(worker, 'close');
    await ended;
  }

  private send(): void {
    const { calls } = this;
    if (calls.ids.length === 0) return;
    this.calls = noCalls();
    this.post((this.worker ??= this.begin()), calls);
  }

  private post(worker: Worker, message: ToWriter): void {
    worker.postMessage(message);
  }

  private begin(): Worker {
    const worker = new Worker(builtBeside(import.meta.url, 'log-writer.worker.js'), { workerData: this.work });
    let failure: { readonly message: string } | undefined;
    worker.on('message', (message: FromWriter) => this.take(message));
    worker.on('error', (error) => (failure = error as Error)); // what a thread throws
    worker.on('exit', () => this.ended(failure));
    return worker;
  }

  private take({ answers, commits }: FromWriter): void {
    for (const { id, outcome } of answersOf(answers)) {
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if ('error' in outcome) waiting?.reject(outcome.error);
      else waiting?.resolve(outcome);
    }
    this.log.committedElsewhere(commits);
  }

  private ended(failure: { readonly message: string } | undefined): void {
    this.worker = undefined;
    const why = failure === undefined ? '' : `: ${failure.message}`;
    const error =
      failure === undefined && this.closing !== undefined
        ? this.closed()
        : new EventStoreUnavailable(
            `the thread that writes the log ${this.log.file} ended${why}; what it was given may or may not be written`,
          );
    const left = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of left) reject(error);
  }

  private closed(): EventStoreUnavailable {
    return new EventStoreUnavailable(`the log ${this.log.file} has been closed by this process`);
  }
}
