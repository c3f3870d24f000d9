import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { DEALS, all, batchOf, dealRow, insert } from '../contract/deals.contract.js';
import { describeReadStoreContract } from '../contract/read-store.contract.js';
import type { ReadStore } from '../read-store.port.js';
import { whereSql } from './filter-sql.js';
import { openSqliteReadStore } from './sqlite-read-store.js';

describeReadStoreContract('SQLite', async (options = {}) => {
  const dir = mkdtempSync(join(tmpdir(), 'dealtrail-rows-'));
  const open = (own: typeof options) => openSqliteReadStore({ file: join(dir, 'rows.db'), pageRows: 97, ...own });
  const opened: ReadStore[] = [open(options)];
  return {
    store: opened[0] as ReadStore, // just put there
    another: async (own = {}) => {
      const store = open(own);
      opened.push(store);
      return store;
    },
    remove: async () => {
      for (const store of opened.splice(0)) await store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
});

describe('the embedded read store', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'dealtrail-rows-'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  const file = () => join(dir, 'sub', 'rows.db');

  it('is read beside its owner, and written by the owner alone', async () => {
    expect(() => openSqliteReadStore({ file: file(), readOnly: true })).toThrow('there is no read store');
    const owner = openSqliteReadStore({ file: file() });
    await owner.prepare(DEALS);
    const reader = openSqliteReadStore({ file: file(), readOnly: true });
    await owner.commit([batchOf(1, [insert(dealRow('d1', 1))])]);
    expect(await all(reader.rowsKnownAt(DEALS, 1))).toEqual([dealRow('d1', 1)]);
    await expect(reader.switchVersion(DEALS.name, 1)).rejects.toThrow(/^the read store .* cannot be used: .*readonly/);
    await reader.close();
    await owner.close();
  });

  it('says what to do about a file that is not its own, of another layout, or damaged', async () => {
    const foreign = join(dir, 'foreign.db');
    new SqliteDatabase(foreign).exec('CREATE TABLE theirs (x)').close();
    expect(() => openSqliteReadStore({ file: foreign })).toThrow('is no read store of Dealtrail: name another file');
    const text = join(dir, 'text.db');
    writeFileSync(text, 'this is a letter, not a database. '.repeat(99));
    expect(() => openSqliteReadStore({ file: text })).toThrow(
      /is damaged or no read store .*: move it away and start again, it is made anew from the log/,
    );
    await openSqliteReadStore({ file: file() }).close();
    new SqliteDatabase(file()).pragma('user_version = 99');
    expect(() => openSqliteReadStore({ file: file() })).toThrow('has layout 99');
    expect(() => openSqliteReadStore({ file: dir })).toThrow('cannot be used');
  });

  it('says so when a page of the file was overwritten', async () => {
    const store = openSqliteReadStore({ file: file() });
    await store.prepare(DEALS);
    await store.commit([
      batchOf(
        999,
        Array.from({ length: 999 }, (_, index) => insert(dealRow(`d${index}`, 1 + index))),
      ),
    ]);
    await store.close();
    const bytes = readFileSync(file());
    bytes.fill(7, bytes.length / 2);
    writeFileSync(file(), bytes);
    const damaged = openSqliteReadStore({ file: file() });
    await expect(all(damaged.rowsKnownAt(DEALS, 999))).rejects.toMatchObject({ name: 'ReadStoreDamaged' });
    await damaged.close();
  });

  it('asks for the next version when the columns of a model differ from those stored', async () => {
    const store = openSqliteReadStore({ file: file() });
    await store.prepare(DEALS);
    await expect(store.prepare({ ...DEALS, columns: { ...DEALS.columns, more: 'text' } })).rejects.toThrow(
      'the columns of contract-deals@1 differ from those stored: a model whose columns change needs the next version',
    );
    await store.close();
  });

  it('waits for another writer without stopping the process, and says so when that takes too long', async () => {
    const owner = openSqliteReadStore({ file: file(), busyTimeoutMs: 10_000 });
    const impatient = openSqliteReadStore({ file: file(), busyTimeoutMs: 20 });
    await owner.prepare(DEALS);
    const other = new SqliteDatabase(file());
    other.exec('BEGIN IMMEDIATE');
    await expect(impatient.switchVersion('m', 1)).rejects.toMatchObject({ name: 'ReadStoreUnavailable' });
    const waiting = owner.switchVersion('m', 2);
    other.exec('COMMIT');
    await waiting;
    expect(await impatient.currentVersion('m')).toBe(2);
    other.close();
    await owner.close();
    await impatient.close();
  });

  it('has the indexes that are asked for: of some rows only where a question is about those, and none that nobody asks by any more', async () => {
    const store = openSqliteReadStore({ file: file() });
    const db = new SqliteDatabase(file());
    const indexes = (): unknown[] =>
      db.prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name LIKE 'contract-%'").pluck().all();
    await store.prepare(DEALS);
    expect(indexes()).toContain('contract-deals@1 by owner');
    const few = { ...DEALS, indexes: [{ where: { column: 'minor', is: 0 }, columns: ['registeredAt'] }], byEntity: false };
    await store.prepare(few);
    const partial = 'contract-deals@1 where "minor" = 0 by registeredAt';
    expect(indexes()).toEqual(['contract-deals@1 ended', 'contract-deals@1 withdrawn', partial]);

    const rows = [0, 1, 2].map((minor) => dealRow(`d${minor}`, 1 + minor, { minor, registeredAt: 5_000 }));
    await store.commit([{ ...batchOf(9, rows.map(insert)), model: few }]);
    const where = [
      { column: 'minor', in: [0] },
      { column: 'registeredAt', from: 1 },
    ];
    expect(await all(store.rowsKnownAt(few, 9, where))).toEqual([rows[0]]);
    const { sql, values } = whereSql(few, where);
    const plan = db
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN SELECT * FROM "contract-deals@1" WHERE ${sql}`)
      .all(...values);
    expect(plan[0]?.detail).toContain(`USING INDEX ${partial}`);
    db.close();
    await store.close();
  });

  it('refuses a value that does not fit its column', async () => {
    const store = openSqliteReadStore({ file: file() });
    await store.prepare(DEALS);
    const wrong = store.commit([batchOf(1, [insert(dealRow('d1', 1, { minor: 'a lot' }))])]);
    await expect(wrong).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_DATATYPE' });
    expect(await store.checkpoint(DEALS, 0)).toBeNull();
    await store.close();
  });
});
