import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalog } from '../../libs/event-catalog/catalog.js';
import type { CheckStored } from '../../libs/event-store/appendable.js';
import type { EventStore } from '../../libs/event-store/event-store.port.js';
import { openEventStoreDB } from '../../libs/event-store/eventstoredb/eventstoredb-event-store.js';
import { startProtocolServer } from '../../libs/event-store/protocol-server/protocol-server.js';
import { openLogFile } from '../../libs/event-store/sqlite/log-file.js';
import { SharedModels } from '../../libs/projection-engine/shared-models.js';
import type { ReadStore } from '../../libs/read-store/read-store.port.js';
import { openMongoReadStore } from '../../libs/read-store/mongodb/mongo-read-store.js';
import { openSqliteReadStore } from '../../libs/read-store/sqlite/sqlite-read-store.js';
import type { FaultProxy } from '../../libs/testing/fault-proxy.js';
import { openFaultProxy } from '../../libs/testing/fault-proxy.js';
import { toAppend } from '../../libs/testing/histories.js';
import { findMongoServer } from '../../libs/testing/mongo-server.js';
import type { MongoServer } from '../../libs/testing/mongo-server.js';
import { eventually, rowsExpected, rowsSeen, someHistory } from '../../libs/testing/projecting.js';
import { projections } from '../wiring/projections.js';

const found = await findMongoServer();
const skip = 'missing' in found;
if (skip) process.stderr.write(`projector processes: tests skipped, ${found.missing}\n`);

const checkStored: CheckStored = (type, schemaVersion, data, metadata) => catalog.checkStored(type, schemaVersion, data, metadata);

