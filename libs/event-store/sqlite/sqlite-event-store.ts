import { STREAM_CATEGORIES } from '../../domain/shared/ids.js';
import type { EventId, StreamName } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { LOG_START, positionNumber, positionOf } from '../../domain/shared/position.js';
import type { Position } from '../../domain/shared/position.js';
import { checkEvents } from '../appendable.js';
import type { CheckStored } from '../appendable.js';
import { EventStoreUnavailable, InvalidEvent } from '../event-store.port.js';
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
import { ownPrefix } from '../stream-prefix.js';
import { Appending, isMove, settled } from './appending.js';
import type { PreparedAppend } from './appending.js';
import { establishIdentity } from './log-identity.js';
import { openLogFile } from './log-file.js';
import type { LogFile } from './log-file.js';
import type { LogReads, RawEvent } from './log-reads.js';
import type { LogWriter } from './log-writer.js';
import { OwnWriter } from './log-writer.js';
import { ThreadWriter } from './thread-writer.js';

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
  /** Appends are written by a thread of their own (from the build), so that this one does not wait for the disk: for a server, or who appends much. */
  readonly writerThread?: boolean;
  /** How long to wait for another process that writes; default 5,000. */
  readonly busyMs?: number;
}

/** A filtered page examines at most so many events, so that a rare type does not hold the process for the length of the log. */
const EXAMINED_PER_PAGE = 20_000;

/** The embedded log. @throws LogRefused (another log than this process is made for), LogDamaged, EventStoreUnavailable */
export function openSqliteEventStore(options: SqliteEventStoreOptions): SqliteEventStore {
  const writerThread = options.writerThread === true && options.readOnly !== true;
  const log = openLogFile({ ...options, writtenElsewhere: writerThread });
  try {
    return new SqliteEventStore(log, options, establishIdentity(log, options), writerThread);
  } catch (error) {
    log.close();
    throw error;
  }
}

export class SqliteEventStore implements EventStore {
  private readonly prefix: string;
  private readonly appending: Appending;
  private readonly writer: LogWriter;
  private readonly ownCategories: readonly number[];

  constructor(
    /** The layer below, shared with the protocol server. */
    readonly log: LogFile,
    private readonly options: SqliteEventStoreOptions,
    readonly identity: LogIdentity,
    writerThread: boolean,
  ) {
    const { streamPrefix = '', file, clock, busyMs } = options;
    this.prefix = ownPrefix(streamPrefix);
    this.ownCategories = STREAM_CATEGORIES.flatMap((category) => log.categoryNumber(category) ?? []);
    this.appending = new Appending(log, this.prefix);
    this.writer = writerThread ? new ThreadWriter(log, clock, { file, streamPrefix, busyMs }) : new OwnWriter(log, this.appending);
  }

  /** Calls whose commit is not on the disk yet. */
  get queued(): number {
    return this.writer.queued;
  }

  async append(stream: StreamName, expected: ExpectedRevision, events: readonly EventToAppend[]): Promise<AppendResult> {
    const [result] = await this.write([this.prepare({ stream, expected, events })]);
    if (result === undefined) throw new EventStoreUnavailable(`the log ${this.log.file} did not answer`);
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  }

  async appendMany(
    requests: readonly AppendRequest[],
    { after }: { readonly after?: Promise<unknown> | undefined } = {},
  ): Promise<readonly PromiseSettledResult<AppendResult>[]> {
    const { refused, written } = this.begin(requests, after);
    const done = await written;
    if (refused.size === 0) return done;
    const results = [...done];
    // In their order, so that each finds its place.
    for (const [index, refusal] of refused) results.splice(index, 0, refusal);
    return results;
  }

  /** In a function of its own: what waits for the disk would be kept from the garbage collector, which would move it again and again. */
  private begin(requests: readonly AppendRequest[], after: Promise<unknown> | undefined) {
    const refused = new Map<number, PromiseRejectedResult>();
    const ready: PreparedAppend[] = [];
    requests.forEach((request, index) => {
      const prepared = settled(() => this.prepare(request));
      if (prepared.status === 'fulfilled') ready.push(prepared.value);
      else refused.set(index, prepared);
    });
    const write = () => (ready.length === 0 ? [] : this.write(ready));
    return { refused, written: after === undefined ? write() : after.then(write) };
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
    await this.writer.close();
    this.log.close();
  }

  /** Everything that can be refused without looking at the log, before the group's transaction begins. */
  private prepare({ stream, expected, events, recordedAt }: AppendRequest): PreparedAppend {
    this.appending.refuseWhenMoved();
    if (this.log.categoryNumberOf(this.prefix + stream) === 0) throw new InvalidEvent(`'${stream}' is no stream of ours: <category>-<id>`);
    const checked = checkEvents(events, this.options.checkStored);
    return { stream, expected, events: checked, recordedAt: this.options.simulated === true ? recordedAt : undefined };
  }

  private write(requests: readonly PreparedAppend[]): Promise<readonly PromiseSettledResult<AppendResult>[]> {
    const written = this.writer.write(requests);
    const moves = requests.some(({ stream, events }) => isMove(stream, events));
    return moves ? written.finally(() => this.appending.lookAgain()) : written;
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
