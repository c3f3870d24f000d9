import { findMongoServer } from '../../libs/testing/mongo-server.js';
import type { MongoServer } from '../../libs/testing/mongo-server.js';
import { tellDemo } from '../testing/demo.js';
import { exchange } from '../testing/http.js';
import type { Process } from '../testing/processes.js';
import { startProcess } from '../testing/processes.js';
import { runServer, temporaryFolder } from '../testing/running.js';

const found = await findMongoServer();
const skip = 'missing' in found;
if (skip) process.stderr.write(`moving to EventStoreDB and MongoDB: test skipped, ${found.missing}\n`);

(skip ? describe.skip : describe)('moving an embedded log and its keys to EventStoreDB and MongoDB', () => {
  const mongo = found as MongoServer; // skipped where it is none
  const [data, elsewhere, nothing] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  const running = new Set<Process>();
  const run = (main: string, args: readonly string[], environment: Readonly<Record<string, string>>): Process => {
    const one = startProcess(main, args, { PORT: '0', DEALTRAIL_PROTOCOL_PORT: 'off', ...environment });
    running.add(one);
    void one.ended.then(() => running.delete(one));
    return one;
  };
  afterAll(async () => {
    const left = [...running];
    for (const one of left) one.kill('SIGKILL');
    await Promise.all(left.map(({ ended }) => ended));
    await mongo.remove();
    for (const folder of [data, elsewhere, nothing]) folder.remove();
  });

  it('brings the names of people with it: a process that has only the two stores and the master key answers as before', async () => {
    await tellDemo(data.folder, 30);
    const before = await runServer(data.folder);
    const { basis } = (await before.ask('/v1/reports/pipeline')).json() as { basis: { position: string; asOf: string } };
    const at = `asOf=${basis.asOf}&knownAt=position:${basis.position}`;
    const deals = ['D00001', 'D00002', 'D00003'];
    const questions = [
      `/v1/reports/pipeline?${at}`,
      `/v1/deals?limit=50&${at}`,
      ...deals.flatMap((deal) => [`/v1/deals/${deal}?${at}`, `/v1/deals/${deal}/history?knownAt=position:${basis.position}`]),
    ];
    const answers: string[] = [];
    for (const question of questions) answers.push((await before.ask(question)).text);
    expect(answers.filter((answer) => /"contact":"\S+ \S+/.test(answer))).toHaveLength(deals.length); // by name
    await before.stop();

    const alone = { EVENTSTORE_URL: '', MONGODB_URL: '' };
    const server = run('apps/cli/main.js', ['protocol-server', '--data-dir', elsewhere.folder, '--port', '0'], alone);
    const url = (await server.says(/(esdb:\S+)/))[1] ?? '';
    const masterKey = Buffer.alloc(32, 9).toString('base64');
    const stores = { EVENTSTORE_URL: url, MONGODB_URL: `${mongo.url}/moved_${process.pid}`, DEALTRAIL_MASTER_KEY: masterKey };
    const moved = await run('apps/cli/main.js', ['migrate', '--format', 'json'], { ...stores, DEALTRAIL_DATA_DIR: data.folder }).ended;
    expect([moved.code, moved.err]).toEqual([0, expect.any(String)]);
    const report = JSON.parse(moved.out) as { events: number; keys: number };
    expect(report.events).toBe(Number(basis.position));
    expect(report.keys).toBe(30);

    const api = run('apps/api/main.js', [], { ...stores, DEALTRAIL_DATA_DIR: nothing.folder });
    const base = (await api.says(/Dealtrail answers at (\S+),/))[1] ?? '';
    const now: string[] = [];
    for (const question of questions)
      now.push((await exchange(base, question.includes('/reports/') ? `${question}&timeoutMs=30000` : question)).text);
    expect(now).toEqual(answers);
    api.kill('SIGTERM');
    expect((await api.ended).code).toBe(0);

    // With another master key nobody is named: the process does not start.
    const other = { ...stores, DEALTRAIL_MASTER_KEY: Buffer.alloc(32, 1).toString('base64'), DEALTRAIL_DATA_DIR: nothing.folder };
    expect((await run('apps/api/main.js', [], other).ended).code).toBe(1);
  }, 120_000);
});
