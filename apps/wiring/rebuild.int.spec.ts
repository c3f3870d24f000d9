import type { DealFact } from '../../libs/domain/deal/deal.events.js';
import type { Deal } from '../../libs/domain/deal/deal.evolve.js';
import { evolve, noDeal } from '../../libs/domain/deal/deal.evolve.js';
import { factsAsOf } from '../../libs/domain/shared/history.js';
import { parsePosition } from '../../libs/domain/shared/position.js';
import { catalog } from '../../libs/event-catalog/catalog.js';
import type { Row } from '../../libs/read-store/read-store.port.js';
import { byStream } from '../../libs/testing/histories.js';
import { allRows } from '../../libs/testing/stores.js';
import { pipelineSnapshotModel } from '../../projections/pipeline-snapshot/pipeline-snapshot.js';
import { loadDemo } from '../operations/demo.js';
import { rebuild } from '../operations/models.js';
import type { Running } from '../testing/running.js';
import { REQUEST, runServer, temporaryFolder } from '../testing/running.js';
import { buildInWorker } from './build-elsewhere.js';
import { filesOf } from './files.js';
import { projections } from './projections.js';

interface Seen {
  readonly basis: { readonly position: string; readonly asOf: string };
  readonly rows: readonly { readonly group: { readonly status: string }; readonly deals: number }[];
}

/** Deals by status at (T, K), folded from the log. */
async function byTheLaw({ dealtrail }: Running, { basis }: Seen): Promise<Record<string, number>> {
  const knownAt = parsePosition(basis.position);
  if (knownAt === undefined) throw new Error(basis.position);
  const log = (await dealtrail.eventStore.readAll({ limit: 1_000_000 })).events.map((stored) => catalog.decode(stored));
  const counts: Record<string, number> = {};
  for (const [stream, events] of byStream(log)) {
    if (!stream.startsWith('deal-')) continue;
    const { status } = factsAsOf<DealFact>(events, knownAt, Date.parse(basis.asOf)).reduce<Deal>(evolve, noDeal);
    if (status !== 'none') counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

describe('a rebuild beside the rows in use', () => {
  it('leaves no stale and no missing answer while commands go on: each is the fold at its position, before and after the switch', async () => {
    const { folder, remove } = temporaryFolder();
    const running = await runServer(folder);
    try {
      await loadDemo(running.dealtrail, { deals: 150, seed: 7, onProgress: () => undefined });
      await running.post('/v1/companies', { id: 'c-1', name: 'Company' });
      await running.post('/v1/contacts', { id: 'p-1', name: 'Person', companyId: 'c-1' });
      const threads: string[] = [];
      const builds = new Set<number>();
      const rebuilt = ['pipeline-snapshot', 'dimension-timelines', 'pipeline-snapshot'].reduce(
        (before, name) => before.then(() => running.dealtrail.projector?.rebuild(name)).then(() => void threads.push(name)),
        Promise.resolve(),
      );
      const answers: Seen[] = [];
      for (let done = false; !done; done = threads.length === 3) {
        const { json, status } = await running.post('/v1/requests', REQUEST);
        expect(status).toBe(201);
        const { position } = json() as { readonly position: string };
        const asked = await running.ask(`/v1/reports/pipeline?groupBy=status&after=${position}`);
        expect(asked.status).toBe(200);
        const seen = asked.json() as Seen;
        expect(seen.basis.position >= position).toBe(true);
        answers.push(seen);
        builds.add((await running.dealtrail.readStore.currentVersion('pipeline-snapshot')) ?? 0);
      }
      await rebuilt;
      const { version } = pipelineSnapshotModel;
      expect(builds).toEqual(new Set([version, version + 1_000, version + 2_000]));
      expect(answers.length).toBeGreaterThan(10);
      for (const seen of answers.filter((_, index) => index % Math.ceil(answers.length / 25) === 0)) {
        const counts = Object.fromEntries(seen.rows.map(({ group, deals }) => [group.status, deals]));
        expect(counts).toEqual(await byTheLaw(running, seen));
        const { asOf, position } = seen.basis;
        const again = await running.ask(`/v1/reports/pipeline?groupBy=status&asOf=${asOf}&knownAt=position:${position}`);
        expect((again.json() as Seen).rows).toEqual(seen.rows);
      }
    } finally {
      await running.stop();
      remove();
    }
  }, 60_000);

  it('is made of several models in one pass, each as it would be alone', async () => {
    const { folder, remove } = temporaryFolder();
    const running = await runServer(folder);
    try {
      await loadDemo(running.dealtrail, { deals: 60, seed: 11, onProgress: () => undefined });
      const { projector, readStore } = running.dealtrail;
      if (projector === null) throw new Error('a server keeps its read models');
      const { models } = await rebuild(projector);
      expect(models).toEqual(projections.map(({ model }) => model.name));
      for (const { model } of projections) {
        const version = model.version + 1_000;
        expect(await readStore.currentVersion(model.name)).toBe(version);
        const rows = await allRows(readStore, { ...model, version });
        expect(rows.length).toBeGreaterThan(10);
        // The rows that were in use stay until the next start. A page keeps only the last version of a directory's row: what stands now is the same.
        const standing = (all: readonly Row[]): readonly Row[] => all.filter(({ withdrawnBy }) => withdrawnBy === null);
        expect(standing(rows)).toEqual(standing(await allRows(readStore, model)));
      }
    } finally {
      await running.stop();
      remove();
    }
  }, 60_000);

  it('is made by a thread of its own, which ends half-way when the process does', async () => {
    const { folder, remove } = temporaryFolder();
    const running = await runServer(folder);
    try {
      await loadDemo(running.dealtrail, { deals: 20, seed: 7, onProgress: () => undefined });
      const { readStore, eventStore, config } = running.dealtrail;
      const version = 5_001;
      const model = { ...pipelineSnapshotModel, version };
      await readStore.prepare(model);
      const files = filesOf(folder);
      const { keyStoreId } = eventStore.identity;
      const { streamPrefix } = config;
      let told = 0;
      const build = buildInWorker({ kind: 'embedded', log: files.log, models: files.models, streamPrefix, keyStoreId }, (note) => {
        if (note.kind === 'committed') told += note.rows;
      });
      const job = { name: model.name, version, partitions: 1, shares: [{ partition: 0, epoch: 0 }] };
      await expect(build({ models: [job], alone: false }, AbortSignal.abort())).rejects.toThrow('ended half-way');
      expect(await readStore.checkpoint(model, 0)).toBeNull();
      await build({ models: [job], alone: false }, new AbortController().signal);
      expect((await readStore.checkpoint(model, 0))?.position).toBe((await eventStore.head()).position);
      const rows = await allRows(readStore, model);
      expect(rows).toEqual(await allRows(readStore, pipelineSnapshotModel));
      expect(told).toBeGreaterThanOrEqual(rows.length); // what the metrics count, completions of rows included
      await expect(build({ models: [job, { ...job, name: 'no-such-model' }], alone: true }, new AbortController().signal)).rejects.toThrow(
        'no projection no-such-model',
      );
    } finally {
      await running.stop();
      remove();
    }
  }, 60_000);
});
