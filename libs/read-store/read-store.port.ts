import type { EventId } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';
import type { Position } from '../domain/shared/position.js';

/** `symbol`: text of few different values (a status, an owner): stored once each where the store can; asked for by equality, without an order. */
export type ColumnType = 'text' | 'symbol' | 'integer' | 'json';
export type ColumnValue = string | number | null | object;

/**
 * Column names (life-cycle ones too) that a question asks by, in their order. With `where`, only rows whose column is that number need be in it: the question has the condition `in: [is]`. A
 * store may index all.
 */
export type ModelIndex =
  readonly string[] | { readonly where: { readonly column: string; readonly is: number }; readonly columns: readonly string[] };

/** A model of rows that are inserted once and completed once (design section 6). `name@version` owns its rows and its checkpoint. */
export interface ReadModel {
  readonly name: string;
  readonly version: number;
  /** Apart from the life-cycle columns of every row. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly indexes: readonly ModelIndex[];
  /** Whether rows are asked for by their entity (`rowsOf`), and indexed by it; default true. Where not, such a question looks at every row. */
  readonly byEntity?: boolean;
  /** Clear-text search columns: may be cleared when a key is destroyed; the one exception to "never overwritten". */
  readonly searchColumns?: readonly string[];
}

export interface RowKey {
  /** What the row describes: a deal's id, `employee/anna`. */
  readonly entity: string;
  /** Position of the event that opened it. */
  readonly openedBy: number;
  /** Tells apart the rows that one event opened; counts from 0, below 65,536. */
  readonly ordinal: number;
}

/** A row counts at (T, K) when `openedBy <= K < withdrawnBy`, `validFrom <= T`, and `T < validTo` or `endedBy > K`. */
export interface RowLife extends RowKey {
  readonly validFrom: EpochMs;
  readonly validTo: EpochMs | null;
  readonly endedBy: number | null;
  readonly withdrawnBy: number | null;
}

/** Columns of the model beside its life. */
export type Row = RowLife & { readonly [column: string]: ColumnValue };

export type RowChange<R extends RowLife = Row> =
  | { readonly kind: 'insert'; readonly row: R }
  /** Set once: where the end is already there, the change is a repetition and leaves the row as it is. */
  | { readonly kind: 'end'; readonly key: RowKey; readonly validTo: EpochMs; readonly endedBy: number }
  | { readonly kind: 'withdraw'; readonly key: RowKey; readonly withdrawnBy: number }
  /** Empties the search columns of every row of an entity. */
  | { readonly kind: 'forget'; readonly entity: string };

/** How far a model's partition has come, and in which history: another log, or another event at that position, is another history. */
export interface Checkpoint {
  readonly position: Position;
  readonly eventId: EventId | null;
  readonly recordedAt: EpochMs;
  readonly logId: string;
  /** Of the lease under which it was written; a lower one is refused (`StaleLease`). 0 where there are no leases. */
  readonly epoch: number;
}

export interface ModelBatch {
  readonly model: ReadModel;
  readonly partition: number;
  readonly changes: readonly RowChange[];
  /** A checkpoint never goes back: a position below the stored one leaves that as it is. */
  readonly checkpoint: Checkpoint;
  /** The checkpoint that this batch goes on from: where the stored one lies before it, the store has lost what it had acknowledged (`CheckpointLost`). */
  readonly goesOnFrom?: Position;
  /** Entities whose rows below the checkpoint this batch made (a replay of a parked stream): noted last, see `replays`. */
  readonly replayed?: readonly string[];
}

/** The right to write a model's partition until `expiresAt`, unless renewed. The epoch rises with every owner and guards the checkpoint. */
export interface Lease {
  readonly model: string;
  readonly version: number;
  readonly partition: number;
  readonly owner: string;
  readonly epoch: number;
  readonly expiresAt: EpochMs;
}

