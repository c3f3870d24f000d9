import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { temporaryFolder } from '../testing/running.js';
import { DirectoryOwned, ownOrFind, tryOwn } from './data-directory.js';

describe('the owner of a data directory', () => {
  const data = temporaryFolder();
  afterAll(() => data.remove());

  it('is one process, which others find by its address', async () => {
    const first = tryOwn(data.folder, 'npm start');
    if (!('own' in first)) throw new Error('the directory was free');
    expect(tryOwn(data.folder, 'import')).toEqual({ owner: { pid: process.pid, address: null, doing: 'npm start' } });
    const waiting = ownOrFind(data.folder, 'import', 5_000);
    first.own.announce('http://127.0.0.1:3000');
    expect(await waiting).toEqual({ address: 'http://127.0.0.1:3000' });
    first.own.release();
    const next = tryOwn(data.folder, 'import');
    expect('own' in next).toBe(true);
    if ('own' in next) next.own.release();
  });

  it('is named to whom it does not let in', async () => {
    const first = tryOwn(data.folder, 'import');
    const failure = await ownOrFind(data.folder, 'demo', 100).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DirectoryOwned);
    expect((failure as Error).message).toBe(
      `${data.folder} is in use by process ${process.pid} (import, no HTTP address); wait until it has ended, or end it`,
    );
    if ('own' in first) first.own.release();
  });

  it('is free at once when the owner was killed', async () => {
    const script = `
      const Database = require('better-sqlite3');
      const lock = new Database(process.argv[1] + '/owner.lock');
      lock.pragma('journal_mode = MEMORY'); lock.exec('BEGIN EXCLUSIVE'); console.log('owns'); setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ['-e', script, data.folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(owner.stdout, 'data');
    expect('own' in tryOwn(data.folder, 'import')).toBe(false);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const next = tryOwn(data.folder, 'import');
    expect('own' in next).toBe(true);
    if ('own' in next) next.own.release();
  });
});
