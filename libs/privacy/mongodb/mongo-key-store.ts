import { randomBytes, randomUUID } from 'node:crypto';
import { Binary, MongoClient, ReadConcern } from 'mongodb';
import type { Collection, Db } from 'mongodb';
import { KeyStoreUnavailable } from '../key-store.port.js';
import type { KeyHolder, KeyState, KeyStore } from '../key-store.port.js';
import { KEY_BYTES } from '../sealing.js';
import type { MasterKey } from './master-key.js';

export interface MongoKeyStoreOptions {
  /** `mongodb://…/name`; the database is `dealtrail` where none is named. */
  readonly url: string;
  /** Asked whether the store is there already: a new master key is made for a new store only. */
  readonly masterKey: MasterKey | ((isThere: boolean) => MasterKey);
  /** How long to look for a server; default 5 s. */
  readonly timeoutMs?: number;
}

interface IdentityDocument {
  readonly _id: string;
  readonly format: number;
  readonly id: string;
  readonly logKey: Binary;
}

/** A key is there, or was destroyed: the mark is the document without a key. */
interface KeyDocument {
  readonly _id: KeyHolder;
  readonly wrapped: Binary | null;
}

const FORMAT = 1;
const IDENTITY = 'identity';
const DUPLICATE_KEY = 11_000;
const LOG_KEY = 'the log key';

/** @throws KeyStoreUnavailable */
export async function openMongoKeyStore(options: MongoKeyStoreOptions): Promise<MongoKeyStore> {
  const { url, timeoutMs = 5_000 } = options;
  const shown = shownUrl(url);
  const client = new MongoClient(url, { serverSelectionTimeoutMS: timeoutMs, connectTimeoutMS: timeoutMs, appName: 'dealtrail keys' });
  try {
    await client.connect();
    const db = databaseOf(client, url);
    const about = db.collection<IdentityDocument>('key_store');
    const isThere = (await about.findOne({ _id: IDENTITY })) !== null;
    const masterKey = typeof options.masterKey === 'function' ? options.masterKey(isThere) : options.masterKey;
    const identity = await identityIn(about, masterKey);
    if (identity.format !== FORMAT) throw new Error(`it has format ${identity.format}, this version reads ${FORMAT}`);
    const logKey = unwrap(masterKey, LOG_KEY, identity.logKey);
    return new MongoKeyStore(client, db.collection<KeyDocument>('keys'), masterKey, { id: identity.id, description: shown, logKey });
  } catch (error) {
    await client.close();
    throw asUnavailable(shown, error);
  }
}

/** A KeyStore that is brought here from elsewhere, under the id that its log names. */
export interface KeysToTake {
  readonly id: string;
  readonly logKey: Buffer;
  /** Null: destroyed. */
  readonly keys: ReadonlyMap<KeyHolder, Buffer | null>;
}

/** Takes another KeyStore's keys and marks; run again it adds what is missing, and destroys here what was destroyed there. @throws KeyStoreUnavailable where another KeyStore is there */
export async function takeKeys(
  options: MongoKeyStoreOptions & { readonly masterKey: MasterKey },
  { id, logKey, keys }: KeysToTake,
): Promise<void> {
  const { url, masterKey, timeoutMs = 5_000 } = options;
  const client = new MongoClient(url, { serverSelectionTimeoutMS: timeoutMs, connectTimeoutMS: timeoutMs, appName: 'dealtrail keys' });
  try {
    await client.connect();
    const db = databaseOf(client, url);
    const about = db.collection<IdentityDocument>('key_store');
    const wrapped = { _id: IDENTITY, format: FORMAT, id, logKey: new Binary(masterKey.wrap(LOG_KEY, logKey)) };
    await about.insertOne(wrapped).catch(unlessThere);
    const there = await about.findOne({ _id: IDENTITY });
    if (there?.id !== id) throw new Error(`it is the KeyStore ${there?.id}, and not a copy of ${id}: name another database`);
    unwrap(masterKey, LOG_KEY, there.logKey);
    const writes = [...keys].map(([holder, key]) => ({
      updateOne: {
        filter: { _id: holder },
        // A key that is there stays: it was wrapped by an earlier run. A mark is never taken back.
        update: key === null ? { $set: { wrapped: null } } : { $setOnInsert: { wrapped: new Binary(masterKey.wrap(holder, key)) } },
        upsert: true,
      },
    }));
    for (let start = 0; start < writes.length; start += 1_000) {
      await db.collection<KeyDocument>('keys').bulkWrite(writes.slice(start, start + 1_000), { ordered: false });
    }
  } catch (error) {
    throw asUnavailable(shownUrl(url), error);
  } finally {
    await client.close();
  }
}

