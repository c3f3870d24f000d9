import { closeSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { runServer, temporaryFolder } from '../testing/running.js';
import type { Running } from '../testing/running.js';
import { configurationShown } from '../wiring/configuration-shown.js';
import { filesOf } from '../wiring/files.js';
import type { DoctorAnswer } from './doctor-answer.js';

const ROOT = join(import.meta.dirname, '../..');

function doctorHere(folder: string, ...args: string[]): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(join(ROOT, 'dealtrail'), ['doctor', '--data-dir', folder, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

async function examined(server: Running): Promise<DoctorAnswer> {
  return (await server.ask('/v1/operations/doctor')).json() as DoctorAnswer;
}

describe('doctor', () => {
  const data = temporaryFolder();
  let server: Running;
  beforeAll(async () => {
    server = await runServer(data.folder, { indexed: true });
    await server.post('/v1/companies', { name: 'Acme' });
    await server.dealtrail.projector?.catchUp();
    await server.dealtrail.startIndex();
  });
  afterAll(() => data.remove());

  it('tells the size and the lag of the timeline index and of every read model', async () => {
    // The snapshot file is written beside what is asked, after the index is loaded.
    let answer = await examined(server);
    while (answer.index.snapshotFile === null) answer = await examined(server);
    expect(answer.findings).toEqual([]);
    expect(answer.index).toMatchObject({ state: 'ready', rows: 0, behind: 0, error: null, snapshotFile: { state: 'fits', position: 2 } });
    expect(answer.index.bytes).toBeGreaterThan(0);
    expect(answer.models.map(({ model, events }) => [model, events])).toContainEqual(['pipeline-snapshot', 0]);
    expect(answer.log).toMatchObject({ store: 'embedded', logId: server.dealtrail.eventStore.identity.logId, aheadOfClockSeconds: 0 });
  });

  it('names what is held back, with its cure', async () => {
    await server.dealtrail.models?.pause('deal-history');
    expect((await examined(server)).findings).toMatchObject([{ severity: 'note', cure: './dealtrail resume deal-history lets it go on' }]);
    await server.dealtrail.models?.resume('deal-history');
    await server.dealtrail.readStore.park({
      ...{ model: 'deal-history', version: 2, stream: 'deal-x', entity: 'x', position: '00000000000000000002' as never },
      ...{ error: 'spoilt', attempts: 1, parkedAt: 0 },
    });
    const [finding] = (await examined(server)).findings;
    expect(finding).toMatchObject({ severity: 'problem' });
    expect(finding?.cure).toContain('./dealtrail parked --replay');
  });

  it('sees without a server too, notices a torn snapshot file, and exits with 3 where a file is damaged', async () => {
    const { index, log } = filesOf(data.folder);
    await server.stop();
    writeFileSync(index, readFileSync(index).subarray(0, 90));
    const looked = doctorHere(data.folder);
    expect(looked).toMatchObject({ code: 1 }); // a stream is parked still
    expect(looked.out).toContain('the snapshot file of the timeline index is torn');
    expect(Math.max(...looked.out.split('\n').map((line) => (line.includes(data.folder) ? 0 : line.length)))).toBeLessThanOrEqual(100);

    const file = openSync(log, 'r+');
    writeSync(file, Buffer.alloc(8_192, 0xff), 0, 8_192, statSync(log).size - 8_192);
    closeSync(file);
    const damaged = doctorHere(data.folder, '--check-files');
    expect(damaged).toMatchObject({ code: 3 });
    expect(`${damaged.out}${damaged.err}`).toMatch(/log\.sqlite is damaged: .*restore a backup/s);
  });
});

it('the configuration is shown without its secrets', () => {
  const shown = configurationShown({ MONGODB_URL: 'mongodb://me:secret@host/name', DEALTRAIL_MASTER_KEY: 'secret', PORT: '' });
  expect(JSON.stringify(shown)).not.toContain('secret');
  expect(shown).toContainEqual({ name: 'MONGODB_URL', value: 'mongodb://…@host/name', from: 'environment' });
  expect(shown).toContainEqual({ name: 'DEALTRAIL_MASTER_KEY', value: '(set)', from: 'environment' });
  expect(shown).toContainEqual({ name: 'PORT', value: '3000', from: 'default' });
});
