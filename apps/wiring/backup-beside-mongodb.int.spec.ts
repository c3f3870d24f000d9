import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ProtocolServer } from '../../libs/event-store/protocol-server/protocol-server.js';
import type { MongoServer } from '../../libs/testing/mongo-server.js';
import { findMongoServer } from '../../libs/testing/mongo-server.js';
import { loadDemo } from '../operations/demo.js';
import { temporaryFolder } from '../testing/running.js';
import { backUp } from './backup.js';
import { readConfig } from './config.js';
import type { Dealtrail, OpenOptions } from './open-dealtrail.js';
import { openDealtrail } from './open-dealtrail.js';
import { serveLogAlone } from './serve-protocol.js';

const found = await findMongoServer();
const skip = 'missing' in found;
if (skip) process.stderr.write(`backup beside MongoDB: tests skipped, ${found.missing}\n`);

(skip ? describe.skip : describe)('an embedded log restored beside newer read models on MongoDB', () => {
  const mongo = found as MongoServer; // skipped where it is none
  const { folder, remove } = temporaryFolder();
  const dataDir = join(folder, 'data');
  const config = readConfig({ MONGODB_URL: `${mongo.url}/restored_${process.pid}` }, { dataDir });
  const open = (options: Partial<OpenOptions> = {}): Promise<Dealtrail> => openDealtrail(config, { mode: 'owner', ...options });

  async function pipelineOf({ projector, answers }: Dealtrail, position: string): Promise<unknown> {
    await projector?.catchUp();
    return answers.pipeline({ asOf: '2026-03-31', knownAt: `position:${position}` }, { readPersonal: true });
  }

  afterAll(remove);

  it('stops at the models that have seen more, and rebuild makes them anew from this log', async () => {
    const first = await open({ beginsWithDemo: true });
    await loadDemo(first, { deals: 30, seed: 7, onProgress: () => undefined, signal: new AbortController().signal });
    const backup = await backUp(config, { folder: join(folder, 'backup') });
    expect(Object.keys(backup.files)).toEqual(['log.sqlite']); // keys and read models are on MongoDB
    const before = await pipelineOf(first, backup.position);
    await first.commands.execute(
      { type: 'RegisterCompany', id: 'later' as never, name: 'Later' }, // a plain id
      { actor: { id: 'local', kind: 'person' }, correlationId: 'c' },
    );
    await first.projector?.catchUp();
    await first.close();

    cpSync(join(folder, 'backup'), dataDir, { recursive: true });
    const line = /has seen position \d+, this log ends at \d+ \(restored from a backup\?\)/;
    await expect(
      (async () => {
        const restored = await open();
        try {
          await restored.projector?.catchUp();
        } finally {
          await restored.close();
        }
      })(),
    ).rejects.toThrow(line);

    const dropped: string[] = [];
    const rebuilt = await open({ dropped: (models) => dropped.push(...models) });
    try {
      expect(dropped).toEqual(rebuilt.models?.names);
      expect(await pipelineOf(rebuilt, backup.position)).toEqual(before);
    } finally {
      await rebuilt.close();
    }
  }, 60_000);
});

(skip ? describe.skip : describe)('an older log restored under the server that processes on shared stores read', () => {
  const mongo = found as MongoServer; // skipped where it is none
  const { folder, remove } = temporaryFolder();
  const [logDir, backup] = [join(folder, 'log'), join(folder, 'backup')];
  let server: ProtocolServer | null = null;

  /** What runs on the log as it is in its folder now. */
  async function open(options: Partial<OpenOptions> = {}): Promise<Dealtrail> {
    server ??= await serveLogAlone(readConfig({}, { dataDir: logDir }), { port: 0 });
    const environment = {
      ...{ EVENTSTORE_URL: server.connectionString, MONGODB_URL: `${mongo.url}/older_${process.pid}` },
      DEALTRAIL_MASTER_KEY: Buffer.alloc(32, 3).toString('base64'),
    };
    return openDealtrail(readConfig(environment, { dataDir: join(folder, 'own') }), { mode: 'owner', ...options });
  }
  async function endServer(): Promise<void> {
    await server?.stop();
    server = null;
  }
  async function pipelineOf({ projector, answers }: Dealtrail, position: string): Promise<unknown> {
    await projector?.catchUp();
    return answers.pipeline({ asOf: '2100-01-01', knownAt: `position:${position}` }, { readPersonal: true });
  }

  beforeAll(() => mkdirSync(logDir));
  afterAll(async () => {
    await endServer();
    await mongo.remove();
    remove();
  });

  it('is told before anything is answered from the other history, and rebuild makes the models anew from it', async () => {
    const first = await open();
    await loadDemo(first, { deals: 20, seed: 7, onProgress: () => undefined, signal: new AbortController().signal });
    const { position } = await first.eventStore.head();
    const before = await pipelineOf(first, position);
    await first.close();
    await endServer();
    cpSync(logDir, backup, { recursive: true });

    const second = await open();
    await second.commands.execute(
      { type: 'RegisterCompany', id: 'later' as never, name: 'Later' }, // a plain id
      { actor: { id: 'local', kind: 'person' }, correlationId: 'c' },
    );
    await second.projector?.catchUp();
    await second.close();
    await endServer();

    rmSync(logDir, { recursive: true });
    cpSync(backup, logDir, { recursive: true });
    const line = /has seen position \d+, this log ends at \d+ \(restored from a backup\?\)/;
    await expect(open()).rejects.toThrow(line);
    await expect(open({ keeps: 'nothing' })).rejects.toThrow(line); // an API beside projectors
    await (await open({ keeps: 'nothing', anyHistory: true })).close();

    const dropped: string[] = [];
    const rebuilt = await open({ dropped: (models) => dropped.push(...models) });
    expect(dropped).toEqual(rebuilt.models?.names);
    expect(await pipelineOf(rebuilt, position)).toEqual(before);
    await rebuilt.close();
  }, 60_000);
});
