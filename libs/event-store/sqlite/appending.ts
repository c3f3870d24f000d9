import type { StreamName } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { positionOf } from '../../domain/shared/position.js';
import type { CheckedEvent } from '../appendable.js';
import { LogClosed, WrongExpectedRevision } from '../event-store.port.js';
import type { AppendResult, ExpectedRevision } from '../event-store.port.js';
import { IDENTITY_STREAM } from '../log-identity.js';
import { judgeAppend } from './expected-revision.js';
import type { LogFile } from './log-file.js';
import { movedTo } from './log-identity.js';
import type { LogTransaction } from './log-transaction.js';
import { sqliteCode } from './sqlite-errors.js';

/** An append with everything refused that can be refused without looking at the log; its events are the text that the log will keep. */
export interface PreparedAppend {
  readonly stream: StreamName;
  readonly expected: ExpectedRevision;
  readonly events: readonly CheckedEvent[];
  /** Left out: the log's clock when it is written. */
  readonly recordedAt: EpochMs | undefined;
}

/** What an append does inside a group's transaction, whichever thread holds it; and whether the log takes any. */
export class Appending {
  private movedTo: string | undefined;

  constructor(
    private readonly log: LogFile,
    /** With its underscore; empty where there is none. */
    private readonly prefix: string,
  ) {
    this.movedTo = movedTo(log, prefix);
  }

  /** Each decides before it writes, so a refused one leaves nothing behind. @throws SQLite's errors: the transaction is lost, and with it all of them */
  all(transaction: LogTransaction, requests: readonly PreparedAppend[]): PromiseSettledResult<AppendResult>[] {
    return requests.map((request) => {
      const result = settled(() => this.one(transaction, request));
      if (result.status === 'rejected' && sqliteCode(result.reason) !== undefined) throw result.reason;
      return result;
    });
  }

  /** @throws LogClosed */
  refuseWhenMoved(): void {
    if (this.movedTo !== undefined) throw new LogClosed(`this log was moved to ${this.movedTo}: append there`);
  }

  /** Once more by what is stored: a transaction that said so may have failed, or another thread's have said so. */
  lookAgain(): void {
    this.movedTo = movedTo(this.log, this.prefix);
  }

  private one(transaction: LogTransaction, { stream, expected, events, recordedAt }: PreparedAppend): AppendResult {
    this.refuseWhenMoved();
    const state = transaction.stream(this.prefix + stream);
    let known;
    try {
      known = judgeAppend(
        transaction,
        state,
        expected,
        events.map((event) => event.eventId),
      );
    } catch (error) {
      throw error instanceof WrongExpectedRevision ? new WrongExpectedRevision(stream, error.expected, error.actual) : error;
    }
    const result = known ?? transaction.append(state.name, events, { recordedAt });
    // Set inside the transaction so that nothing of the same group lands behind it.
    if (isMove(stream, events)) this.movedTo = 'another place';
    const { revision, position } = result;
    return { revision, position: positionOf(position), recordedAt: result.recordedAt, repeated: known !== undefined };
  }
}

/** Whether these events close the log. */
export function isMove(stream: StreamName, events: readonly CheckedEvent[]): boolean {
  return stream === IDENTITY_STREAM && events.some(({ type }) => type === 'LogMoved');
}

export function settled<T>(work: () => T): PromiseSettledResult<T> {
  try {
    return { status: 'fulfilled', value: work() };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}
