import Database from 'better-sqlite3';
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { LogDamaged, LogRefused } from '../event-store.port.js';
import { ownPrefix } from '../stream-prefix.js';

/** "DLTR": tells our files from any other SQLite database. */
const APPLICATION_ID = 0x444c5452;
const FORMAT = 1;
/** Of new files. An append alone writes two pages, of events and of their index: of half the size they are on the disk sooner, and batches of a hundred cost the same. */
const PAGE_BYTES = 4_096;
/** What the WAL grows to before a commit moves its pages into the file; it then begins anew. */
export const WAL_BYTES = 16_777_216;
const FRAME_HEADER_BYTES = 24;

/**
 * Stream names and types are numbers in the events table: it gains about a fifth of the append rate. An event's id has
 * no index: random ids in one cost two thirds of the rate at a million events. `json` is part of the type's entry, so that it costs no column.
 */
const TABLES = `
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE categories (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE types (id INTEGER PRIMARY KEY, name TEXT NOT NULL, json INTEGER NOT NULL, UNIQUE (name, json));
  CREATE TABLE streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, category INTEGER NOT NULL);
  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    type INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    event_id BLOB NOT NULL,
    data NOT NULL,
    metadata NOT NULL,
    UNIQUE (stream, revision)
  );
`;

export interface LogSchemaOptions {
  readonly file: string;
  readonly readOnly: boolean;
  readonly streamPrefix: string;
  readonly ownCategories: readonly string[];
  /** Default 5,000. */
  readonly busyMs?: number | undefined;
}

/** Opens the file, makes its tables when it is new. @throws LogRefused, LogDamaged, or SQLite's own errors */
export function openLogDatabase(options: LogSchemaOptions): Database.Database {
  refuseTornFile(options.file);
  const db = new Database(options.file, { readonly: options.readOnly, fileMustExist: options.readOnly, timeout: options.busyMs ?? 5_000 });
  try {
    if (options.readOnly) {
      checkFormat(db, options.file);
    } else {
      db.pragma(`page_size = ${PAGE_BYTES}`);
      db.pragma('journal_mode = WAL');
      // An acknowledged append is on the disk: FULL syncs the WAL at every commit.
      db.pragma('synchronous = FULL');
      const pageBytes = Number(db.pragma('page_size', { simple: true })); // a file keeps what it was made with
      db.pragma(`wal_autocheckpoint = ${Math.floor(WAL_BYTES / (pageBytes + FRAME_HEADER_BYTES))}`);
      if (isEmpty(db)) create(db, options);
      checkFormat(db, options.file);
      addCategories(db, options);
    }
    db.pragma('cache_size = -32768');
    checkPrefix(db, options);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function isEmpty(db: Database.Database): boolean {
  return db.prepare('SELECT count(*) FROM sqlite_master').pluck().get() === 0;
}

function create(db: Database.Database, options: LogSchemaOptions): void {
  db.transaction(() => {
    db.exec(TABLES);
    db.prepare('INSERT INTO settings VALUES (?, ?)').run('streamPrefix', options.streamPrefix);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${FORMAT}`);
  }).immediate();
}

function checkFormat(db: Database.Database, file: string): void {
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) throw new LogRefused(`${file} is no Dealtrail log`);
  const format = db.pragma('user_version', { simple: true });
  if (format !== FORMAT)
    throw new LogRefused(`the log ${file} has format ${String(format)}, this version reads ${FORMAT}: use the newer version`);
}

function checkPrefix(db: Database.Database, options: LogSchemaOptions): void {
  const prefix = db.prepare('SELECT value FROM settings WHERE name = ?').pluck().get('streamPrefix');
  if (prefix !== options.streamPrefix) {
    throw new LogRefused(
      `the log ${options.file} was made with the stream prefix '${String(prefix)}', this process has '${options.streamPrefix}': set DEALTRAIL_STREAM_PREFIX to the first`,
    );
  }
}

/** Numbers are given once per file. A category that a newer version adds must not take over streams that somebody else has named so. */
function addCategories(db: Database.Database, options: LogSchemaOptions): void {
  const known = new Set(db.prepare('SELECT name FROM categories').pluck().all());
  const taken = db.prepare('SELECT name FROM streams WHERE name >= ? AND name < ? LIMIT 1').pluck();
  for (const category of options.ownCategories.filter((name) => !known.has(name))) {
    const start = `${ownPrefix(options.streamPrefix)}${category}`;
    const foreign = taken.get(`${start}-`, `${start}.`); // '.' follows '-' in the order of names
    if (foreign !== undefined) {
      throw new LogRefused(
        `the log ${options.file} holds streams of others named like ours ('${String(foreign)}'): start a new log with DEALTRAIL_STREAM_PREFIX set`,
      );
    }
    db.prepare('INSERT INTO categories (name) VALUES (?)').run(category);
  }
}

/** A file shorter than its header says has lost its end; SQLite would notice only when it comes to the missing page. */
function refuseTornFile(file: string): void {
  if (!existsSync(file)) return;
  // With a WAL beside it the file may be short: a checkpoint was interrupted and goes on at the next open.
  if (existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0) return;
  const { size } = statSync(file);
  if (size === 0) return;
  const header = Buffer.alloc(100);
  const fd = openSync(file, 'r');
  try {
    if (readSync(fd, header, 0, 100, 0) < 100) throw new LogDamaged(damaged(file, `it has ${size} bytes`));
  } finally {
    closeSync(fd);
  }
  if (header.toString('latin1', 0, 15) !== 'SQLite format 3') throw new LogRefused(`${file} is no Dealtrail log`);
  const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
  const expected = header.readUInt32BE(28) * pageSize;
  if (expected > size) throw new LogDamaged(damaged(file, `its end is missing, ${size} of ${expected} bytes are there`));
}

function damaged(file: string, what: string): string {
  return `the log ${file} is damaged (${what}): stop writing, keep a copy of the file, and restore a backup`;
}
