import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LagAnswer } from '../operations/models.js';
import { exchange } from '../testing/http.js';
import { temporaryFolder } from '../testing/running.js';

const ROOT = join(import.meta.dirname, '../..');

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const child = spawn(args[0] ?? '', args.slice(1), { cwd: ROOT, env: { ...process.env, ...environment } });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = once(child, 'close').then(([code]): Ended => ({ code: code as number | null, out, err })); // null after a signal
  const says = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(err);
      if (match) return match;
      await Promise.race([
        once(child.stderr, 'data'),
        ended.then(() => Promise.reject(new Error(`ended without saying ${String(pattern)}: ${err}`))),
      ]);
    }
  };
  return { child, ended, says };
}

const dealtrail = (...args: string[]): Promise<Ended> => start(['./dealtrail', ...args]).ended;

describe('the command line', () => {
  const data = temporaryFolder();
  const at = ['--data-dir', data.folder];
  beforeAll(async () => {
    expect(await dealtrail('demo', '--deals', '60', ...at)).toMatchObject({ code: 0 });
  }, 120_000);
  afterAll(() => data.remove());

  it('gives the same bytes for the same basis: after more commands, a restart, a rebuild, and through a server', async () => {
    const first = await dealtrail('report', 'pipeline', '--as-of', '2026-06-30', '--format', 'json', ...at);
    expect(first.code).toBe(0);
    const { basis } = JSON.parse(first.out) as { basis: { position: string } };
    const again = ['report', 'pipeline', '--as-of', '2026-06-30', '--known-at', `position:${basis.position}`, '--format', 'json', ...at];

    const server = start([process.execPath, 'dist/apps/api/main.js'], {
      DEALTRAIL_DATA_DIR: data.folder,
      DEALTRAIL_DEMO: 'off',
      PORT: '0',
    });
    const [, address = ''] = await server.says(/answers at (http:\S+),/);
    const headers = { 'idempotency-key': 'once' };
    const made = await exchange(address, '/v1/companies', { method: 'POST', body: { name: 'One more' }, headers });
    expect(made.status).toBe(201);
    const http = await exchange(address, `/v1/reports/pipeline?asOf=2026-06-30&knownAt=position:${basis.position}`);
    expect(http.text).toBe(first.out);
    expect((await dealtrail(...again)).out).toBe(first.out); // through the server that owns the directory
    expect((await dealtrail('lag', ...at)).out).toContain('pipeline-snapshot');

    server.child.kill('SIGINT');
    expect((await server.ended).code).toBe(0);
    expect((await dealtrail('rebuild', ...at)).code).toBe(0);
    expect((await dealtrail('pause', 'deal-history', ...at)).code).toBe(0);
    const states = async () =>
      (JSON.parse((await dealtrail('lag', '--format', 'json', ...at)).out) as LagAnswer).models.map(({ state }) => state);
    expect((await states()).sort()).toEqual(['live', 'live', 'live', 'paused']);
    expect((await dealtrail('resume', ...at)).out).not.toContain('paused');
    expect(await states()).toEqual(['live', 'live', 'live', 'live']);
    expect((await dealtrail('pause', 'no-such-model', ...at)).err).toMatch(/^dealtrail: there is no read model no-such-model; there are /);
    expect((await dealtrail(...again)).out).toBe(first.out);
  }, 120_000);

  it('tells its version', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await dealtrail('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  it('says what is wrong in one line, and ends with 2 for wrong usage and 1 for work that failed', async () => {
    expect(await dealtrail('report', 'pipeline', '--as-of', 'some day', ...at)).toMatchObject({ code: 2, out: '' });
    expect(await dealtrail('report', 'pipeline', '--colour', 'red', ...at)).toMatchObject({ code: 2, out: '' });
    const wrong = await dealtrail('report', 'forecast', '--period', '2026-Q4', '--method', 'guess', ...at);
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringMatching(/^dealtrail: [^\n]*'guess' is invalid[^\n]*\n$/)]);
    const near = await dealtrail('report', 'forecast', '--period', '2026-Q4', '--method', 'unweighed', ...at);
    expect(near.err).toContain('(did you mean unweighted?)');
    expect((await dealtrail('report', 'pipeline', '--group-by', 'owners', ...at)).err).toContain('(did you mean owner?)');
    const empty = await dealtrail('report', 'pipeline', '--data-dir', join(data.folder, 'nowhere'));
    expect(empty.code).toBe(1);
    expect(empty.err).toMatch(/^dealtrail: .* holds no log yet; [^\n]*\n$/);
  }, 60_000);

  it('writes an answer into a file: a chart, and what is no text', async () => {
    const [chart, rows] = [join(data.folder, 'series.svg'), join(data.folder, 'rows.parquet')];
    const series = ['report', 'series', '--from', '-1y', '--step', 'month', '--group-by', 'status', ...at];
    expect(await dealtrail(...series, '--format', 'svg', '--output', chart)).toMatchObject({
      code: 0,
      out: '',
      err: `written to ${chart}\n`,
    });
    expect(readFileSync(chart, 'utf8')).toMatch(/^<svg /);
    expect(await dealtrail(...series, '--format', 'parquet', '--output', rows)).toMatchObject({ code: 0, out: '' });
    expect(readFileSync(rows).subarray(0, 4).toString()).toBe('PAR1');
    const none = await dealtrail('report', 'aging', '--format', 'svg', ...at);
    expect([none.code, none.err.split('\n').length]).toEqual([2, 2]);
  }, 60_000);

  it('reads the files of the source’s folder and no other, and shows what stands in a cell without obeying it', async () => {
    const folder = join(data.folder, 'source');
    mkdirSync(folder);
    const rows = 'id,stage,made,worth\n1,talking,2026-01-05,\u001b[2J7\n2,talking,2026-01-05,\u009b2J7\n';
    writeFileSync(join(folder, 'deals.csv'), rows);
    writeFileSync(join(data.folder, 'beside.csv'), rows);
    const mapping = (file: string): string => {
      const path = join(folder, 'mapping.yaml');
      const deals = { shape: 'row-per-deal', file, key: 'id', value: 'worth', history: [{ at: 'made', stage: 'stage' }] };
      writeFileSync(path, JSON.stringify({ source: 'odd', currency: 'EUR', pipeline: { id: 'odd', stages: ['talking'] }, deals }));
      return path;
    };
    for (const outside of ['../beside.csv', join(data.folder, 'beside.csv')]) {
      const refused = await dealtrail('import', mapping(outside), '--dir', folder, ...at);
      expect([refused.code, refused.err]).toEqual([1, expect.stringContaining(`there is no file ${outside} in the source's folder`)]);
    }
    const odd = await dealtrail('import', mapping('deals.csv'), '--dir', folder, ...at);
    expect([odd.code, odd.out]).toEqual([0, expect.stringContaining('deals.csv:3, column worth: \ufffd2J7 is no amount')]);
    expect(odd.out).toContain('deals.csv:2, column worth: holds the character U+001B, which no text may hold');
  }, 60_000);

  it('keeps its tables within 100 columns', async () => {
    const { out } = await dealtrail('report', 'pipeline', '--group-by', 'status,stage,owner,team', ...at);
    expect(Math.max(...out.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(100);
  }, 60_000);
});
