import type { EpochMs } from '../../domain/shared/instant.js';
import type { EventBytes } from '../event-store.port.js';
import type { LogReads } from './log-reads.js';

export interface RawEventToAppend {
  readonly eventId: string;
  readonly type: string;
  readonly json: boolean;
  readonly data: EventBytes;
  readonly metadata: EventBytes;
}

export interface StreamState {
  readonly name: string;
  /** A number of STREAM_CATEGORIES in this file; 0: not ours. */
  readonly category: number;
  /** -1 where it has never been written. */
  readonly revision: number;
}

export interface RawAppendResult {
  readonly revision: number;
  readonly position: number;
  readonly recordedAt: EpochMs;
}

/** What a job may do inside the group's transaction. It decides first and writes last; what it throws before its first write costs the others nothing. */
export interface LogTransaction {
  readonly reads: LogReads;
  stream(name: string): StreamState;
  /** Appends behind the stream's last event; `revision` of the first event only for a tombstone, which has its own. */
  append(
    stream: string,
    events: readonly RawEventToAppend[],
    options?: { recordedAt?: EpochMs | undefined; revision?: number },
  ): RawAppendResult;
  /** The last event stored under this id among the log's latest, for appends that name no revision. */
  recent(eventId: string): { readonly stream: string; readonly revision: number; readonly position: number } | undefined;
}
