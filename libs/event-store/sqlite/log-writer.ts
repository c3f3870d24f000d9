import type { AppendResult } from '../event-store.port.js';
import type { Appending, PreparedAppend } from './appending.js';
import type { LogFile } from './log-file.js';

/** Who writes appends into the log's file. */
export interface LogWriter {
  /** One outcome for each, in order, when their commit is on the disk. @throws EventStoreUnavailable, LogDamaged, LogClosed: nothing of it was written */
  write(requests: readonly PreparedAppend[]): Promise<readonly PromiseSettledResult<AppendResult>[]>;
  /** Calls that wait for their commit. */
  readonly queued: number;
  /** When everything given is written. */
  close(): Promise<void>;
}

/** By the log's own connection, in the thread that asks. */
export class OwnWriter implements LogWriter {
  constructor(
    private readonly log: LogFile,
    private readonly appending: Appending,
  ) {}

  write(requests: readonly PreparedAppend[]): Promise<readonly PromiseSettledResult<AppendResult>[]> {
    return this.log.perform((transaction) => this.appending.all(transaction, requests));
  }

  get queued(): number {
    return this.log.queued;
  }

  async close(): Promise<void> {
    // The log's file runs what is queued when it is closed.
  }
}
