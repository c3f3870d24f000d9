import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { catalog } from '../../libs/event-catalog/catalog.js';
import type { StoredEvent } from '../../libs/event-store/event-store.port.js';
import { LogRefused } from '../../libs/event-store/event-store.port.js';
import { logPages } from '../../libs/event-store/log-pages.js';
import { openSqliteEventStore } from '../../libs/event-store/sqlite/sqlite-event-store.js';
import { openAll } from '../../libs/privacy/opening.js';
import { openSqliteKeyStore } from '../../libs/privacy/sqlite/sqlite-key-store.js';
import { dealsFile, IMPORT_MAPPING_FILE, peopleFile } from '../../libs/testing/import-source.js';
import { PROPERTY_SEED } from '../../libs/testing/property.js';
import { startProcess } from '../testing/processes.js';
import { temporaryFolder } from '../testing/running.js';
import { filesOf } from '../wiring/files.js';

const KILLS = 20;
const DEALS = 3_500;
/** Questions are long, so that the source is read in a thread of its own. */
const QUESTION = 350;
/** Before that a process has hardly opened its stores. */
const STARTING_MS = 400;
const CLI = 'apps/cli/main.js';

async function eventsOf(dataDir: string): Promise<readonly StoredEvent[]> {
  const keyStore = openSqliteKeyStore({ file: filesOf(dataDir).keys, readOnly: true });
  const log = openSqliteEventStore({
    ...{ file: filesOf(dataDir).log, clock: { now: Date.now }, keyStoreId: keyStore.id, readOnly: true },
    checkStored: (type, version, data, metadata) => catalog.checkStored(type, version, data, metadata),
  });
  const events: StoredEvent[] = [];
  for await (const page of logPages(log, { limit: 5_000 })) events.push(...page);
  await log.close();
  await keyStore.close();
  return events;
}

/** A process killed while it makes the log leaves one that nobody can read yet. Once something was seen in it, it can be read or the spec fails. */
async function eventsSoFar(dataDir: string, seen: readonly StoredEvent[]): Promise<readonly StoredEvent[]> {
  if (seen.length > 0) return eventsOf(dataDir);
  return eventsOf(dataDir).catch((error: unknown) => {
    if (error instanceof LogRefused) return [];
    throw error;
  });
}

/** What must be the same of two imports: every stream's facts in order, personal fields in clear; ids, positions and times of recording may differ. */
async function told(dataDir: string): Promise<ReadonlyMap<string, readonly object[]>> {
  const keyStore = openSqliteKeyStore({ file: filesOf(dataDir).keys, readOnly: true });
  const streams = new Map<string, object[]>();
  const events = (await eventsOf(dataDir)).filter(({ stream }) => stream !== 'log-identity');
  const opened = await openAll(
    events.map((stored) => catalog.decode(stored)),
    keyStore,
  );
  for (const { stream, revision, type, data, effectiveAt, metadata } of opened) {
    const { dated, importHash, processVersion, actor } = metadata;
    const fact = { revision, type, data, effectiveAt, dated, importHash, processVersion, actor };
    streams.set(stream, [...(streams.get(stream) ?? []), fact]);
  }
  await keyStore.close();
  return streams;
}

async function report(dataDir: string): Promise<object> {
  const asked = ['report', 'pipeline', '--as-of', '2025-03-01', '--group-by', 'status,stage,owner,team', '--format', 'json'];
  const { out } = await startProcess(CLI, [...asked, '--data-dir', dataDir], {}).ended;
  const { rows, totals, undated } = JSON.parse(out) as { rows: object[]; totals: object; undated: number };
  expect(rows.length).toBeGreaterThan(40);
  return { rows, totals, undated };
}

describe('an import that is killed', () => {
  const source = temporaryFolder();
  const data = temporaryFolder();
  afterAll(() => [source, data].forEach((each) => each.remove()));
  const importInto = (dataDir: string) =>
    startProcess(CLI, ['import', IMPORT_MAPPING_FILE, '--dir', source.folder, '--data-dir', dataDir], {});

  /** The same log key in every data directory: ids and hashes are then the same too. */
  function dataDirWith(keys: string, name: string): string {
    const dataDir = join(data.folder, name);
    const { keys: file } = filesOf(dataDir);
    mkdirSync(dirname(file), { recursive: true });
    cpSync(keys, file);
    return dataDir;
  }

  it(`by SIGKILL ${KILLS} times at random instants loses nothing acknowledged, counts nothing twice, and ends as an undisturbed one`, async () => {
    const deals = dealsFile(DEALS).replaceAll(/A question asked[^;]*/g, (question) => question.padEnd(QUESTION, '?'));
    expect(deals.length).toBeGreaterThan(1_000_000);
    writeFileSync(join(source.folder, 'deals.csv'), deals);
    writeFileSync(join(source.folder, 'people.csv'), peopleFile());
    const keys = join(data.folder, 'keys.sqlite');
    await openSqliteKeyStore({ file: keys }).close();
    const undisturbed = dataDirWith(keys, 'undisturbed');
    const began = performance.now();
    expect(await importInto(undisturbed).ended).toMatchObject({ code: 0 });
    const [expected, answer] = [await told(undisturbed), await report(undisturbed)];
    // Most kills come while it writes, some while it starts or projects.
    const longest = (performance.now() - began) / 3;

    const instants = fc.sample(fc.double({ min: 0, max: 1, noNaN: true }), { numRuns: 400, seed: PROPERTY_SEED });
    let kills = 0;
    let torn = 0;
    for (let directory = 0; kills < KILLS; directory += 1) {
      const dataDir = dataDirWith(keys, `killed-${directory}`);
      let seen: readonly StoredEvent[] = [];
      for (let done = false; !done;) {
        const running = importInto(dataDir);
        const instant = kills < KILLS ? (instants[kills + torn] ?? 0.5) : 0;
        const killed =
          kills < KILLS && (await Promise.race([running.ended.then(() => false), delay(STARTING_MS + instant * longest, true)]));
        if (killed) running.kill('SIGKILL');
        const { code, err } = await running.ended;
        if (existsSync(filesOf(dataDir).log)) {
          const events = await eventsSoFar(dataDir, seen);
          // What was there once stays, byte for byte, and what came is behind it.
          expect(events.slice(0, seen.length)).toEqual(seen);
          if (killed && code === null && events.length > 1 && events.length <= total(expected)) kills += 1;
          else torn += 1;
          seen = events;
        } else torn += 1;
        done = code === 0;
        if (code !== null) expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
      }
      expect(await told(dataDir)).toEqual(expected);
      expect(await report(dataDir)).toEqual(answer);
      const { out } = await importInto(dataDir).ended;
      expect(out).toContain('0 events');
    }
    process.stdout.write(`killed ${kills} times (${torn} runs ended or were not yet importing), PROPERTY_SEED=${PROPERTY_SEED}\n`);
  }, 240_000);
});

function total(streams: ReadonlyMap<string, readonly object[]>): number {
  return [...streams.values()].reduce((sum, events) => sum + events.length, 1);
}
