import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
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
import { arbitraryLog, HISTORY_BEGINS, tellingInstant } from '../../libs/testing/histories.js';
import { holds } from '../../libs/testing/property.js';
import { openAnswers } from '../answers/answers.js';
import { DealRows, StatesFromRows } from '../answers/deal-rows.js';
import { IndexedStates } from './indexed-states.js';

const nobody = { readPersonal: false };
const now = Date.UTC(2030, 0, 1);
const [history = []] = fc.sample(arbitraryLog({ events: 200, deals: 25 }), { numRuns: 1, seed: 7 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dealtrail-index-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function indexOver(world: Answering, file?: string): IndexedStates {
  const { readStore, eventStore } = world;
  return new IndexedStates({
    readStore,
    eventStore,
    fallback: new StatesFromRows(new DealRows(readStore)),
    followMs: 60_000,
    ...(file === undefined ? {} : { file }),
  });
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

describe('the snapshot file of the timeline index', () => {
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
});

function flipped(bytes: Buffer): Buffer {
  const place = bytes.length - 100;
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  return bytes;
}
