import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { findMongoServer } from '../../testing/mongo-server.js';
import { describeKeyStoreContract } from '../contract/key-store.contract.js';
import type { KeyStore } from '../key-store.port.js';
import { MasterKey, masterKeyFrom } from './master-key.js';
import { openSqliteKeyStore } from '../sqlite/sqlite-key-store.js';
import { openMongoKeyStore, takeKeys } from './mongo-key-store.js';

const server = await findMongoServer();
const skip = 'missing' in server;
if (skip) process.stderr.write(`key store on MongoDB: tests skipped, ${server.missing}\n`);
const url = skip ? '' : server.url;
afterAll(() => (skip ? undefined : server.remove()));

const masterKey = new MasterKey(randomBytes(32));
const address = () => `${url}/keys_${randomUUID().slice(0, 8)}`;

if (!skip) {
  describeKeyStoreContract('the MongoDB key store', async () => {
    const at = address();
    const opened: KeyStore[] = [];
    const open = async () => {
      const store = await openMongoKeyStore({ url: at, masterKey });
      opened.push(store);
      return store;
    };
    return {
      store: await open(),
      reopen: open,
      dispose: async () => {
        for (const store of opened) await store.close();
      },
    };
  });
}

(skip ? describe.skip : describe)('the MongoDB key store', () => {
  it('holds no key in clear, and none that a copy under another name would open', async () => {
    const at = address();
    const store = await openMongoKeyStore({ url: at, masterKey });
    const state = (await store.ensure(['contact-1', 'contact-2'])).get('contact-1');
    const client = await MongoClient.connect(at);
    const keys = client.db().collection<{ _id: string; wrapped: unknown }>('keys');
    const stored = Buffer.from(JSON.stringify(await keys.find().toArray()));
    expect(state?.state).toBe('present');
    expect(stored.includes(state?.state === 'present' ? state.key.toString('base64') : '')).toBe(false);
    const first = await keys.findOne({ _id: 'contact-1' });
    await keys.updateOne({ _id: 'contact-2' }, { $set: { wrapped: first?.wrapped } });
    await expect(store.find('contact-2')).rejects.toThrow(/contact-2 is not wrapped by this master key: is it the right one\?$/);
    await client.close();
    await store.close();
  });

  it('takes the keys and marks of another KeyStore under its id, twice with the same outcome, and never a second KeyStore', async () => {
    const [at, other] = [address(), openSqliteKeyStore({ file: ':memory:' })];
    const before = await other.ensure(['contact-1', 'contact-2']);
    await other.destroy('contact-2');
    const brought = { id: other.id, logKey: other.logKey, keys: other.everything() };
    await takeKeys({ url: at, masterKey }, brought);
    await takeKeys({ url: at, masterKey }, brought);
    const store = await openMongoKeyStore({ url: at, masterKey });
    expect([store.id, store.logKey]).toEqual([other.id, other.logKey]);
    expect(await store.findMany(['contact-1', 'contact-2'])).toEqual(
      new Map([
        ['contact-1', before.get('contact-1')],
        ['contact-2', { state: 'forgotten' }],
      ]),
    );
    await store.close();
    await expect(takeKeys({ url: at, masterKey }, { ...brought, id: randomUUID() })).rejects.toThrow(/and not a copy of/);
    await other.close();
  });

  it('does not open under another master key', async () => {
    const at = address();
    await (await openMongoKeyStore({ url: at, masterKey })).close();
    await expect(openMongoKeyStore({ url: at, masterKey: new MasterKey(randomBytes(32)) })).rejects.toMatchObject({
      name: 'KeyStoreUnavailable',
    });
  });

  it('makes one identity where two processes open it first', async () => {
    const at = address();
    const [one, other] = await Promise.all([openMongoKeyStore({ url: at, masterKey }), openMongoKeyStore({ url: at, masterKey })]);
    expect(other?.id).toBe(one?.id);
    expect(other?.logKey).toEqual(one?.logKey);
    await one?.close();
    await other?.close();
  });

  it('says where it cannot be reached, without the password', async () => {
    const nobody = openMongoKeyStore({ url: 'mongodb://anna:secret@127.0.0.1:9/keys', masterKey, timeoutMs: 200 });
    await expect(nobody).rejects.toThrow(/^the KeyStore mongodb:\/\/127\.0\.0\.1:9\/keys cannot be used/);
  });
});

describe('the master key', () => {
  it('is read from a text or a file, as base64 or as hexadecimal digits', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dealtrail-master-'));
    const bytes = randomBytes(32);
    writeFileSync(join(folder, 'key'), `${bytes.toString('base64')}\n`);
    const wrapped = new MasterKey(bytes).wrap('contact-1', Buffer.from('a key'));
    for (const source of [{ text: bytes.toString('base64') }, { text: bytes.toString('hex') }, { file: join(folder, 'key') }]) {
      expect(masterKeyFrom(source).unwrap('contact-1', wrapped).toString()).toBe('a key');
    }
    rmSync(folder, { recursive: true });
  });

  it('is refused when it has another length or its file is not there', () => {
    expect(() => masterKeyFrom({ text: 'short' })).toThrow('the master key has 3 bytes, not 32: make one with openssl rand -base64 32');
    expect(() => masterKeyFrom({ file: '/nowhere/key' })).toThrow("the master key's file /nowhere/key cannot be read");
  });
});
