import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { RecordedEvent } from '../../libs/domain/shared/envelope.js';
import { END_OF_TIME, isoInstant } from '../../libs/domain/shared/instant.js';
import type { Grouping } from '../../libs/reporting/queries.js';
import { GROUPINGS } from '../../libs/reporting/queries.js';
import { UTC } from '../../libs/reporting/time/report-zone.js';
import type { Answering } from '../../libs/testing/answering.js';
import { openAnswering } from '../../libs/testing/answering.js';
import { faultyReadStore } from '../../libs/testing/faulty-read-store.js';
import { NOTHING_KNOWN } from '../../libs/reporting/rows.js';
import { arbitraryLog, HISTORY_BEGINS, tellingInstant } from '../../libs/testing/histories.js';
import { holds } from '../../libs/testing/property.js';
import { openAnswers } from '../answers/answers.js';
import { DealRows, StatesFromRows } from '../answers/deal-rows.js';
import { pipelineSnapshotModel } from '../pipeline-snapshot/pipeline-snapshot.js';
import type { ImageOrigin } from './index-file.js';
import { inspectIndexFile, readIndexFile, writeIndexFile } from './index-file.js';
import type { IndexedStatesOptions } from './indexed-states.js';
import { IndexedStates } from './indexed-states.js';

const nobody = { readPersonal: false };
const now = Date.UTC(2030, 0, 1);
const [history = []] = fc.sample(arbitraryLog({ events: 240, deals: 25 }), { numRuns: 20, seed: 7 }).sort((a, b) => b.length - a.length);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dealtrail-index-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function indexOver(world: Answering, file?: string, more: Partial<IndexedStatesOptions> = {}): IndexedStates {
  const { readStore, eventStore } = world;
  return new IndexedStates({
    readStore,
    eventStore,
    fallback: new StatesFromRows(new DealRows(readStore)),
    followMs: 60_000,
    ...(file === undefined ? {} : { file }),
    ...more,
  });
}

/** Fails after a while instead of waiting for ever. */
async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await is())) {
    if (performance.now() > end) throw new Error('it did not come about within ten seconds');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function answersOf({ eventStore, readStore, keyStore }: Answering, index: IndexedStates) {
  return openAnswers({ eventStore, readStore, keyStore, clock: { now: () => now }, timeZone: UTC, index });
}

async function told(events: readonly RecordedEvent[]): Promise<Answering> {
  return openAnswering(events, { now, logMadeAt: HISTORY_BEGINS });
}

describe('answers from the timeline index', () => {
  it('are those from the read store, byte for byte, at any (T, K), while more is told (PR01, TN02)', async () => {
    const questions = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.subarray([...GROUPINGS], { maxLength: 2 })), { minLength: 6, maxLength: 6 });
    await holds(
      fc.asyncProperty(arbitraryLog({ events: 60, deals: 6 }), fc.nat(), questions, async (events, cut, asked) => {
        const world = await told(events.slice(0, cut % (events.length + 1)));
        const index = indexOver(world);
        await index.start();
        await world.tell(events.slice(cut % (events.length + 1)));
        const indexed = answersOf(world, index);
        for (const [t, k, groupBy] of asked) {
          const asOf = isoInstant(Math.min(Math.max(tellingInstant(world.events, t), Date.UTC(1000, 0, 1)), END_OF_TIME - 1_000));
          const knownAt = k % 2 === 0 ? {} : { knownAt: `position:${k % (world.events.length + 1)}` };
          const query = { asOf, ...knownAt, groupBy: groupBy as Grouping[] };
          expect(JSON.stringify(await indexed.pipeline(query, nobody))).toBe(JSON.stringify(await world.answers.pipeline(query, nobody)));
        }
        await index.stop();
        await world.close();
      }),
      0.2,
    );
  });
});

