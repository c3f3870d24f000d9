import type { Database } from 'better-sqlite3';
import { ReadStoreDamaged } from '../read-store.port.js';

/** `DTRS`: tells our file from anybody else's SQLite file. */
const APPLICATION_ID = 0x44545253;
/** Of this layout. Another one is not migrated: a read store is made anew from the log. */
const LAYOUT = 1;

const TABLES = `
  CREATE TABLE IF NOT EXISTS symbols (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS checkpoints (
    model TEXT NOT NULL, version INTEGER NOT NULL, partition INTEGER NOT NULL,
    position INTEGER NOT NULL, eventId TEXT, recordedAt INTEGER NOT NULL, logId TEXT NOT NULL, epoch INTEGER NOT NULL,
    PRIMARY KEY (model, version, partition)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS leases (
    model TEXT NOT NULL, version INTEGER NOT NULL, partition INTEGER NOT NULL,
    owner TEXT, epoch INTEGER NOT NULL, expiresAt INTEGER NOT NULL,
    PRIMARY KEY (model, version, partition)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS current_versions (model TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS parked (
    model TEXT NOT NULL, version INTEGER NOT NULL, stream TEXT NOT NULL,
    entity TEXT NOT NULL, position INTEGER NOT NULL, error TEXT NOT NULL, attempts INTEGER NOT NULL, parkedAt INTEGER NOT NULL,
    PRIMARY KEY (model, version, stream)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS control (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS replays (number INTEGER PRIMARY KEY AUTOINCREMENT, model TEXT NOT NULL, entity TEXT NOT NULL) STRICT;
`;

/** Settings of a connection. */
export function configure(db: Database, readOnly: boolean): void {
  if (!readOnly) {
    db.pragma('page_size = 8192');
    db.pragma('journal_mode = WAL');
    // NORMAL does not wait for the disk at each commit: after a power cut the last commits may be gone, whole, rows and checkpoint together.
    // The projector then goes on from the older checkpoint. What must never be lost stands in the log, which is FULL.
    db.pragma('synchronous = NORMAL');
  }
  db.pragma('cache_size = -65536');
  db.pragma('temp_store = MEMORY');
}

/** @throws ReadStoreDamaged for a file that is not ours or of another layout. */
export function checkLayout(db: Database, file: string): void {
  const tables = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM sqlite_schema').get()?.n ?? 0;
  if (tables === 0) return;
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    throw new ReadStoreDamaged(`${file} is no read store of Dealtrail: name another file`);
  }
  const layout = Number(db.pragma('user_version', { simple: true }));
  if (layout !== LAYOUT) {
    throw new ReadStoreDamaged(
      `the read store ${file} has layout ${layout}, this version reads ${LAYOUT}: move it away and start again, it is made anew from the log`,
    );
  }
}

export function makeTables(db: Database): void {
  db.transaction(() => {
    db.exec(TABLES);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${LAYOUT}`);
  }).immediate();
}