(skip ? describe.skip : describe)('projector processes on one log and one read store', () => {
  const dir = mkdtempSync(join(tmpdir(), 'dealtrail-projectors-'));
  const clock = { now: () => Date.now() };
  let mongo: MongoServer = found as MongoServer; // skipped where it is none
  /** To the read store, and the projectors' own to the log. */
  let line: FaultProxy;
  let logLine: FaultProxy;
  let server: Awaited<ReturnType<typeof startProtocolServer>>;
  let log: ReturnType<typeof openLogFile>;
  let eventStore: EventStore;
  let readStore: ReadStore;
  let models: SharedModels;
  let mongoUrl: string;
  const children: ChildProcess[] = [];
  let written = 0;

  beforeAll(async () => {
    log = openLogFile({ file: join(dir, 'log.db'), clock, streamPrefix: '' });
    server = await startProtocolServer({ log, clock, ownCategories: { kind: 'checked', checkStored }, port: 0 });
    eventStore = await openEventStoreDB({ url: server.connectionString, clock, checkStored, keyStoreId: 'test-keys' });
    line = await openFaultProxy(Number(new URL(mongo.url).port));
    logLine = await openFaultProxy(Number(new URL(server.connectionString).port));
    mongoUrl = `mongodb://127.0.0.1:${line.port}/projectors_${process.pid}`;
    readStore = await openMongoReadStore({ url: mongoUrl });
    models = new SharedModels({ eventStore, readStore, projections, answerMs: 30_000 });
  }, 60_000);

  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await readStore.close();
    await eventStore.close();
    await server.stop();
    log.close();
    await line.close();
    await logLine.close();
    await mongo.remove();
    rmSync(dir, { recursive: true });
  });

  function start(): ChildProcess {
    const main = join(process.cwd(), 'dist', 'apps', 'projector', 'main.js');
    const env = {
      ...process.env,
      EVENTSTORE_URL: `esdb://127.0.0.1:${logLine.port}?tls=false`,
      MONGODB_URL: mongoUrl,
      DEALTRAIL_PARTITIONS: '2',
    };
    const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'ignore', process.env['TEST_LOG'] ? 'inherit' : 'ignore'] });
    children.push(child);
    return child;
  }

  const ended = (child: ChildProcess): Promise<number | null> =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
      else child.once('exit', (code) => resolve(code));
    });

  /** So many more events, of streams of their own. */
  async function append(events: number): Promise<void> {
    written += 1;
    for (const event of someHistory(events, written, 12)) {
      const stream = `${event.stream}n${written}` as typeof event.stream;
      await eventStore.append(stream, 'any', [
        { ...toAppend(event), eventId: event.eventId.replace(/^0{8}/, String(written).padStart(8, '0')) as never },
      ]);
    }
  }

  async function arrives(): Promise<void> {
    const { position } = await eventStore.head();
    await eventually('all read models at the end of the log', async () => (await models.waitFor(position, 100)) === 'reached', 40_000);
  }

  /** And the rows are those of one undisturbed projector. */
  async function arrivesWhole(): Promise<void> {
    await arrives();
    const alone = openSqliteReadStore({ file: ':memory:' });
    expect(await rowsSeen(readStore, eventStore, projections)).toEqual(await rowsExpected(eventStore, alone, projections));
    await alone.close();
  }

  /** Owners of the live partitions. */
  async function owners(): Promise<Set<string>> {
    const all = new Set<string>();
    for (const { model, version, partition } of await models.lag()) {
      const projection = projections.find((one) => one.model.name === model);
      if (projection === undefined) continue;
      const lease = await readStore.leases.held({ ...projection.model, version }, partition);
      if (lease !== null) all.add(lease.owner);
    }
    return all;
  }

  it('build the models together; SIGKILL of one at any moment loses nothing, doubles nothing, and the other takes over within seconds', async () => {
    await append(40);
    const [first] = [start(), start()];
    await arrivesWhole();
    await eventually('both hold some', async () => (await owners()).size === 2, 20_000);
    const more = append(80);
    await eventually('some of it', async () => (await models.lag()).some(({ events }) => events > 0));
    first.kill('SIGKILL');
    await more;
    const began = performance.now();
    await arrivesWhole();
    expect(performance.now() - began).toBeLessThan(15_000);
  }, 90_000);

  it('are asked by another process to rebuild and to pause, and end at SIGTERM with their leases free at once', async () => {
    const third = start();
    await eventually('both hold some', async () => (await owners()).size === 2, 20_000);
    const before = await readStore.currentVersion('pipeline-snapshot');
    const more = append(30);
    await models.rebuild('pipeline-snapshot');
    await more;
    expect(await readStore.currentVersion('pipeline-snapshot')).toBe((before ?? 0) + 1_000);
    await models.pause('deal-history');
    await eventually('paused', async () => (await models.lag()).some(({ state, model }) => model === 'deal-history' && state === 'paused'));
    await models.resume('deal-history');
    const pid = third.pid;
    third.kill('SIGTERM');
    expect(await ended(third)).toBe(0);
    expect([...(await owners())].filter((owner) => owner.includes(`-${pid}-`))).toEqual([]);
    await append(20);
    await arrivesWhole();
  }, 90_000);

  it('go on by themselves when log or read store is cut off, frozen or slow, and when the read store is killed and back with less than it had', async () => {
    for (const fault of ['cut', 'frozen', { slowMs: 20 }] as const) {
      for (const broken of [line, logLine]) {
        const more = append(15);
        broken.state = fault;
        await more;
        broken.state = 'open';
        await arrives();
      }
    }
    await arrivesWhole();
    const back = async (): Promise<void> => {
      if (mongo.restart === undefined) throw new Error('a server of ours');
      mongo = await mongo.restart();
      line.aim(Number(new URL(mongo.url).port));
    };
    if (mongo.keepData === undefined) return;
    await mongo.stop();
    const bringBack = mongo.keepData();
    await back();
    await append(20);
    await arrives();
    const more = append(20);
    await mongo.kill?.();
    bringBack();
    await back();
    await more;
    await arrivesWhole();
  }, 120_000);
});
