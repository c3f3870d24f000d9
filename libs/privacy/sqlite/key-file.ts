import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { KeyStoreUnavailable } from '../key-store.port.js';
import { KEY_BYTES } from '../sealing.js';

const FORMAT = 1;
const OWNER_ONLY = 0o600;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS store (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
  -- A key is there, or was destroyed: the mark is the row without a key.
  CREATE TABLE IF NOT EXISTS keys (holder TEXT PRIMARY KEY, key BLOB) WITHOUT ROWID;
`;

export interface KeyFile {
  readonly database: Database.Database;
  readonly id: string;
  readonly logKey: Buffer;
}

/** By code: an error of another copy of the module is none of ours by `instanceof`. */
export function asUnavailable(file: string, error: unknown): KeyStoreUnavailable {
  const { code, message } = error as { code?: string; message?: string };
  return new KeyStoreUnavailable(
    `the KeyStore ${file} cannot be used: ${message ?? String(error)}${code === undefined ? '' : ` (${code})`}`,
    {
      cause: error,
    },
  );
}

function writeIdentity(database: Database.Database): void {
  // IMMEDIATE: of two processes that make the store at once, one writes the key and the other reads it.
  database
    .transaction(() => {
      database.exec(SCHEMA);
      const insert = database.prepare('INSERT OR IGNORE INTO store (name, value) VALUES (?, ?)');
      insert.run('format', Buffer.from(String(FORMAT)));
      insert.run('id', Buffer.from(randomUUID()));
      insert.run('logKey', randomBytes(KEY_BYTES));
    })
    .immediate();
}

function readIdentity(database: Database.Database, name: string): Buffer {
  const row = database.prepare('SELECT value FROM store WHERE name = ?').get(name) as { value: Buffer } | undefined;
  if (row === undefined) throw new Error(`it holds no ${name}: not a KeyStore of Dealtrail`);
  return row.value;
}

/** Opens or makes the file of keys, readable by its owner alone. @throws KeyStoreUnavailable */
export function openKeyFile(file: string, readOnly: boolean): KeyFile {
  let database: Database.Database | undefined;
  try {
    const inMemory = file === ':memory:';
    if (readOnly && !existsSync(file)) throw new Error('there is no such file');
    if (!inMemory && !readOnly) {
      // Made with its mode before SQLite writes to it: -wal and -shm take their mode from it.
      closeSync(openSync(file, 'a', OWNER_ONLY));
      chmodSync(file, OWNER_ONLY);
    }
    database = new Database(file, { readonly: readOnly, timeout: 10_000 });
    if (!readOnly) {
      database.pragma('journal_mode = WAL');
      // FULL: a key acknowledged is on the disk before the first event that is sealed with it.
      database.pragma('synchronous = FULL');
      // A destroyed key is overwritten in the file, not only unlinked from its page.
      database.pragma('secure_delete = ON');
      writeIdentity(database);
    }
    const format = readIdentity(database, 'format').toString();
    if (format !== String(FORMAT)) throw new Error(`it has format ${format}, this version reads ${FORMAT}`);
    return { database, id: readIdentity(database, 'id').toString(), logKey: readIdentity(database, 'logKey') };
  } catch (error) {
    database?.close();
    throw asUnavailable(file, error);
  }
}