describe('comparisons and series from the timeline index', () => {
  it('are those from the read store, byte for byte, known now and known then (PR02, PR03, TN02)', async () => {
    const questions = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.subarray([...GROUPINGS], { maxLength: 2 }), fc.boolean()), {
      minLength: 4,
      maxLength: 4,
    });
    await holds(
      fc.asyncProperty(arbitraryLog({ events: 60, deals: 6 }), questions, async (events, asked) => {
        const world = await told(events);
        const index = indexOver(world);
        await index.start();
        const indexed = answersOf(world, index);
        for (const [a, b, groupBy, then] of asked) {
          const [from = 0, to = 0] = [tellingInstant(events, a), tellingInstant(events, b)]
            .map((at) => Math.min(Math.max(at, Date.UTC(2024, 0, 1)), now))
            .sort((x, y) => x - y);
          const known = then ? 'then' : 'now';
          const between = { then: isoInstant(from), now: isoInstant(to), known, groupBy: groupBy as Grouping[] } as const;
          expect(JSON.stringify(await indexed.compare(between, nobody))).toBe(JSON.stringify(await world.answers.compare(between, nobody)));
          const series = { from: isoInstant(from), to: isoInstant(to), step: 'month', known, groupBy: groupBy as Grouping[] } as const;
          expect(JSON.stringify(await indexed.series(series, nobody))).toBe(JSON.stringify(await world.answers.series(series, nobody)));
        }
        await index.stop();
        await world.close();
      }),
      0.2,
    );
  });
});

describe('the snapshot file of the timeline index', () => {
  it('is tested with a history that is long enough to be cut', () => {
    expect(history.length).toBeGreaterThan(200);
  });

  const query = { asOf: '2025-06-01', groupBy: ['status', 'owner'] as Grouping[] };

  it('makes a warm start, and the index catches up from its position', async () => {
    const file = join(folder, 'timeline.index');
    const world = await told(history.slice(0, 150));
    const first = indexOver(world, file);
    await first.start();
    expect(first.info()).toMatchObject({ state: 'ready', loadedFrom: 'store' });
    await first.stop();
    await world.tell(history.slice(150));
    const second = indexOver(world, file);
    await second.start();
    expect(second.info()).toMatchObject({ state: 'ready', loadedFrom: 'file', size: { position: world.events.length } });
    expect(await answersOf(world, second).pipeline(query, nobody)).toEqual(await world.answers.pipeline(query, nobody));
    await second.stop();
    await world.close();
  });

  it.each([
    ['torn', (file: string) => truncateSync(file, readFileSync(file).length - 64)],
    ['edited', (file: string) => writeFileSync(file, flipped(readFileSync(file)))],
    ['no snapshot at all', (file: string) => writeFileSync(file, 'something else')],
  ])('is noticed and rebuilt where it is %s', async (_what, spoil) => {
    const file = join(folder, 'timeline.index');
    const world = await told(history);
    const first = indexOver(world, file);
    await first.start();
    await first.stop();
    spoil(file);
    const second = indexOver(world, file);
    await second.start();
    expect(second.info()).toMatchObject({ state: 'ready', loadedFrom: 'store' });
    expect(await answersOf(world, second).pipeline(query, nobody)).toEqual(await world.answers.pipeline(query, nobody));
    await second.stop();
    const third = indexOver(world, file);
    await third.start();
    expect(third.info()).toMatchObject({ loadedFrom: 'file' });
    await third.stop();
    await world.close();
  });

  it('is noticed and rebuilt where it is of another log', async () => {
    const file = join(folder, 'timeline.index');
    const [here, there] = [await told(history), await told(history)];
    const first = indexOver(there, file);
    await first.start();
    await first.stop();
    const second = indexOver(here, file);
    await second.start();
    expect(second.info()).toMatchObject({ loadedFrom: 'store' });
    await second.stop();
    await Promise.all([here.close(), there.close()]);
  });

  it.each<[string, (origin: ImageOrigin) => Partial<ImageOrigin>]>([
    ['of another version of the model', ({ modelVersion }) => ({ modelVersion: modelVersion + 1 })],
    ['of a log with another event at its position', () => ({ eventId: '00000000-0000-7000-8000-ffffffffffff' })],
    ['of a read store whose replays were counted further', ({ replays }) => ({ replays: replays + 1 })],
  ])('is noticed and rebuilt where it is %s', async (_what, otherwise) => {
    const file = join(folder, 'timeline.index');
    const world = await told(history);
    await savedBy(world, file);
    await said(file, otherwise);
    const second = indexOver(world, file);
    await second.start();
    expect(second.info()).toMatchObject({ state: 'ready', loadedFrom: 'store' });
    expect(await answersOf(world, second).pipeline(query, nobody)).toEqual(await world.answers.pipeline(query, nobody));
    await second.stop();
    await world.close();
  });

  it('is noticed and rebuilt where it stands beyond the end of a log that was restored', async () => {
    const file = join(folder, 'timeline.index');
    const [later, restored] = [await told(history), await told(history.slice(0, 150))];
    await savedBy(later, file);
    await said(file, () => ({ logId: restored.eventStore.identity.logId }));
    const second = indexOver(restored, file);
    await second.start();
    expect(second.info()).toMatchObject({ loadedFrom: 'store', size: { position: restored.events.length } });
    await second.stop();
    await Promise.all([later.close(), restored.close()]);
  });

  it('is taken, and deals replayed below its position since are loaded again', async () => {
    const file = join(folder, 'timeline.index');
    const world = await told(history);
    await savedBy(world, file);
    const model = pipelineSnapshotModel;
    const checkpoint = await world.readStore.checkpoint(model, 0);
    const row = {
      ...NOTHING_KNOWN,
      entity: 'parked-until-now',
      openedBy: 3,
      ordinal: 9,
      validFrom: HISTORY_BEGINS,
      registeredAt: HISTORY_BEGINS,
    };
    if (checkpoint === null) throw new Error('the model has a checkpoint');
    const insert = { kind: 'insert', row: row as never } as const;
    await world.readStore.commit([{ model, partition: 0, changes: [insert], checkpoint, replayed: [row.entity] }]);
    const second = indexOver(world, file);
    await second.start();
    expect(second.info()).toMatchObject({ loadedFrom: 'file' });
    const answer = await answersOf(world, second).pipeline(query, nobody);
    expect(answer).toEqual(await world.answers.pipeline(query, nobody));
    expect(answer.rows).toContainEqual(expect.objectContaining({ group: { status: 'requested', owner: null } }));
    await second.stop();
    await world.close();
  });

  it('is written again when enough has been told since, without a stop', async () => {
    const file = join(folder, 'timeline.index');
    const world = await told(history.slice(0, 150));
    const running = indexOver(world, file, { followMs: 1, saveAfter: 30 });
    await running.start();
    await until(() => existsSync(file));
    expect(await inspectIndexFile(file)).toMatchObject({ position: world.events.length });
    await world.tell(history.slice(150));
    await until(async () => {
      const there = await inspectIndexFile(file);
      return there !== undefined && there !== 'torn' && there.position >= world.events.length;
    });
    const next = indexOver(world, file);
    await next.start();
    expect(next.info()).toMatchObject({ loadedFrom: 'file' });
    await running.stop();
    await next.stop();
    await world.close();
  });
});

