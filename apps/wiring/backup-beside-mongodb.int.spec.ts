import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { MongoServer } from '../../libs/testing/mongo-server.js';
import { findMongoServer } from '../../libs/testing/mongo-server.js';
import { loadDemo } from '../operations/demo.js';
import { temporaryFolder } from '../testing/running.js';
import { backUp } from './backup.js';
import { readConfig } from './config.js';
import type { Dealtrail, OpenOptions } from './open-dealtrail.js';
import { openDealtrail } from './open-dealtrail.js';

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

  afterAll(async () => {
    await mongo.remove();
    remove();
  });

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
