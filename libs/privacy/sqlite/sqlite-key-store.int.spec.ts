import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeKeyStoreContract } from '../contract/key-store.contract.js';
import type { KeyStore } from '../key-store.port.js';
import { KeyStoreUnavailable } from '../key-store.port.js';
import { openSqliteKeyStore } from './sqlite-key-store.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dealtrail-keys-'));
  file = join(folder, 'keys.sqlite');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describeKeyStoreContract('the SQLite key store', async () => {
  const opened: KeyStore[] = [];
  const open = (): KeyStore => {
    const store = openSqliteKeyStore({ file });
    opened.push(store);
    return store;
  };
  return {
    store: open(),
    reopen: async () => open(),
    dispose: async () => {
      for (const store of opened) await store.close();
    },
  };
});

describe('the SQLite key store', () => {
  const bytesOnDisk = (): Buffer => Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));

  it('is readable by its owner alone, its write-ahead log too', async () => {
    const store = openSqliteKeyStore({ file });
    await store.ensure(['contact-1']);
    expect(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777])).toEqual([
      ['keys.sqlite', 0o600],
      ['keys.sqlite-shm', 0o600],
      ['keys.sqlite-wal', 0o600],
    ]);
    await store.close();
  });

  it('leaves no byte of a destroyed key in its files', async () => {
    const store = openSqliteKeyStore({ file });
    const state = (await store.ensure(['contact-1', 'contact-2'])).get('contact-1');
    const key = state?.state === 'present' ? Buffer.from(state.key) : Buffer.alloc(0);
    expect(bytesOnDisk().includes(key)).toBe(true);
    await store.destroy('contact-1');
    expect(bytesOnDisk().includes(key)).toBe(false);
    await store.close();
  });

  it('holds a key on the disk when it says so, for a process that ends at once', async () => {
    const store = openSqliteKeyStore({ file });
    const made = await store.ensure(['contact-1']);
    // Not closed: what a killed process leaves behind is what another one reads now.
    const other = openSqliteKeyStore({ file, readOnly: true });
    expect(await other.find('contact-1')).toEqual(made.get('contact-1'));
    await other.close();
    await store.close();
  });

  it('says what is wrong with a file that is none, or is not there to read', () => {
    writeFileSync(file, 'no database at all, but long enough to be looked at as if it were one');
    expect(() => openSqliteKeyStore({ file })).toThrow(KeyStoreUnavailable);
    expect(() => openSqliteKeyStore({ file: join(folder, 'none.sqlite'), readOnly: true })).toThrow(
      /^the KeyStore .*none\.sqlite cannot be used: there is no such file$/,
    );
  });
});