/** Who writes which partition, for several projectors on one store. From `acquire` on, a commit under an older epoch is refused. */
export interface Leases {
  /** Null where another owner's lease runs. The owner of a running lease gets it again with the same epoch. */
  acquire(model: ReadModel, partition: number, owner: string, ttlMs: number): Promise<Lease | null>;
  /** Null where it was lost: expired and taken by another. */
  renew(lease: Lease, ttlMs: number): Promise<Lease | null>;
  /** Free at once for the next owner; nothing happens where it was lost already. */
  release(lease: Lease): Promise<void>;
  /** The lease as it stands, run out by the store's clock or not; null where nobody has it. */
  held(model: ReadModel, partition: number): Promise<Lease | null>;
  /**
   * Takes a lease from its owner, if it is still exactly that one: for who has watched it not being renewed for its time, by a clock of his own. Clocks of
   * machines may jump and differ; a lease that is watched does not depend on them. Null where it was renewed or taken meanwhile.
   */
  seize(lease: Lease, owner: string, ttlMs: number): Promise<Lease | null>;
}

export interface ControlRecord {
  /** `kind/what`. */
  readonly key: string;
  readonly value: Readonly<Record<string, string | number | null>>;
}

/** What the processes on one store tell each other about the models: what is paused, what is being built, which streams are to be tried again. */
export interface ControlRecords {
  /** Those whose key begins so, by key. */
  list(prefix: string): Promise<readonly ControlRecord[]>;
  /** False where there is one of this key: that stays. */
  add(record: ControlRecord): Promise<boolean>;
  put(record: ControlRecord): Promise<void>;
  remove(key: string): Promise<void>;
}

/** A stream held back: an event of it failed, and its later events queue behind it. */
export interface ParkedStream {
  readonly model: string;
  readonly version: number;
  readonly stream: string;
  readonly entity: string;
  readonly position: Position;
  readonly error: string;
  readonly attempts: number;
  readonly parkedAt: EpochMs;
}

export type Condition =
  | { readonly column: string; readonly in: readonly (string | number | null)[] }
  | { readonly column: string; readonly from?: string | number; readonly below?: string | number }
  | { readonly column: string; readonly contains: string };

export interface ListQuery {
  readonly where: readonly Condition[];
  /** Rows that counted at this position. */
  readonly knownAt: number;
  /** Column to order by, null first; ties by entity. Must be one that never changes. */
  readonly orderBy: string;
  readonly descending?: boolean;
  readonly limit: number;
  /** What the page before returned as `next`. The walk stays at the `knownAt` of its first page, so that no row is missed or shown twice. */
  readonly cursor?: string;
}

/** Numbers of one column: NaN where null. Texts: codes into a dictionary of that column, -1 where null. */
export type NumberColumn = Float64Array;
export interface TextColumn {
  readonly codes: Int32Array;
  /** Of symbols: it grows from page to page of one scan, and a code keeps its meaning. Of texts, of which almost every row has another: those of the page, however often one comes. */
  readonly dictionary: readonly string[];
}

/** Rows column by column, for caches that keep arrays. */
export interface ColumnPage {
  readonly length: number;
  readonly numbers: Readonly<Record<string, NumberColumn>>;
  readonly texts: Readonly<Record<string, TextColumn>>;
}

/**
 * The store of read models. `commit` makes changes and checkpoint visible together (a store without transactions writes the checkpoint last, and readers
 * never ask beyond it). Every adapter passes `describeReadStoreContract`. Throws `ReadStoreUnavailable` where it cannot be reached.
 */