function databaseOf(client: MongoClient, url: string): Db {
  const name = /^mongodb(?:\+srv)?:\/\/[^/?]+\/([^?]+)/.exec(url)?.[1];
  // A key is on the disks of a majority before the first event that is sealed with it.
  return client.db(name ?? 'dealtrail', { writeConcern: { w: 'majority', journal: true }, readConcern: new ReadConcern('majority') });
}

function shownUrl(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//').replace(/\?.*$/, '');
}

/** Of two processes that make the store at once, one writes its identity and the other reads it. */
async function identityIn(about: Collection<IdentityDocument>, masterKey: MasterKey): Promise<IdentityDocument> {
  const _id = IDENTITY;
  const found = await about.findOne({ _id });
  if (found !== null) return found;
  const made = { _id, format: FORMAT, id: randomUUID(), logKey: new Binary(masterKey.wrap(LOG_KEY, randomBytes(KEY_BYTES))) };
  await about.insertOne(made).catch(unlessThere);
  return (await about.findOne({ _id })) ?? made;
}

/**
 * The keys of many processes, each wrapped by a master key that is not in the database. Nothing is kept in memory: a key that one process destroys is gone for all at
 * once. A destroyed key is taken out of its document; what the server's journal and backups still hold of it is wrapped.
 */
class MongoKeyStore implements KeyStore {
  readonly id: string;
  readonly description: string;
  readonly logKey: Buffer;

  constructor(
    private readonly client: MongoClient,
    private readonly keys: Collection<KeyDocument>,
    private readonly masterKey: MasterKey,
    identity: Pick<KeyStore, 'id' | 'description' | 'logKey'>,
  ) {
    this.id = identity.id;
    this.description = identity.description;
    this.logKey = identity.logKey;
  }

  async find(holder: KeyHolder): Promise<KeyState> {
    return (await this.findMany([holder])).get(holder) ?? { state: 'missing' };
  }

  findMany(holders: readonly KeyHolder[]): Promise<ReadonlyMap<KeyHolder, KeyState>> {
    return this.#guarded(() => this.#read(holders));
  }

  ensure(holders: readonly KeyHolder[]): Promise<ReadonlyMap<KeyHolder, KeyState>> {
    return this.#guarded(async () => {
      const found = await this.#read(holders);
      const missing = [...found].filter(([, { state }]) => state === 'missing').map(([holder]) => holder);
      if (missing.length === 0) return found;
      const made = missing.map((holder) => ({ _id: holder, wrapped: new Binary(this.masterKey.wrap(holder, randomBytes(KEY_BYTES))) }));
      // Unordered: a key or a mark that another process set just now stays, and the others are still made.
      await this.keys.insertMany(made, { ordered: false }).catch(unlessThere);
      return this.#read(holders);
    });
  }

  destroy(holder: KeyHolder): Promise<boolean> {
    return this.#guarded(async () => {
      const mark = () =>
        this.keys.findOneAndUpdate({ _id: holder }, { $set: { wrapped: null } }, { upsert: true, returnDocument: 'before' });
      // Two that make the same document at once: the second finds it there.
      const before = await mark().catch((error: unknown) => {
        unlessThere(error);
        return mark();
      });
      return before !== null && before.wrapped !== null;
    });
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  async #read(holders: readonly KeyHolder[]): Promise<Map<KeyHolder, KeyState>> {
    const states = new Map<KeyHolder, KeyState>(holders.map((holder) => [holder, { state: 'missing' }]));
    if (states.size === 0) return states;
    for (const { _id, wrapped } of await this.keys.find({ _id: { $in: [...states.keys()] } }).toArray()) {
      states.set(_id, wrapped === null ? { state: 'forgotten' } : { state: 'present', key: unwrap(this.masterKey, _id, wrapped) });
    }
    return states;
  }

  async #guarded<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw asUnavailable(this.description, error);
    }
  }
}

export type { MongoKeyStore };

function unwrap(masterKey: MasterKey, name: string, wrapped: Binary): Buffer {
  try {
    return masterKey.unwrap(name, Buffer.from(wrapped.value()));
  } catch (error) {
    throw new Error(`${name} is not wrapped by this master key: is it the right one?`, { cause: error });
  }
}

/** Passes over "there already", of one document or of several. */
function unlessThere(error: unknown): void {
  if (typeof error === 'object' && error !== null && 'code' in error && error.code === DUPLICATE_KEY) return;
  throw error;
}

function asUnavailable(where: string, error: unknown): KeyStoreUnavailable {
  const said =
    error instanceof Error || (typeof error === 'object' && error !== null && 'message' in error) ? String(error.message) : String(error);
  return new KeyStoreUnavailable(`the KeyStore ${where} cannot be used: ${said}`, { cause: error });
}
