import { STREAM_CATEGORIES } from '../../domain/shared/ids.js';
import type { EventId, StreamName } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { LOG_START, positionNumber, positionOf } from '../../domain/shared/position.js';
import type { Position } from '../../domain/shared/position.js';
import { checkEvents } from '../appendable.js';
import type { CheckStored, CheckedEvent } from '../appendable.js';
import { InvalidEvent, LogClosed, WrongExpectedRevision } from '../event-store.port.js';
import type {
  AppendRequest,
  AppendResult,
  Clock,
  EventCount,
  EventFilter,
  EventStore,
  EventToAppend,
  ExpectedRevision,
  IdSource,
  LogIdentity,
  LogPage,
  StoredEvent,
  StreamPage,
} from '../event-store.port.js';
import { IDENTITY_STREAM } from '../log-identity.js';
import { ownPrefix } from '../stream-prefix.js';
import { establishIdentity, movedTo } from './log-identity.js';
import { judgeAppend } from './expected-revision.js';
import { openLogFile } from './log-file.js';
import type { LogFile, LogTransaction } from './log-file.js';
import type { LogReads, RawEvent } from './log-reads.js';

export interface SqliteEventStoreOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly ids?: IdSource;
  /** The catalog's check of the stored form. */
  readonly checkStored: CheckStored;
  /** Letters and digits, default none. */
  readonly streamPrefix?: string;
  readonly keyStoreId: string;
  /** Beside a writer's process; a log that is not there is not made. */
  readonly readOnly?: boolean;
  /** How often a read-only store looks for what the writer added; default 20 ms. */
  readonly pollMs?: number;
  /** Takes `recordedAt` of append requests: the demo's simulated history. */
  readonly simulated?: boolean;
}

/** A filtered page examines at most so many events, so that a rare type does not hold the process for the length of the log. */
const EXAMINED_PER_PAGE = 20_000;

/** The embedded log. @throws LogRefused (another log than this process is made for), LogDamaged, EventStoreUnavailable */
export function openSqliteEventStore(options: SqliteEventStoreOptions): SqliteEventStore {
  const log = openLogFile(options);
  try {
    return new SqliteEventStore(log, options, establishIdentity(log, options));
  } catch (error) {
    log.close();
    throw error;
  }
}

export class SqliteEventStore implements EventStore {
  private readonly prefix: string;
  private movedTo: string | undefined;
  private readonly ownCategories: readonly number[];

  constructor(
    /** The layer below, shared with the protocol server. */
    readonly log: LogFile,
    private readonly options: SqliteEventStoreOptions,
    readonly identity: LogIdentity,
  ) {
    this.prefix = ownPrefix(options.streamPrefix ?? '');
    this.ownCategories = STREAM_CATEGORIES.flatMap((category) => log.categoryNumber(category) ?? []);
    this.movedTo = movedTo(log, this.prefix);
  }

  async append(stream: StreamName, expected: ExpectedRevision, events: readonly EventToAppend[]): Promise<AppendResult> {
    const request = this.prepare({ stream, expected, events });
    try {
      return await this.log.perform((transaction) => this.appendOne(transaction, request));
    } finally {
      // Set inside the transaction so that nothing of the same group lands behind it; read again where that group may have failed.
      if (this.movedTo !== undefined) this.movedTo = movedTo(this.log, this.prefix);
    }
  }

  async appendMany(requests: readonly AppendRequest[]): Promise<readonly PromiseSettledResult<AppendResult>[]> {
    const prepared = requests.map((request) => settled(() => this.prepare(request)));
    return this.log.perform((transaction) =>
      // Each request decides before it writes, so a refused one leaves nothing behind.
      prepared.map((request) => (request.status === 'rejected' ? request : settled(() => this.appendOne(transaction, request.value)))),
    );
  }

  async readStream(
    stream: StreamName,
    options: { from?: number; direction?: 'forwards' | 'backwards'; limit?: number } = {},
  ): Promise<StreamPage> {
    return this.log.read((reads) => {
      const found = reads.stream(this.prefix + stream);
      if (found === undefined || found.category === 0) return { exists: false, events: [], end: true };
      const backwards = options.direction === 'backwards';
      const from = options.from ?? (backwards ? Number.MAX_SAFE_INTEGER : 0);
      const limit = options.limit ?? Number.MAX_SAFE_INTEGER - 1;
      const events = reads.readStream(found.id, from, backwards, limit + 1);
      return { exists: true, events: events.slice(0, limit).map((event) => this.stored(event)), end: events.length <= limit };
    });
  }

  async readAll(options: {
    after?: Position;
    before?: Position;
    direction?: 'forwards' | 'backwards';
    limit: number;
    filter?: EventFilter;
  }): Promise<LogPage> {
    const backwards = options.direction === 'backwards';
    const end = this.log.lastOwn().position;
    const after = positionNumber(options.after ?? LOG_START);
    const last = options.before === undefined ? end : Math.min(end, positionNumber(options.before) - 1);
    const through = backwards ? last : Math.min(last, after + EXAMINED_PER_PAGE);
    const from = backwards ? Math.max(after, last - EXAMINED_PER_PAGE) : after;
    if (from >= through) return { events: [], through: (backwards ? options.before : options.after) ?? positionOf(through), end: true };
    return this.log.read((reads) => {
      const events = reads
        .readRange({ after: from, through, backwards, limit: options.limit, ...this.numbers(reads, options.filter) })
        .map((event) => this.stored(event));
      const full = events.length === options.limit ? events.at(-1) : undefined;
      const examined = full?.position ?? positionOf(backwards ? from + 1 : through);
      return { events, through: examined, end: positionNumber(examined) === (backwards ? after + 1 : last) };
    });
  }

