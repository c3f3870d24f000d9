import { ANY, NO_STREAM, STREAM_EXISTS } from '@eventstore/db-client';
import type { StreamName } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { LOG_START, positionNumber, positionOf } from '../../domain/shared/position.js';
import type { Position } from '../../domain/shared/position.js';
import { checkEvents } from '../appendable.js';
import type { CheckStored } from '../appendable.js';
import { EventStoreUnavailable, InvalidEvent, LogClosed } from '../event-store.port.js';
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
import { ownCategory, ownPrefix } from '../stream-prefix.js';
import { StoreConnection, throwingPortErrors } from './connection.js';
import type { StorePosition } from './connection.js';
import type { CopiedPositions } from './copied-positions.js';
import { LogEnd } from './log-end.js';
import type { KnownEnd } from './log-end.js';
import { establishIdentity, movedIn } from './store-identity.js';
import { RecordingTimes } from './recording-times.js';
import { asPortError, errorType } from './store-errors.js';
import { eventForStore, storedEvent } from './stored-form.js';
import type { EventForStore, RecordedRecord } from './stored-form.js';

export interface EventStoreDBOptions {
  /** EVENTSTORE_URL: `esdb://…`, `esdb+discover://…` */
  readonly url: string;
  readonly clock: Clock;
  readonly ids?: IdSource;
  readonly checkStored: CheckStored;
  readonly streamPrefix?: string;
  /** Null for a process that opens no personal data: any KeyStore is right for it. Only with `readOnly`. */
  readonly keyStoreId: string | null;
  /** A store without our identity is not given one. */
  readonly readOnly?: boolean;
  /** A call that is not answered within this time has failed; default 15 s. */
  readonly timeoutMs?: number;
  /** How long reads, and appends that name a revision, are repeated while the store is away; default 5 s. */
  readonly retryMs?: number;
}

/** A page looks at no more of $all than this, others' events included. */
const EXAMINED_PER_PAGE = 4_096;
const COUNTED_PER_READ = 2_000;
/** Appends of one call that are on their way at a time. */
const APPENDS_IN_FLIGHT = 128;

/** The log in EventStoreDB, or any server of its protocol. @throws LogRefused, EventStoreUnavailable */
export async function openEventStoreDB(options: EventStoreDBOptions): Promise<EventStore> {
  const connection = new StoreConnection(options);
  try {
    const { identity, copied, moved } = await establishIdentity(connection, options);
    const store = new EventStoreDBStore(connection, options, identity, copied, moved);
    await store.head();
    return store;
  } catch (error) {
    await connection.close();
    throw asPortError(error);
  }
}

class EventStoreDBStore implements EventStore {
  readonly readsMayLag = true;
  private readonly prefix: string;
  private readonly end: LogEnd;
  private readonly times: RecordingTimes;
  /** The last of our events that was read by page. */
  private lately: { readonly position: Position; readonly place: StorePosition } | undefined;
  /** An append was sent and not answered: the log may hold more than is known. */
  private unsure = false;

  constructor(
    private readonly connection: StoreConnection,
    private readonly options: EventStoreDBOptions,
    readonly identity: LogIdentity,
    private readonly copied: CopiedPositions,
    private movedTo: string | undefined,
  ) {
    this.prefix = ownPrefix(options.streamPrefix ?? '');
    this.end = new LogEnd({
      ...{ connection, prefix: this.prefix },
      ...{ stored: (record) => this.stored(record), onRecord: (record) => this.notice(record) },
    });
    this.times = new RecordingTimes((page) => this.readAll(page));
  }

  async append(stream: StreamName, expected: ExpectedRevision, events: readonly EventToAppend[]): Promise<AppendResult> {
    return this.send(this.prepare({ stream, expected, events }));
  }

  async appendMany(
    requests: readonly AppendRequest[],
    { after }: { readonly after?: Promise<unknown> | undefined } = {},
  ): Promise<readonly PromiseSettledResult<AppendResult>[]> {
    await after;
    const results: PromiseSettledResult<AppendResult>[] = [];
    for (let start = 0; start < requests.length; start += APPENDS_IN_FLIGHT) {
      // Sent in order on one long call, which the store answers in order: a later append may build on an earlier one.
      const sent = requests.slice(start, start + APPENDS_IN_FLIGHT).map(async (request) => this.send(this.prepare(request)));
      results.push(...(await Promise.allSettled(sent)));
    }
    return results;
  }

  async readStream(
    stream: StreamName,
    options: { from?: number; direction?: 'forwards' | 'backwards'; limit?: number } = {},
  ): Promise<StreamPage> {
    const backwards = options.direction === 'backwards';
    const limit = options.limit ?? Number.MAX_SAFE_INTEGER - 1;
    try {
      const from = options.from ?? (backwards ? 'end' : 'start');
      const records = await this.connection.readStream(this.prefix + stream, from, backwards, limit + 1);
      const events = records.slice(0, limit).map((record) => this.stored(record));
      return { exists: true, events, end: records.length <= limit };
    } catch (error) {
      if (errorType(error) === 'stream-not-found') return { exists: false, events: [], end: true };
      throw asPortError(error);
    }
  }

