import type Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import type { KeyHolder, KeyState, KeyStore } from '../key-store.port.js';
import { freshBytes } from '../fresh-bytes.js';
import { KEY_BYTES } from '../sealing.js';
import { asUnavailable, openKeyFile } from './key-file.js';

export interface SqliteKeyStoreOptions {
  /** A file of its own, never the log's: who copies the log does not copy the keys. */
  readonly file: string;
  readonly readOnly?: boolean;
  /** Keys kept in memory. */
  readonly cachedKeys?: number;
}

interface Waiting {
  readonly holders: readonly KeyHolder[];
  readonly resolve: (states: ReadonlyMap<KeyHolder, KeyState>) => void;
  readonly reject: (error: unknown) => void;
}

/** Up to so many keys at once are looked for before a transaction is begun to make them. */
const LOOKED_FOR_FIRST = 50;

const MISSING: KeyState = { state: 'missing' };
const GONE: KeyState = { state: 'forgotten' };

/** The embedded KeyStore: one SQLite file, keys durable when `ensure` returns. */
export class SqliteKeyStore implements KeyStore {
  readonly id: string;
  readonly description: string;
  readonly logKey: Buffer;
  readonly #database: Database.Database;
  readonly #known: LRUCache<KeyHolder, KeyState>;
  readonly #select: Database.Statement<[string], { key: Buffer | null }>;
  readonly #insert: Database.Statement<[string, Buffer]>;
  readonly #mark: Database.Statement<[string]>;
  readonly #version: Database.Statement<[], number>;
  #seenVersion: number;
  #waiting: Waiting[] = [];

  constructor({ file, readOnly = false, cachedKeys = 50_000 }: SqliteKeyStoreOptions) {
    const { database, id, logKey } = openKeyFile(file, readOnly);
    this.#database = database;
    this.id = id;
    this.logKey = logKey;
    this.description = file;
    this.#known = new LRUCache({ max: cachedKeys });
    this.#select = database.prepare('SELECT key FROM keys WHERE holder = ?');
    this.#insert = database.prepare('INSERT OR IGNORE INTO keys (holder, key) VALUES (?, ?)');
    this.#mark = database.prepare('INSERT INTO keys (holder, key) VALUES (?, NULL) ON CONFLICT (holder) DO UPDATE SET key = NULL');
    this.#version = database.prepare<[], number>('PRAGMA data_version').pluck();
    this.#seenVersion = this.#version.get() ?? 0;
  }

  async find(holder: KeyHolder): Promise<KeyState> {
    return this.#guarded(() => {
      this.#dropWhatOthersChanged();
      return this.#read(holder);
    });
  }

  async findMany(holders: readonly KeyHolder[]): Promise<ReadonlyMap<KeyHolder, KeyState>> {
    return this.#guarded(() => {
      this.#dropWhatOthersChanged();
      return new Map(holders.map((holder) => [holder, this.#read(holder)]));
    });
  }

  async ensure(holders: readonly KeyHolder[]): Promise<ReadonlyMap<KeyHolder, KeyState>> {
    // Made in one commit with what other commands ask for in the same turn: a commit waits for the disk.
    const make = () => new Promise<ReadonlyMap<KeyHolder, KeyState>>((resolve, reject) => this.#enqueue({ holders, resolve, reject }));
    // An import's, which are new: making those that are missing looks for each as well.
    if (holders.length > LOOKED_FOR_FIRST && this.#areUnknown(holders)) return make();
    const found = await this.findMany(holders);
    for (const { state } of found.values()) if (state === 'missing') return make();
    return found;
  }

  async destroy(holder: KeyHolder): Promise<boolean> {
    return this.#guarded(() => {
      this.#known.delete(holder);
      const before = this.#read(holder);
      this.#mark.run(holder);
      this.#known.set(holder, GONE);
      // The log of the last writes may still hold the key: fold it into the file, where it is overwritten, and cut it off.
      this.#database.pragma('wal_checkpoint(TRUNCATE)');
      return before.state === 'present';
    });
  }

  /** Every key and every mark, for a copy of the whole KeyStore. */
  everything(): ReadonlyMap<KeyHolder, Buffer | null> {
    return this.#guarded(() => {
      const rows = this.#database.prepare<[], { holder: string; key: Buffer | null }>('SELECT holder, key FROM keys').all();
      return new Map(rows.map(({ holder, key }) => [holder, key]));
    });
  }

  async close(): Promise<void> {
    this.#makeWaiting();
    this.#database.close();
  }

  /** Most of them have not been asked for lately. */
  #areUnknown(holders: readonly KeyHolder[]): boolean {
    return this.#guarded(() => {
      this.#dropWhatOthersChanged();
      return holders.filter((holder) => this.#known.has(holder)).length < holders.length / 2;
    });
  }

  #read(holder: KeyHolder): KeyState {
    const known = this.#known.get(holder);
    if (known !== undefined) return known;
    const row = this.#select.get(holder);
    if (row === undefined) return MISSING; // not kept: another process may make it any moment
    const state: KeyState = row.key === null ? GONE : { state: 'present', key: row.key };
    this.#known.set(holder, state);
    return state;
  }

  /** A key destroyed by another process must not live on in ours. `data_version` changes with every commit of another connection. */
  #dropWhatOthersChanged(): void {
    const version = this.#version.get() ?? 0;
    if (version === this.#seenVersion) return;
    this.#seenVersion = version;
    this.#known.clear();
  }

  #enqueue(waiting: Waiting): void {
    this.#waiting.push(waiting);
    if (this.#waiting.length === 1) setImmediate(() => this.#makeWaiting());
  }

  #makeWaiting(): void {
    const group = this.#waiting;
    this.#waiting = [];
    if (group.length === 0) return;
    try {
      this.#database
        .transaction(() => {
          for (const { holders } of group) for (const holder of holders) if (!this.#known.has(holder)) this.#make(holder);
        })
        .immediate();
    } catch (error) {
      this.#known.clear(); // what was read inside the transaction was never written
      for (const { reject } of group) reject(asUnavailable(this.description, error));
      return;
    }
    for (const { holders, resolve } of group) resolve(new Map(holders.map((holder) => [holder, this.#read(holder)])));
  }

  /** Unless it is there, or was destroyed: then nothing is inserted. A key that was is not read back. */
  #make(holder: KeyHolder): void {
    const key = freshBytes(Buffer.alloc(KEY_BYTES));
    if (this.#insert.run(holder, key).changes === 1) this.#known.set(holder, { state: 'present', key });
  }

  #guarded<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw asUnavailable(this.description, error);
    }
  }
}

/** @throws KeyStoreUnavailable */
export function openSqliteKeyStore(options: SqliteKeyStoreOptions): SqliteKeyStore {
  return new SqliteKeyStore(options);
}