  async waitForNew(after: Position, options: { timeoutMs: number; signal?: AbortSignal }): Promise<boolean> {
    const isNew = (): boolean => this.log.lastOwn().position > positionNumber(after);
    if (isNew()) return true;
    if (options.signal?.aborted === true || options.timeoutMs <= 0) return false;
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        stopWatching();
        options.signal?.removeEventListener('abort', finish);
        resolve(isNew());
      };
      const timer = setTimeout(finish, options.timeoutMs);
      const stopWatching = this.log.watch(() => {
        if (isNew()) finish();
      });
      options.signal?.addEventListener('abort', finish, { once: true });
    });
  }

  async head(): Promise<{ readonly position: Position; readonly recordedAt: EpochMs }> {
    const own = this.log.lastOwn();
    return { position: positionOf(own.position), recordedAt: own.recordedAt };
  }

  async positionAt(instant: EpochMs): Promise<Position> {
    const end = this.log.lastOwn().position;
    return this.log.read((reads) => {
      // Positions are dense and recordedAt never decreases: some twenty looks by position find it, without an index to keep.
      let low = 0;
      let high = end;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if ((reads.recordedAtOf(middle) ?? Infinity) <= instant) low = middle;
        else high = middle - 1;
      }
      return positionOf(reads.lastOwn(0, low)?.position ?? 0);
    });
  }

  async count(range: { after: Position; through?: Position; atMost: number }): Promise<EventCount> {
    const { atMost } = range;
    const after = positionNumber(range.after);
    const end = range.through === undefined ? this.log.lastOwn().position : positionNumber(range.through);
    // What others wrote between ours is looked at as well: for so long, and no longer.
    const through = Math.min(end, after + atMost + EXAMINED_PER_PAGE);
    if (after >= end) return { events: 0, exact: true };
    const events = this.log.read((reads) => reads.countOwn(after, through, atMost + 1));
    return { events: Math.min(events, atMost), exact: events <= atMost && through === end };
  }

  async eventAt(position: Position): Promise<StoredEvent | undefined> {
    return this.log.read((reads) => {
      const event = reads.eventAt(positionNumber(position));
      return event !== undefined && this.log.categoryNumberOf(event.stream) > 0 ? this.stored(event) : undefined;
    });
  }

  async close(): Promise<void> {
    this.log.close();
  }

  /** Everything that can be refused without looking at the log, before the group's transaction begins. */
  private prepare(request: AppendRequest): PreparedAppend {
    this.refuseWhenMoved();
    const stream = this.prefix + request.stream;
    if (this.log.categoryNumberOf(stream) === 0) throw new InvalidEvent(`'${request.stream}' is no stream of ours: <category>-<id>`);
    const events = checkEvents(request.events, this.options.checkStored);
    return { stream, name: request.stream, expected: request.expected, events, recordedAt: request.recordedAt };
  }

  private appendOne(transaction: LogTransaction, request: PreparedAppend): AppendResult {
    this.refuseWhenMoved();
    const state = transaction.stream(request.stream);
    const eventIds = request.events.map((event) => event.eventId);
    let known;
    try {
      known = judgeAppend(transaction, state, request.expected, eventIds);
    } catch (error) {
      throw error instanceof WrongExpectedRevision ? new WrongExpectedRevision(request.name, error.expected, error.actual) : error;
    }
    const recordedAt = this.options.simulated === true ? request.recordedAt : undefined;
    const result = known ?? transaction.append(request.stream, request.events, { recordedAt });
    if (request.name === IDENTITY_STREAM && request.events.some((event) => event.type === 'LogMoved')) this.movedTo = 'another place';
    return {
      revision: result.revision,
      position: positionOf(result.position),
      recordedAt: result.recordedAt,
      repeated: known !== undefined,
    };
  }

  private refuseWhenMoved(): void {
    if (this.movedTo !== undefined) throw new LogClosed(`this log was moved to ${this.movedTo}: append there`);
  }

  private numbers(reads: LogReads, filter: EventFilter | undefined): { categories: readonly number[]; types?: readonly number[] } {
    const categories = filter?.categories?.flatMap((category) => this.log.categoryNumber(category) ?? []) ?? this.ownCategories;
    return filter?.types === undefined ? { categories } : { categories, types: filter.types.flatMap((type) => reads.typeNumbers(type)) };
  }

  private stored(event: RawEvent): StoredEvent {
    return {
      eventId: event.eventId as EventId, // read back from 16 bytes
      stream: event.stream.slice(this.prefix.length) as StreamName,
      revision: event.revision,
      position: positionOf(event.position),
      recordedAt: event.recordedAt,
      type: event.type,
      data: event.data,
      metadata: event.metadata,
    };
  }
}

interface PreparedAppend {
  readonly stream: string;
  readonly name: StreamName;
  readonly expected: ExpectedRevision;
  readonly events: readonly CheckedEvent[];
  readonly recordedAt: EpochMs | undefined;
}

function settled<T>(work: () => T): PromiseSettledResult<T> {
  try {
    return { status: 'fulfilled', value: work() };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}
