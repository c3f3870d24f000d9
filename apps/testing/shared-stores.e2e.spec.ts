import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEventStoreDB } from '../../libs/event-store/eventstoredb/eventstoredb-event-store.js';
import { masterKeyFrom } from '../../libs/privacy/mongodb/master-key.js';
import { openMongoKeyStore } from '../../libs/privacy/mongodb/mongo-key-store.js';
import { openProjector } from '../../libs/projection-engine/projector.js';
import { openSqliteReadStore } from '../../libs/read-store/sqlite/sqlite-read-store.js';
import { SHARED_DATA } from '../../libs/testing/import-desk.js';
import { dealsFile, IMPORT_MAPPING_FILE, peopleFile } from '../../libs/testing/import-source.js';
import { findMongoServer } from '../../libs/testing/mongo-server.js';
import type { MongoServer } from '../../libs/testing/mongo-server.js';
import { realEventStore } from '../../libs/testing/real-event-store.js';
import { openAnswers } from '../../projections/answers/answers.js';
import { reportZone } from '../../libs/reporting/time/report-zone.js';
import { readGiven } from '../questions/given.js';
import { answerText } from '../questions/question.js';
import type { Question } from '../questions/question.js';
import { QUESTIONS } from '../questions/questions.js';
import { checkStored } from '../wiring/open-stores.js';
import { projections } from '../wiring/projections.js';
import { exchange } from './http.js';
import type { Process } from './processes.js';
import { startProcess } from './processes.js';
import { temporaryFolder } from './running.js';

const found = await findMongoServer();
const skip = 'missing' in found;
if (skip) process.stderr.write(`processes on shared stores: tests skipped, ${found.missing}\n`);

const ROOT = join(import.meta.dirname, '../..');
/** The data set where it lies beside the project; elsewhere deals that are made up, seven years later and in euro. */
const THERE = existsSync(SHARED_DATA);
const MAPPING = THERE ? join(ROOT, 'examples/imports/crm-sales-opportunities.yaml') : IMPORT_MAPPING_FILE;
/** Deals of the source: enough for every stage, product and agent. `npm run test:dataset` takes all 8,800 of the data set, in a minute or more on a MongoDB in Java. */
const DEALS = Number(process.env['SHARED_STORES_DEALS'] ?? 120);
const PATIENCE_MS = 240_000 + DEALS * 50;

function inItsYears(said: string): string {
  return THERE ? said : said.replace(/\b20\d\d\b/g, (year) => String(Number(year) + 7)).replace('USD', 'EUR');
}

function writeSource(folder: string): void {
  if (!THERE) {
    writeFileSync(join(folder, 'deals.csv'), dealsFile(DEALS));
    writeFileSync(join(folder, 'people.csv'), peopleFile());
    return;
  }
  for (const name of ['accounts.csv', 'products.csv', 'sales_teams.csv']) copyFileSync(join(SHARED_DATA, name), join(folder, name));
  const deals = readFileSync(join(SHARED_DATA, 'sales_pipeline.csv'), 'utf8').split('\n');
  writeFileSync(join(folder, 'sales_pipeline.csv'), `${deals.slice(0, DEALS + 1).join('\n')}\n`);
}

/** What each question is asked here; those that take `asOf` and `knownAt` are given them as well. */
const SAID: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'report pipeline': { groupBy: 'status,stage,owner,product' },
  'report compare': { then: '2017-03-01', now: '2017-08-01' },
  'report explain': { then: '2017-03-01', now: '2017-08-01' },
  'report series': { from: '2016-11-01', to: '2017-12-31', step: 'month', groupBy: 'status' },
  'report waterfall': { from: '2017-03-01', to: '2017-09-01', currency: 'USD' },
  'report funnel': { cohort: '2017', groupBy: 'product' },
  'report inflow': { from: '2016-11-01', to: '2017-12-31', step: 'quarter', groupBy: 'team' },
  'report leadtimes': { from: 'registered', to: 'signed', cohort: '2017' },
  'report reemergence': { ended: 'lost', by: 'company' },
  'report time-in-stage': {},
  'report winrate': { groupBy: 'product' },
  'report velocity': { groupBy: 'team' },
  'report forecast': { period: '2017-Q3', method: 'unweighted' },
  'report forecast-history': { period: '2017-Q3', step: 'month', method: 'unweighted', currency: 'USD' },
  'report calibration': { from: '2016-Q1', to: '2017-Q4', method: 'unweighted' },
  'report aging': {},
  'report standstills': { over: '60d', asOf: '2017-10-01' },
  'report slippage': { from: '2017-01-01', to: '2017-12-01' },
  'report coverage': { period: '2017-Q3' },
  'report deals': { status: 'open,won,lost', limit: '50' },
};
const INSTANTS = [
  '2016-11-15',
  '2017-01-01',
  '2017-02-14',
  '2017-03-31',
  '2017-05-05',
  '2017-06-30',
  '2017-08-08',
  '2017-10-15',
  '2017-12-31',
  '2018-06-01',
];

