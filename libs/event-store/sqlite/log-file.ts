import type Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { STREAM_CATEGORIES, categoryOf } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { EventStoreUnavailable, InvalidEvent, LogClosed } from '../event-store.port.js';
import type { Clock } from '../event-store.port.js';
import { ownPrefix } from '../stream-prefix.js';
import { GroupCommit } from './group-commit.js';
import type { Commit, GroupWriter } from './group-commit.js';
import { LogReads } from './log-reads.js';
import type { RawEvent } from './log-reads.js';
import { WAL_BYTES, openLogDatabase } from './log-schema.js';
import type { LogTransaction, RawAppendResult, RawEventToAppend, StreamState } from './log-transaction.js';
import { RecentIds } from './recent-ids.js';
import { asLogError } from './sqlite-errors.js';
import { writeUuid } from './uuid-bytes.js';
import { makeWalRoom } from './wal-room.js';

export interface LogFileOptions {
  readonly file: string;
  readonly clock: Clock;
  /** Letters and digits; stands before the names of our own streams. Belongs to the file: another one is refused. */
  readonly streamPrefix?: string;
  readonly readOnly?: boolean;
  /** How often a read-only connection looks for what the writer's process added. */
  readonly pollMs?: number;
  /** Another thread of this process writes as well, and says so (`committedElsewhere`). */
  readonly writtenElsewhere?: boolean;
  /** How long to wait for another connection that writes; default 5,000. */
  readonly busyMs?: number;
  /** How long a commit waits at most for appends that are on their way; default 2. */
  readonly gatheringMs?: number;
}

/** `isOwn`: by the connection that is watched. */
type CommitWatcher = (isOwn: boolean) => void;

interface KnownStream {
  id: number;
  readonly name: string;
  readonly category: number;
  revision: number;
}

const STREAMS_KEPT = 100_000;
const LONGEST_GATHERING_MS = 2;
/** Whoever has committed so often goes on: from then on the WAL has its room beforehand. Who writes once is spared it. */
const COMMITS_BEFORE_ROOM = 64;

/**
 * One SQLite file with one total order of events: the layer below both the EventStore adapter and the protocol server. It knows streams,
 * revisions and bytes, and which streams are ours; rules about expected revisions and the catalog are its callers'.
 */
export class LogFile {
  readonly reads: LogReads;
  readonly file: string;
  private readonly db: Database.Database;
  private readonly readOnly: boolean;
  /** What is known of the log's end is to be looked at again before it is told. */
  private readonly hasOtherWriter: boolean;
  private readonly prefix: string;
  private readonly categories: ReadonlyMap<string, number>;
  private readonly streams = new LRUCache<string, KnownStream>({ max: STREAMS_KEPT });
  private readonly typeIds = new Map<string, number>();
  private readonly recentIds: RecentIds;
  private readonly idBytes = Buffer.alloc(16);
  private readonly statements;
  private readonly jobs: GroupCommit;
  private readonly watchers = new Set<CommitWatcher>();
  private readonly takers = new Set<(events: readonly RawEvent[]) => void>();
  /** What the group under way has written, where somebody takes it. */
  private written: RawEvent[] = [];
  private tellCommit: ((commit: Commit) => void) | undefined;
  private lastPosition = 0;
  /** Where it stood when the group of jobs at hand was begun. */
  private positionBefore = 0;
  /** Counts rows written, also those that a rollback takes back. */
  private writes = 0;
  private commits = 0;
  private lastRecordedAt: EpochMs = 0;
  private own: { readonly position: number; readonly recordedAt: EpochMs } = { position: 0, recordedAt: 0 };
  private dataVersion: unknown;
  private poll: NodeJS.Timeout | undefined;

  /** @throws LogRefused, LogDamaged, EventStoreUnavailable */
  constructor(private readonly options: LogFileOptions) {
    this.file = options.file;
    this.readOnly = options.readOnly ?? false;
    this.hasOtherWriter = this.readOnly || options.writtenElsewhere === true;
    const streamPrefix = options.streamPrefix ?? '';
    this.prefix = ownPrefix(streamPrefix);
    try {
      const { busyMs } = options;
      this.db = openLogDatabase({ file: this.file, readOnly: this.readOnly, streamPrefix, ownCategories: STREAM_CATEGORIES, busyMs });
      this.reads = new LogReads(this.db);
      this.recentIds = new RecentIds(this.reads);
      this.categories = this.reads.categoryNumbers();
      this.statements = {
        begin: this.db.prepare('BEGIN IMMEDIATE'),
        commit: this.db.prepare('COMMIT'),
        rollback: this.db.prepare('ROLLBACK'),
        dataVersion: this.db.prepare('PRAGMA data_version').pluck(),
        stream: this.readOnly ? undefined : this.db.prepare('INSERT INTO streams (name, category) VALUES (?, ?)'),
        type: this.readOnly ? undefined : this.db.prepare('INSERT INTO types (name, json) VALUES (?, ?)'),
        event: this.readOnly ? undefined : this.db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
      };
      this.refresh();
    } catch (error) {
      throw asLogError(error, this.file);
    }
    const transaction: LogTransaction = {
      reads: this.reads,
      stream: (name) => this.known(name),
      append: (name, events, how) => this.write(name, events, how?.recordedAt, how?.revision),
      recent: (eventId) => this.recentIds.find(eventId, this.lastPosition),
    };
    this.jobs = new GroupCommit(this.groupWriter(transaction), options.gatheringMs ?? LONGEST_GATHERING_MS);
  }

