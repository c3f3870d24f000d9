import { rmSync } from 'node:fs';
import { LOG_START } from '../../libs/domain/shared/position.js';
import type { Position } from '../../libs/domain/shared/position.js';
import type { ModelLag } from '../../libs/projection-engine/lag.js';
import { AnotherHistory } from '../../libs/projection-engine/faults.js';
import { pipelineSnapshotModel } from '../../projections/pipeline-snapshot/pipeline-snapshot.js';
import { modelInUse } from '../../projections/answers/model-in-use.js';
import { eventually } from '../../libs/testing/projecting.js';
import type { Running } from '../testing/running.js';
import { REQUEST, runServer, temporaryFolder } from '../testing/running.js';
import { readConfig } from './config.js';
import { filesOf } from './files.js';
import { openDealtrail } from './open-dealtrail.js';

/** The projector's thread, for a test that ends it. */
interface WithWorker {
  readonly life: { readonly worker: { terminate(): Promise<number> } };
}

describe('read models that a thread of their own keeps', () => {
  const data = temporaryFolder();
  let running: Running;
  beforeAll(async () => {
    running = await runServer(data.folder, { threads: true, indexed: true });
    await running.dealtrail.projector?.catchUp();
  });
  afterAll(async () => {
    await running.stop();
    data.remove();
  });

  const shownAfter = async (position: string): Promise<number> => {
    const answer = await running.ask(`/v1/reports/pipeline?after=${position}`);
    return (answer.json() as { rows: readonly { deals: number }[] }).rows.reduce((sum, { deals }) => sum + deals, 0);
  };
  const register = async (id: string): Promise<string> => {
    const answer = await running.post('/v1/companies', { id, name: id });
    return (answer.json() as { position: string }).position;
  };
  const lagOf = async (model: string): Promise<ModelLag | undefined> =>
    (await running.dealtrail.models?.lag())?.find((lag) => lag.model === model);

  it('show what was appended to who waits for its position', async () => {
    await register('c-1');
    expect((await running.post('/v1/contacts', { id: 'p-1', name: 'Person', companyId: 'c-1' })).status).toBe(201);
    for (let number = 1; number <= 20; number += 1) {
      const answer = await running.post('/v1/requests', REQUEST);
      expect(await shownAfter((answer.json() as { position: string }).position)).toBe(number);
    }
  });

  it('are paused, late for who waits, told so, and go on', async () => {
    const { models } = running.dealtrail;
    await models?.pause('pipeline-snapshot');
    const position = (await register('late')) as Position; // of our own server
    expect(await models?.waitFor(position, 1, ['pipeline-snapshot'])).toBe('late');
    expect(await models?.waitFor(position, 10_000, ['deal-history'])).toBe('reached');
    expect(await lagOf('pipeline-snapshot')).toMatchObject({ state: 'paused', events: 1 });
    await models?.resume('pipeline-snapshot');
    expect(await models?.waitFor(position, 10_000)).toBe('reached');
    expect(await lagOf('pipeline-snapshot')).toMatchObject({ state: 'live', events: 0, position });
  });

  it('are made anew beside those in use, and readers are switched', async () => {
    const { models, readStore } = running.dealtrail;
    const before = await modelInUse(readStore, pipelineSnapshotModel);
    await models?.rebuild('pipeline-snapshot');
    expect((await modelInUse(readStore, pipelineSnapshotModel)).version).toBeGreaterThan(before.version);
    await expect(models?.rebuild('no-such-model')).rejects.toThrow(/no-such-model/);
    expect(await models?.replayParked()).toEqual({ replayed: [], stillParked: [] });
  });

  it('are counted where the server is watched', async () => {
    const text = (await running.ask('/metrics')).text;
    expect(text).toMatch(/^dealtrail_projector_partitions 4$/m);
    expect(text).toMatch(/^dealtrail_projector_pages_total [1-9]\d*$/m);
    expect((await running.ask('/health/ready')).status).toBe(200);
  });

  it('stand still where their thread has ended, and health says so, until another has been begun and goes on', async () => {
    const { projector, models } = running.dealtrail;
    for (const id of ['after', 'after-again']) {
      await (projector as unknown as WithWorker).life.worker.terminate();
      const ready = await running.ask('/health/ready');
      expect(ready.status).toBe(503);
      expect(ready.text).toContain('nobody keeps');
      await expect(models?.waitFor(LOG_START, 1)).rejects.toThrow(/the thread that keeps the read models does not answer/);
      // Commands are taken all the same.
      const position = await register(id);
      await eventually('ready', async () => (await running.ask('/health/ready')).status === 200);
      expect(await models?.waitFor(position as Position, 10_000)).toBe('reached');
    }
    const text = (await running.ask('/metrics')).text;
    expect(text).toMatch(/^dealtrail_projector_troubles_total{kind="failed"} 2$/m);
    expect(text).toMatch(/^dealtrail_projection_unkept_models 0$/m);
    expect(text).toMatch(/^dealtrail_projector_partitions 4$/m);
  });
});

it('read models of another log are refused by their thread as they are here', async () => {
  const { folder, remove } = temporaryFolder();
  const open = () => openDealtrail(readConfig({}, { dataDir: folder }), { mode: 'owner', threads: 'models' });
  const first = await open();
  await first.projector?.catchUp();
  await first.close();
  const { log } = filesOf(folder);
  for (const end of ['', '-wal', '-shm']) rmSync(log + end, { force: true });
  await expect(open()).rejects.toBeInstanceOf(AnotherHistory);
  remove();
});