export interface ReadStore {
  /** Whether a commit is seen whole or not at all. Where not, rows of a batch may stand there without it, from a writer that was stopped or came late. */
  readonly commitsWhole: boolean;
  /** Makes the model's table or collection and its indexes; with `indexes: 'later'` the indexes are made by `index`. */
  prepare(model: ReadModel, options?: { indexes?: 'now' | 'later' }): Promise<void>;
  index(model: ReadModel): Promise<void>;
  drop(model: ReadModel): Promise<void>;
  /** @throws StaleLease, CheckpointLost */
  commit(batches: readonly ModelBatch[]): Promise<void>;
  /** The partition's checkpoint; null before the first. */
  checkpoint(model: ReadModel, partition: number): Promise<Checkpoint | null>;
  /**
   * The lowest checkpoint of all its partitions; null where one has none yet. Without a number: of those that have begun, which are all of them once the model is
   * in use. So a reader need not know in how many partitions a model was built.
   */
  lowestCheckpoint(model: ReadModel, partitions?: number): Promise<Checkpoint | null>;
  rowsOf(model: ReadModel, entity: string): Promise<Row[]>;
  /** Pages of rows counting at (asOf, knownAt), in any order. */
  rowsAsOf(model: ReadModel, at: { asOf: EpochMs; knownAt: number; where?: readonly Condition[] }): AsyncIterable<readonly Row[]>;
  /** Pages of all rows not withdrawn by `knownAt`, opened by then; ends set later than `knownAt` are still in the row (`endedBy > K`). */
  rowsKnownAt(model: ReadModel, knownAt: number, where?: readonly Condition[]): AsyncIterable<readonly Row[]>;
  /** Pages of rows opened, ended or withdrawn in (after, through]. */
  rowsChanged(model: ReadModel, after: number, through: number): AsyncIterable<readonly Row[]>;
  /** The named columns (life-cycle ones too; none of type json) of every row with `after < openedBy <= through`, withdrawn ones too, by openedBy. */
  scan(model: ReadModel, columns: readonly string[], range: { after: number; through: number }): AsyncIterable<ColumnPage>;
  /** @throws InvalidCursor */
  list(model: ReadModel, query: ListQuery): Promise<{ readonly rows: readonly Row[]; readonly next: string | null }>;
  /** Which version of a model readers use; null before the first build is done. */
  currentVersion(name: string): Promise<number | null>;
  switchVersion(name: string, version: number): Promise<void>;
  /** The versions of a model that have a checkpoint: the one in use, those that are being built, and what earlier ones left. Ascending. */
  versions(name: string): Promise<readonly number[]>;
  parked(model?: ReadModel): Promise<readonly ParkedStream[]>;
  park(stream: ParkedStream): Promise<void>;
  unpark(model: ReadModel, stream: string): Promise<void>;
  /** Numbered entries (model, stream) of replays below the checkpoint: caches that saw a lower number load those entities again. */
  replays(after: number): Promise<readonly { readonly number: number; readonly model: string; readonly entity: string }[]>;
  noteReplay(model: ReadModel, entity: string): Promise<void>;
  readonly leases: Leases;
  readonly control: ControlRecords;
  close(): Promise<void>;
}

export class ReadStoreUnavailable extends Error {
  override readonly name = 'ReadStoreUnavailable';
}

/** The store's file is damaged or no read store: nothing is lost, since it is made from the log; the message says how to make it anew. */
export class ReadStoreDamaged extends Error {
  override readonly name = 'ReadStoreDamaged';
}

/** A cursor that this store never gave, or gave for another question. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
}

/** A later owner holds the partition: this writer stops. */
export class StaleLease extends Error {
  override readonly name = 'StaleLease';
}

/** The store came back older than it was: the writer goes on from the checkpoint that is there. */
export class CheckpointLost extends Error {
  override readonly name = 'CheckpointLost';
}

export function rowCounts(row: RowLife, asOf: EpochMs, knownAt: number): boolean {
  return (
    row.openedBy <= knownAt &&
    (row.withdrawnBy === null || row.withdrawnBy > knownAt) &&
    row.validFrom <= asOf &&
    (row.validTo === null || asOf < row.validTo || (row.endedBy !== null && row.endedBy > knownAt))
  );
}