describe('an index that could not be loaded', () => {
  it('says why, and is loaded when the store is there again', async () => {
    const world = await told(history);
    const faulty = faultyReadStore(world.readStore);
    faulty.state = 'down';
    const problems: unknown[] = [];
    const index = indexOver({ ...world, readStore: faulty.store }, undefined, {
      followMs: 1,
      onError: (problem) => problems.push(problem),
    });
    await index.start();
    expect(index.info()).toMatchObject({ size: null, error: 'the store is down, says the test' });
    expect(problems).toHaveLength(1);
    faulty.state = 'well';
    await until(() => index.info().state === 'ready' && index.info().error === null);
    expect(index.info().size).toMatchObject({ position: world.events.length });
    await index.stop();
    await world.close();
  });
});

async function savedBy(world: Answering, file: string): Promise<void> {
  const index = indexOver(world, file);
  await index.start();
  await index.stop();
}

/** The file as it would be had it been made elsewhere: whole, and with another origin. */
async function said(file: string, otherwise: (origin: ImageOrigin) => Partial<ImageOrigin>): Promise<void> {
  const image = await readIndexFile(file);
  if (image === undefined) throw new Error('the file is whole');
  await (await writeIndexFile(file, image.index, { ...image.origin, ...otherwise(image.origin) })).place();
}

function flipped(bytes: Buffer): Buffer {
  const place = bytes.length - 100;
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  return bytes;
}