const REQUEST = {
  contact: { new: { name: 'Anna Jansen', email: 'anna@company.example' } },
  company: { new: { name: 'Vermeer Machines', industry: 'manufacturing' } },
  summary: 'wants a price for ten machines before summer',
  source: { kind: 'known', source: 'website' },
  origin: { kind: 'spontaneous' },
  receivedBy: { employeeId: 'e-1', department: 'after-sales' },
};

const REQUESTS = `${QUESTIONS.find(({ command }) => command === 'report deals')?.path ?? ''}?status=requested&limit=100`;

(skip ? describe.skip : describe)('two APIs and two projectors on EventStoreDB and MongoDB', () => {
  const mongo = found as MongoServer; // skipped where it is none
  const [logFolder, ownFolder, source] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  const mongoUrl = `${mongo.url}/shared_${process.pid}`;
  const masterKey = Buffer.alloc(32, 7).toString('base64');
  const running = new Set<Process>();
  let environment: Record<string, string>;
  let url: string;
  let streamPrefix: string;
  let apis: [string, string];
  let projector: Process;
  let secondProjector: Process;

  function run(main: string, ...args: string[]): Process {
    const one = startProcess(main, args, environment);
    running.add(one);
    void one.ended.then(() => running.delete(one));
    return one;
  }
  /** Where no server is named: the embedded log behind the protocol server. */
  async function serveLog(): Promise<string> {
    environment = { PORT: '0', EVENTSTORE_URL: '', MONGODB_URL: '' };
    const server = run('apps/cli/main.js', 'protocol-server', '--data-dir', logFolder.folder, '--port', '0');
    return (await server.says(/(esdb:\S+)/))[1] ?? '';
  }
  const startProjector = (): Process => run('apps/projector/main.js');
  async function startApi(): Promise<[string, Process]> {
    const api = run('apps/api/main.js', '--without-projector');
    return [(await api.says(/Dealtrail answers at (\S+),/))[1] ?? '', api];
  }
  /** A command through one API, and its position. */
  async function register(base: string): Promise<{ id: string; position: string }> {
    const answer = await exchange(base, '/v1/requests', { method: 'POST', body: REQUEST });
    expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
    return answer.json() as { id: string; position: string };
  }
  /** The requests at that position, waited for: this one among them. */
  async function expectSeen(base: string, { id, position }: { id: string; position: string }): Promise<void> {
    const answer = await exchange(base, `${REQUESTS}&after=${position}&timeoutMs=20000`);
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining(id)]);
  }

  beforeAll(async () => {
    writeSource(source.folder);
    ({ url, streamPrefix } = realEventStore() ?? { url: await serveLog(), streamPrefix: '' });
    environment = {
      ...{ DEALTRAIL_STREAM_PREFIX: streamPrefix },
      ...{ PORT: '0', EVENTSTORE_URL: url, MONGODB_URL: mongoUrl, DEALTRAIL_MASTER_KEY: masterKey },
      ...{ DEALTRAIL_DATA_DIR: ownFolder.folder, DEALTRAIL_PARTITIONS: '2' },
    };
    // The log is begun by an API, and the read models are a projector's before there is anything to import: the import only appends, and waits for it.
    projector = startProjector();
    const [[first], [second]] = await Promise.all([startApi(), startApi()]);
    apis = [first, second];
    const employee = { id: 'e-1', name: 'Bob de Vries', team: 'north' };
    expect((await exchange(first, '/v1/employees', { method: 'POST', body: employee })).status).toBe(201);
    await projector.says(/"msg":"projecting"/);
    secondProjector = startProjector();
    const { code, err } = await run('apps/cli/main.js', 'import', MAPPING, '--dir', source.folder, '--format', 'json').ended;
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  }, PATIENCE_MS);

  afterAll(async () => {
    const left = [...running];
    for (const one of left) one.kill('SIGKILL');
    await Promise.all(left.map(({ ended }) => ended));
    await mongo.remove();
    for (const folder of [logFolder, ownFolder, source]) folder.remove();
  });

  it(
    'answer every question, at ten instants, with the same bytes as embedded read models of the same log',
    async () => {
      expect(Object.keys(SAID).sort()).toEqual(
        QUESTIONS.filter(({ about }) => about === undefined)
          .map(({ command }) => command)
          .sort(),
      );
      const keyStore = await openMongoKeyStore({ url: mongoUrl, masterKey: masterKeyFrom({ text: masterKey }) });
      const clock = { now: () => Date.now() };
      const eventStore = await openEventStoreDB({ url, clock, checkStored, streamPrefix, keyStoreId: keyStore.id, readOnly: true });
      const readStore = openSqliteReadStore({ file: ':memory:' });
      const embedded = await openProjector({ eventStore, readStore, projections });
      await embedded.catchUp();
      const answers = openAnswers({ eventStore, readStore, keyStore, clock, timeZone: reportZone('UTC') });
      const { position } = await eventStore.head();
      const same = async (question: Question, said: Readonly<Record<string, string>>, id = ''): Promise<void> => {
        const takes = (name: string): boolean => question.parameters.some((parameter) => parameter.name === name);
        const dates = Object.fromEntries(Object.entries(said).map(([name, value]) => [name, inItsYears(value)]));
        const asked = { ...(takes('knownAt') ? { knownAt: `position:${position}` } : {}), ...dates };
        const path = `${question.path.replace('{id}', id)}?${new URLSearchParams(asked).toString()}`;
        const there = await exchange(apis[1], path);
        const here = answerText(await question.ask(answers, readGiven(question, asked), { readPersonal: true }, id));
        expect([question.command, there.status, there.text]).toEqual([question.command, 200, here]);
      };
      for (const question of QUESTIONS.filter(({ about }) => about === undefined)) {
        const dated = question.parameters.some(({ name }) => name === 'asOf');
        for (const asOf of dated ? INSTANTS : ['']) await same(question, { ...SAID[question.command], ...(dated ? { asOf } : {}) });
      }
      const { events } = await eventStore.readAll({ limit: 1_000, filter: { categories: ['deal'] } });
      const deal = events.at(-1)?.stream.slice('deal-'.length) ?? '';
      for (const question of QUESTIONS.filter(({ about }) => about === 'deal')) {
        const dated = question.parameters.some(({ name }) => name === 'asOf');
        await same(question, dated ? { asOf: '2018-06-01' } : {}, deal);
      }
      await readStore.close();
      await eventStore.close();
      await keyStore.close();
    },
    PATIENCE_MS,
  );

  it('see through one what was said through the other, at its position', async () => {
    const [first, second] = apis;
    const registered = await register(first);
    await expectSeen(second, registered);
  }, 60_000);

  it('go on when a projector is killed, and when another is told to end and a new one comes', async () => {
    const [first, second] = apis;
    projector.kill('SIGKILL');
    const during = await register(second);
    await expectSeen(first, during);
    const late = startProjector();
    await late.says(/"msg":"projecting"/);
    secondProjector.kill('SIGTERM');
    expect((await secondProjector.ended).code).toBe(0);
    const after = await register(first);
    await expectSeen(second, after);
  }, 90_000);

  it('end at SIGTERM, and a new API answers the same question with the same bytes', async () => {
    const [third, api] = await startApi();
    const question = '/v1/reports/pipeline?asOf=2017-10-15';
    const { basis } = (await exchange(third, question)).json() as { basis: { position: string } };
    const again = `${question}&knownAt=position:${basis.position}`;
    const before = (await exchange(third, again)).text;
    api.kill('SIGTERM');
    expect((await api.ended).code).toBe(0);
    const [fourth] = await startApi();
    expect((await exchange(fourth, again)).text).toBe(before);
  }, 60_000);

  it('take a question on the command line, in process on the same stores', async () => {
    const { code, out, err } = await run('apps/cli/main.js', 'report', 'pipeline', '--as-of', '2017-10-15', '--format', 'json').ended;
    expect([code, err]).toEqual([0, '']);
    const there = (await exchange(apis[0], '/v1/reports/pipeline?asOf=2017-10-15')).json() as { rows: unknown };
    expect((JSON.parse(out) as { rows: unknown }).rows).toEqual(there.rows);
    const lag = await run('apps/cli/main.js', 'lag', '--format', 'json').ended;
    expect((JSON.parse(lag.out) as { models: { events: number }[] }).models.map(({ events }) => events)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  }, 60_000);

  it('do not start with another master key, nor without the one that the keys are wrapped by', async () => {
    const { DEALTRAIL_MASTER_KEY: _, ...without } = environment;
    environment = without;
    const none = await run('apps/api/main.js', '--without-projector').ended;
    expect([none.code, none.err]).toEqual([
      1,
      expect.stringMatching(/master key that this process does not have: set DEALTRAIL_MASTER_KEY or/),
    ]);
    environment = { ...environment, DEALTRAIL_MASTER_KEY: Buffer.alloc(32, 8).toString('base64') };
    const { code, err } = await run('apps/api/main.js', '--without-projector').ended;
    expect([code, err]).toEqual([1, expect.stringMatching(/^dealtrail: the KeyStore .* is it the right one\?\n$/)]);
  });
});