  /** Runs the job with all others of this turn of the event loop in one commit. Resolves when that commit is on the disk. */
  perform<T>(job: (transaction: LogTransaction) => T): Promise<T> {
    if (this.readOnly) return Promise.reject(new LogClosed(`the log ${this.file} is open for reading only`));
    return this.jobs.perform(job);
  }

  /** Like perform, but at once, together with what is queued. */
  performNow<T>(job: (transaction: LogTransaction) => T): T {
    if (this.readOnly) throw new LogClosed(`the log ${this.file} is open for reading only`);
    return this.jobs.performNow(job);
  }

  /** The last event of all, ours or not. */
  last(): { readonly position: number; readonly recordedAt: EpochMs } {
    this.refreshReader();
    return { position: this.lastPosition, recordedAt: this.lastRecordedAt };
  }

  /** The last of our events; position 0 where there is none. */
  lastOwn(): { readonly position: number; readonly recordedAt: EpochMs } {
    this.refreshReader();
    return this.own;
  }

  /** The state of a stream as last committed. */
  streamState(name: string): StreamState {
    this.refreshReader();
    return this.known(name);
  }

  /** A number for one of STREAM_CATEGORIES with our prefix before it; 0 for every other name. */
  categoryNumberOf(stream: string): number {
    if (!stream.startsWith(this.prefix) || !stream.includes('-')) return 0;
    return this.categories.get(categoryOf(stream.slice(this.prefix.length))) ?? 0;
  }

  categoryNumber(category: string): number | undefined {
    return this.categories.get(category);
  }

  /** Jobs that wait for the next commit. */
  get queued(): number {
    return this.jobs.queued;
  }

  /** Tells of each commit of this process. */
  measure(tell: (commit: Commit) => void): void {
    this.tellCommit = tell;
  }

  /** Calls back after each commit, of this process or (polled) of the writer's. Returns how to stop. */
  watch(onCommit: CommitWatcher): () => void {
    this.watchers.add(onCommit);
    if (this.readOnly && this.poll === undefined) {
      this.poll = setInterval(() => {
        if (this.refreshReader()) this.notify(false);
      }, this.options.pollMs ?? 20);
    }
    return () => {
      this.watchers.delete(onCommit);
      if (this.watchers.size === 0) this.stopPolling();
    };
  }

  /** Hands over what each commit of this connection wrote, before those who watch are told. Returns how to stop. */
  takeWritten(take: (events: readonly RawEvent[]) => void): () => void {
    this.takers.add(take);
    return () => this.takers.delete(take);
  }

  /** Another thread has committed: tells who measures and who waits for what is new. */
  committedElsewhere(commits: readonly Commit[]): void {
    if (!this.db.open) return;
    for (const commit of commits) this.tellCommit?.(commit);
    this.notify(false);
  }

  /** Runs what is queued, then closes the file. */
  close(): void {
    if (!this.db.open) return;
    if (this.jobs.queued > 0) this.jobs.commitQueue();
    this.stopPolling();
    this.watchers.clear();
    this.db.close();
  }

  /** Wraps a read: SQLite's errors come out as one clear line. */
  read<T>(work: (reads: LogReads) => T): T {
    try {
      return work(this.reads);
    } catch (error) {
      throw asLogError(error, this.file);
    }
  }

  private stopPolling(): void {
    clearInterval(this.poll);
    this.poll = undefined;
  }

  private notify(isOwn: boolean): void {
    for (const watcher of [...this.watchers]) watcher(isOwn);
  }

  private groupWriter(transaction: LogTransaction): GroupWriter {
    return {
      file: this.file,
      transaction,
      begin: () => {
        this.positionBefore = this.lastPosition;
        this.written = [];
        this.statements.begin.run();
        if (this.statements.dataVersion.get() !== this.dataVersion) this.refresh();
      },
      commit: () => void this.statements.commit.run(),
      rollBack: () => this.rollBack(),
      written: () => this.writes,
      clear: (error) => asLogError(error, this.file),
      committed: (commit) => {
        if ((this.commits += 1) === COMMITS_BEFORE_ROOM) this.makeRoom();
        this.tellCommit?.(commit);
        if (this.written.length > 0) for (const take of this.takers) take(this.written);
        if (this.lastPosition > this.positionBefore) this.notify(true);
      },
    };
  }