  async readAll(options: {
    after?: Position;
    before?: Position;
    direction?: 'forwards' | 'backwards';
    limit: number;
    filter?: EventFilter;
  }): Promise<LogPage> {
    const backwards = options.direction === 'backwards';
    const bound = backwards ? options.before : (options.after ?? LOG_START);
    const count = Math.min(EXAMINED_PER_PAGE, Math.max(512, options.limit + 2));
    let from = bound === undefined ? 'end' : this.placeOf(bound, backwards);
    if (backwards && from === 'start') return { events: [], through: LOG_START, end: true };
    const events: StoredEvent[] = [];
    let ownThrough = bound ?? LOG_START;
    for (;;) {
      const records = await throwingPortErrors(() => this.connection.readAll(from, backwards, count));
      for (const record of records) {
        if (ownCategory(this.prefix, record.streamId) === undefined) continue;
        const event = this.stored(record);
        if (bound !== undefined && (backwards ? event.position >= bound : event.position <= bound)) continue;
        if (events.length === options.limit) return { events, through: ownThrough, end: false };
        ownThrough = event.position;
        this.lately = { position: event.position, place: record.position };
        if (matches(event, this.prefix, record.streamId, options.filter)) events.push(event);
      }
      const last = records.at(-1);
      if (records.length < count || last === undefined) return { events, through: ownThrough, end: true };
      // Only others' events from here on: the next page begins at the last one looked at.
      if (this.copied.offset === 0) return { events, through: this.stored(last).position, end: false };
      // Among copied events others' have no position of ours, and the nearest known place may lie a long way before the bound.
      if (ownThrough !== (bound ?? LOG_START)) return { events, through: ownThrough, end: false };
      from = last.position;
    }
  }

  async waitForNew(after: Position, options: { timeoutMs: number; signal?: AbortSignal }): Promise<boolean> {
    return this.end.waitForNew(after, options);
  }

  async head(): Promise<KnownEnd> {
    return this.end.look();
  }

  async positionAt(instant: EpochMs): Promise<Position> {
    return this.times.positionAt(instant);
  }

  async count({ after, through, atMost }: { after: Position; through?: Position; atMost: number }): Promise<EventCount> {
    let events = 0;
    for (let from = after; through === undefined || from < through;) {
      const page = await this.readAll({ after: from, limit: COUNTED_PER_READ });
      for (const { position } of page.events) if (through === undefined || position <= through) events += 1;
      if (events > atMost) return { events: atMost, exact: false };
      if (page.end) break;
      from = page.through;
    }
    return { events, exact: true };
  }

  async eventAt(position: Position): Promise<StoredEvent | undefined> {
    const number = positionNumber(position);
    if (number === 0) return undefined;
    const { events } = await this.readAll({ after: positionOf(number - 1), limit: 1 });
    return events[0]?.position === position ? events[0] : undefined;
  }

  async close(): Promise<void> {
    this.end.close();
    await this.connection.close();
  }

  /** In a copied log the store's place of the page's last event is known better than from the pairs. */
  private placeOf(bound: Position, backwards: boolean): StorePosition | 'start' | 'end' {
    const { lately } = this;
    return !backwards && lately?.position === bound ? lately.place : this.copied.place(bound, backwards);
  }

  private prepare({ stream, expected, events }: AppendRequest): PreparedAppend {
    if (this.movedTo !== undefined) throw new LogClosed(`this log was moved to ${this.movedTo}: append there`);
    if (ownCategory(this.prefix, this.prefix + stream) === undefined) {
      throw new InvalidEvent(`'${stream}' is no stream of ours: <category>-<id>`);
    }
    const checked = checkEvents(events, this.options.checkStored);
    return { stream, expected, events: checked.map((event) => eventForStore(event)) };
  }

  private async send({ stream, expected, events }: PreparedAppend): Promise<AppendResult> {
    const name = this.prefix + stream;
    try {
      if (this.unsure) await this.lookAgain();
      const before = this.end.known.position;
      const append = async () => this.connection.client.appendToStream(name, [...events], { expectedRevision: expectedFor(expected) });
      // Under `any` and `exists` a store that was restarted in between would store a repeated append twice.
      const result =
        expected === 'any' || expected === 'exists' ? await this.connection.within(append()) : await this.connection.repeated(append);
      const [last] = await this.connection.readStream(name, Number(result.nextExpectedRevision), true, 1);
      if (last === undefined) throw new EventStoreUnavailable(`the event store does not find what it has just appended to ${stream}`);
      if (stream === IDENTITY_STREAM) this.movedTo ??= movedIn(events);
      const stored = this.stored(last);
      this.end.learn(stored);
      return {
        revision: stored.revision,
        position: stored.position,
        recordedAt: stored.recordedAt,
        repeated: stored.position <= before,
      };
    } catch (error) {
      const told = asPortError(error, { stream, expected });
      if (told instanceof EventStoreUnavailable) this.unsure = true;
      throw told;
    }
  }

  /** An append whose answer was lost may be there: what is known must say so before it is sent again. */
  private async lookAgain(): Promise<void> {
    await this.head();
    this.unsure = false;
  }

  private notice(record: RecordedRecord): void {
    if (record.streamId === this.prefix + IDENTITY_STREAM) this.movedTo ??= movedIn([record]);
  }

  private stored(record: RecordedRecord): StoredEvent {
    return storedEvent(record, this.prefix, this.copied.offset);
  }
}

interface PreparedAppend {
  readonly stream: StreamName;
  readonly expected: ExpectedRevision;
  readonly events: readonly EventForStore[];
}

function expectedFor(expected: ExpectedRevision): bigint | typeof ANY | typeof NO_STREAM | typeof STREAM_EXISTS {
  if (expected === 'any') return ANY;
  if (expected === 'none') return NO_STREAM;
  return expected === 'exists' ? STREAM_EXISTS : BigInt(expected);
}

function matches(event: StoredEvent, prefix: string, streamId: string, filter: EventFilter | undefined): boolean {
  if (filter?.types !== undefined && !filter.types.includes(event.type)) return false;
  const category = filter?.categories === undefined ? undefined : ownCategory(prefix, streamId);
  return filter?.categories === undefined || (category !== undefined && filter.categories.includes(category));
}
