import { rmSync } from 'node:fs';
import { runServer, temporaryFolder } from '../testing/running.js';
import { filesOf } from '../wiring/files.js';
import { tellDemo } from '../testing/demo.js';
import { exchange } from '../testing/http.js';
import type { Process } from '../testing/processes.js';
import { startProcess } from '../testing/processes.js';

describe('moving an embedded log to EventStoreDB', () => {
  const [data, elsewhere] = [temporaryFolder(), temporaryFolder()];
  const running = new Set<Process>();
  const run = (main: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Process => {
    const one = startProcess(main, args, {
      PORT: '0',
      DEALTRAIL_PROTOCOL_PORT: 'off',
      EVENTSTORE_URL: '',
      MONGODB_URL: '',
      ...environment,
    });
    running.add(one);
    void one.ended.then(() => running.delete(one));
    return one;
  };
  afterAll(async () => {
    const left = [...running];
    for (const one of left) one.kill('SIGKILL');
    await Promise.all(left.map(({ ended }) => ended));
    data.remove();
    elsewhere.remove();
  });

  it('goes on after it was stopped, changes no position and no answer, closes the old log, and the new one is appended to', async () => {
    await tellDemo(data.folder, 40);
    const before = await runServer(data.folder);
    const { basis } = (await before.ask('/v1/reports/pipeline')).json() as { basis: { position: string; asOf: string } };
    const half = String(Math.floor(Number(basis.position) / 2)).padStart(20, '0');
    const questions = [basis.position, half].flatMap((position) => [
      `/v1/reports/pipeline?asOf=${basis.asOf}&knownAt=position:${position}`,
      `/v1/reports/funnel?asOf=${basis.asOf}&knownAt=position:${position}`,
    ]);
    const answers: string[] = [];
    for (const question of questions) answers.push((await before.ask(question)).text);
    const first = JSON.stringify((await before.dealtrail.eventStore.readAll({ limit: 10 })).events);
    await before.stop();

    const server = run('apps/cli/main.js', ['protocol-server', '--data-dir', elsewhere.folder, '--port', '0']);
    const url = (await server.says(/(esdb:\S+)/))[1] ?? '';
    const environment = { EVENTSTORE_URL: url, DEALTRAIL_DATA_DIR: data.folder };
    const stopped = run('apps/cli/main.js', ['migrate'], environment);
    await stopped.says(/events copied/);
    stopped.kill('SIGKILL');
    await stopped.ended;
    const { code, out, err } = await run('apps/cli/main.js', ['migrate', '--format', 'json'], environment).ended;
    expect([code, err]).toEqual([0, expect.any(String)]);
    const report = JSON.parse(out) as { events: number; copied: number };
    expect(report.events).toBe(Number(basis.position));
    expect(report.copied).toBeLessThan(report.events);

    const api = run('apps/api/main.js', [], environment);
    const base = (await api.says(/Dealtrail answers at (\S+),/))[1] ?? '';
    const moved: string[] = [];
    for (const question of questions) moved.push((await exchange(base, `${question}&timeoutMs=20000`)).text);
    expect(moved).toEqual(answers);
    const employee = { id: 'e-new', name: 'Bob de Vries', team: 'north' };
    const appended = await exchange(base, '/v1/employees', { method: 'POST', body: employee });
    expect(appended.status).toBe(201);
    expect((appended.json() as { position: string }).position > basis.position).toBe(true);
    api.kill('SIGTERM');
    await api.ended;

    const again = await run('apps/cli/main.js', ['migrate'], environment).ended;
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('this log was moved to esdb://127.0.0.1')]);

    // The read models have gone on with the new log.
    for (const end of ['', '-wal', '-shm']) rmSync(`${filesOf(data.folder).models}${end}`, { force: true });
    const closed = await runServer(data.folder);
    expect(JSON.stringify((await closed.dealtrail.eventStore.readAll({ limit: 10 })).events)).toBe(first);
    const refused = await closed.post('/v1/employees', employee);
    expect([refused.status >= 400, refused.text]).toEqual([true, expect.stringContaining('was moved to')]);
    await closed.stop();
  }, 120_000);
});