  private makeRoom(): void {
    // Without it commits take longer and nothing else; what is wrong with the disk the next commit says.
    makeWalRoom(this.file, WAL_BYTES, () => this.db.open).catch(() => undefined);
  }

  private rollBack(): void {
    try {
      if (this.db.open && this.db.inTransaction) this.statements.rollback.run();
      this.recentIds.clear(); // positions that were taken back are given out again
      this.refresh();
    } catch {
      // The file cannot even be read: the error that led here says so already, and the next use meets it again.
    }
  }

  private write(
    name: string,
    events: readonly RawEventToAppend[],
    at: EpochMs | undefined,
    firstRevision: number | undefined,
  ): RawAppendResult {
    const insert = this.statements.event;
    if (insert === undefined) throw new LogClosed(`the log ${this.file} is open for reading only`);
    const stream = this.known(name);
    if (stream.id === 0) this.register(stream);
    // recordedAt never decreases with position, whatever the clock does.
    const recordedAt = Math.max(at ?? this.options.clock.now(), this.lastRecordedAt);
    let revision = (firstRevision ?? stream.revision + 1) - 1;
    let position = this.lastPosition;
    for (const event of events) {
      if (!writeUuid(event.eventId, this.idBytes)) throw new InvalidEvent(`an event's id is a UUID, not '${event.eventId}'`);
      revision += 1;
      position += 1;
      this.lastPosition = position;
      this.writes += 1;
      insert.run(position, stream.id, revision, this.typeId(event.type, event.json), recordedAt, this.idBytes, event.data, event.metadata);
      this.recentIds.add(event.eventId, position, name, revision);
      if (this.takers.size > 0)
        this.written.push({ ...event, eventId: event.eventId.toLowerCase(), position, stream: name, revision, recordedAt });
    }
    this.lastRecordedAt = recordedAt;
    stream.revision = revision;
    if (stream.category > 0) this.own = { position, recordedAt };
    return { revision, position, recordedAt };
  }

  private known(name: string): KnownStream {
    const cached = this.streams.get(name);
    if (cached !== undefined) return cached;
    const stored = this.reads.stream(name);
    const stream: KnownStream = {
      id: stored?.id ?? 0,
      name,
      category: stored?.category ?? this.categoryNumberOf(name),
      revision: stored === undefined ? -1 : this.reads.lastRevision(stored.id),
    };
    this.streams.set(name, stream);
    return stream;
  }

  private register(stream: KnownStream): void {
    this.writes += 1;
    stream.id = Number(this.statements.stream?.run(stream.name, stream.category).lastInsertRowid);
  }

  private typeId(name: string, json: boolean): number {
    const key = json ? name : `${name}\u0000`;
    const known = this.typeIds.get(key);
    if (known !== undefined) return known;
    const stored = this.db
      .prepare('SELECT id FROM types WHERE name = ? AND json = ?')
      .pluck()
      .get(name, json ? 1 : 0);
    this.writes += 1;
    const id = typeof stored === 'number' ? stored : Number(this.statements.type?.run(name, json ? 1 : 0).lastInsertRowid);
    this.typeIds.set(key, id);
    return id;
  }

  /** A reader sees what other connections have committed since; true where something has changed. */
  private refreshReader(): boolean {
    if (!this.hasOtherWriter) return false;
    try {
      if (this.statements.dataVersion.get() === this.dataVersion) return false;
      this.refresh();
      return true;
    } catch (error) {
      throw asLogError(error, this.file);
    }
  }

  /** Forgets what is known in memory (after a rollback, or another process's commit) and reads the end of the log again. */
  private refresh(): void {
    this.dataVersion = this.statements.dataVersion.get();
    const last = this.reads.last();
    // What others wrote behind our last event is looked at once, not at every refresh. After a rollback our last event may be gone.
    const from = this.own.position <= last.position ? this.own.position : 0;
    this.own = this.reads.lastOwn(from, last.position) ?? (from === 0 ? { position: 0, recordedAt: 0 } : this.own);
    this.lastPosition = last.position;
    this.lastRecordedAt = last.recordedAt;
    // A reader knows of none, and looks after every commit of the writer: clearing goes through all the room there is.
    if (this.streams.size > 0) this.streams.clear();
    this.typeIds.clear();
    this.reads.forgetTypes();
  }
}

/** @throws EventStoreUnavailable where the file cannot be opened, LogRefused, LogDamaged */
export function openLogFile(options: LogFileOptions): LogFile {
  if (!/^[A-Za-z0-9]*$/.test(options.streamPrefix ?? '')) {
    throw new EventStoreUnavailable(`a stream prefix is letters and digits, not '${options.streamPrefix ?? ''}'`);
  }
  return new LogFile(options);
}
