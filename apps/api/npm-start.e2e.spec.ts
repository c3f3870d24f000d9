import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { exchange } from '../testing/http.js';
import type { Process } from '../testing/processes.js';
import { startProcess } from '../testing/processes.js';
import { temporaryFolder } from '../testing/running.js';

const ADDRESS = /Dealtrail answers at (\S+), to be read at (\S+)\./;

interface Report {
  readonly basis: { readonly position: string };
  readonly rows: readonly object[];
  readonly totals: { readonly all: { readonly deals: number } };
}

describe('npm start', () => {
  const { folder, remove } = temporaryFolder();
  const running = new Set<Process>();

  afterAll(() => {
    for (const process of running) process.kill('SIGKILL');
    remove();
  });

  function start(dataDir: string, environment: Readonly<Record<string, string>>): Process {
    const process = startProcess('apps/api/main.js', [], {
      PORT: '0',
      DEALTRAIL_PROTOCOL_PORT: 'off',
      DEALTRAIL_DATA_DIR: dataDir,
      ...environment,
    });
    running.add(process);
    void process.ended.finally(() => running.delete(process));
    return process;
  }

  async function interrupted(process: Process): Promise<{ readonly out: string; readonly err: string }> {
    process.kill('SIGINT');
    const { code, out, err } = await process.ended;
    expect({ code, err }).toEqual({ code: 0, err });
    return { out, err };
  }

  /** The pipeline of now, from read models that have reached `after`. */
  async function pipelineOf(base: string, after = '0'): Promise<Report> {
    const { status, text } = await exchange(base, `/v1/reports/pipeline?after=${after}`);
    expect({ status, text }).toEqual({ status: 200, text });
    return JSON.parse(text) as Report;
  }

  async function command(...args: string[]): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
    return startProcess('apps/cli/main.js', args, {}).ended;
  }

  it('tells an empty data directory the demo company, shows then versus now, and a second start keeps what is there', async () => {
    const dataDir = join(folder, 'told');
    const first = start(dataDir, { DEALTRAIL_DEMO: '40' });
    const [, base = '', docs = ''] = await first.says(ADDRESS);
    expect((await exchange(base, '/health/ready')).status).toBe(200);
    expect((await exchange(docs, '/docs')).status).toBe(200);
    const told = await pipelineOf(base);
    expect(told.totals.all.deals).toBeGreaterThan(20);
    expect(Number(told.basis.position)).toBeGreaterThan(200);

    // Another process finds the owner, and asks it: what it answers is what the server answers.
    const asked = await command('report', 'pipeline', '--format', 'json', '--data-dir', dataDir);
    expect(asked).toMatchObject({ code: 0 });
    const { rows, totals } = JSON.parse(asked.out) as Report;
    expect({ rows, totals }).toEqual({ rows: told.rows, totals: told.totals });
    // And a second server does not start beside the first.
    const beside = await start(dataDir, {}).ended;
    expect(beside.code).toBe(1);
    expect(beside.err).toContain(`is in use by process ${first.pid} (npm start, ${base})`);

    const { out, err } = await interrupted(first);
    expect(out).toContain('$ ./dealtrail report compare --then -1y --group-by status');
    expect(out).toMatch(/^Pipeline then \(.+\) and now \(.+\)$/m);
    expect(out).toMatch(/^won +\d+ /m);
    expect(err).toContain(`Data: ${dataDir}.`);
    expect(existsSync(join(dataDir, 'owner.json'))).toBe(false);

    const second = start(dataDir, { DEALTRAIL_DEMO: '40' });
    const [, again = ''] = await second.says(ADDRESS);
    const kept = await pipelineOf(again);
    expect({ ...kept, basis: kept.basis.position }).toEqual({ ...told, basis: told.basis.position });
    expect((await interrupted(second)).out).toBe('');
  }, 60_000);

  it('starts empty with DEALTRAIL_DEMO=off, for one’s own, and what is recorded then is there after Ctrl-C', async () => {
    const dataDir = join(folder, 'own');
    mkdirSync(dataDir);
    const first = start(dataDir, { DEALTRAIL_DEMO: 'off' });
    const [, base = ''] = await first.says(ADDRESS);
    expect((await pipelineOf(base)).totals.all.deals).toBe(0);
    const made = await exchange(base, '/v1/products', { method: 'POST', body: { name: 'Bottling line' } });
    expect(made.status).toBe(201);
    const { position } = made.json() as { readonly position: string };
    expect(Number(position)).toBe(2); // behind the log's identity
    expect((await interrupted(first)).out).toBe('');

    const second = start(dataDir, {}); // the demo is on, but the log is not empty
    const [, again = ''] = await second.says(ADDRESS);
    expect((await pipelineOf(again, position)).basis.position).toBe(position);
    const { port } = new URL(again);
    const third = await start(join(folder, 'third'), { DEALTRAIL_DEMO: 'off', PORT: port }).ended;
    expect([third.code, third.err]).toEqual([
      1,
      expect.stringMatching(/^dealtrail: port \d+ of 127\.0\.0\.1 is in use by another process: .*PORT.*\n$/),
    ]);
    await interrupted(second);
  }, 60_000);

  it('ends cleanly where Ctrl-C comes while the demo is told, and the next start finishes the story before anything else', async () => {
    const dataDir = join(folder, 'interrupted');
    const first = start(dataDir, { DEALTRAIL_DEMO: '400' });
    await first.says(/demo/i);
    const { err } = await interrupted(first);
    expect(err).not.toMatch(ADDRESS);

    const second = start(dataDir, { DEALTRAIL_DEMO: 'off' });
    const [, base = ''] = await second.says(ADDRESS);
    // 400 requests were begun, and as many are told.
    expect((await pipelineOf(base)).totals.all.deals).toBeGreaterThan(200);
    await interrupted(second);
  }, 60_000);
});
