// The projection engine beside a bare scan-and-parse of the same log: `node dist/bench/projection.bench.js [--events 1000000] [--only rebuild,one,all,live] [--dir D]`.
// Scan-and-parse: better-sqlite3 alone reads every event in order and parses its two JSON texts. Medians of alternating rounds; the peer of a long run is taken once.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { projections } from '../apps/wiring/projections.js';
import { rebuild } from '../apps/operations/models.js';
import { buildInWorker } from '../apps/wiring/build-elsewhere.js';
import { catalog } from '../libs/event-catalog/catalog.js';
import { openSqliteEventStore } from '../libs/event-store/sqlite/sqlite-event-store.js';
import type { ProjectorNote } from '../libs/projection-engine/notes.js';
import type { Projection } from '../libs/projection-engine/projection.js';
import { openProjector } from '../libs/projection-engine/projector.js';
import { openSqliteReadStore } from '../libs/read-store/sqlite/sqlite-read-store.js';
import { makeLog } from './projection/made-log.js';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'rebuild,one,all,live' },
    dir: { type: 'string' },
  },
});
const EVENTS = Number(values.events);
const ROUNDS = Number(values.rounds);
const parts = values.only.split(',');
/** Of the long run: what the first and the last are compared over. */
const STRETCH = 100_000;

const dir = values.dir ?? mkdtempSync(join(tmpdir(), 'dealtrail-bench-'));
mkdirSync(dir, { recursive: true });
const log = join(dir, 'log.sqlite');

function openLog(file = log) {
  return openSqliteEventStore({
    ...{ file, clock: { now: Date.now }, keyStoreId: 'bench-keys', simulated: true },
    checkStored: (type, schemaVersion, data, metadata) => catalog.checkStored(type, schemaVersion, data, metadata),
  });
}

function scanAndParse(file = log): number {
  const db = new Database(file, { readonly: true });
  const began = performance.now();
  let parsed = 0;
  for (const [data, metadata] of db.prepare('SELECT data, metadata FROM events ORDER BY position').raw().iterate() as IterableIterator<
    [string, string]
  >) {
    JSON.parse(data);
    JSON.parse(metadata);
    parsed += 1;
  }
  const rate = (parsed / (performance.now() - began)) * 1_000;
  db.close();
  return rate;
}

let stores = 0;
function emptyModels(): string {
  stores += 1;
  const file = join(dir, `models-${stores}.sqlite`);
  for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
  return file;
}

/** Of this process and all its threads. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

interface Built {
  /** Events a second. */
  readonly rate: number;
  /** Of the first and the last stretch, by processor time. */
  readonly first: number;
  readonly last: number;
}

/** The models from nothing: one pass of the log, indexes at the end. */
async function build(some: readonly Projection[]): Promise<Built> {
  const file = emptyModels();
  const [eventStore, readStore] = [openLog(), openSqliteReadStore({ file })];
  const marks: { position: number; at: number }[] = [];
  // Pages only: the indexes that are made at the end belong to the whole, not to the last stretch. By the processor's time: minutes lie between the two, and other work may come and go.
  const note = ({ kind }: ProjectorNote): void => {
    if (kind === 'committed') marks.push({ position: Number(projector.members()[0]?.checkpoint?.position ?? 0), at: processorMs() });
  };
  const projector = await openProjector({ eventStore, readStore, projections: some, note });
  const began = performance.now();
  await projector.catchUp();
  const took = performance.now() - began;
  await readStore.close();
  await eventStore.close();
  rmSync(file, { force: true });
  const rateOf = (from: number, to: number): number => {
    const [a, b] = [marks.find(({ position }) => position >= from), marks.findLast(({ position }) => position <= to)];
    return a === undefined || b === undefined || b.at <= a.at ? NaN : ((b.position - a.position) / (b.at - a.at)) * 1_000;
  };
  return { rate: (EVENTS / took) * 1_000, first: rateOf(0, STRETCH), last: rateOf(EVENTS - STRETCH, EVENTS + 10) };
}

/** Models rebuilt beside the rows in use, in a worker thread. */
async function rebuildAside(names: readonly string[]): Promise<number> {
  const file = emptyModels();
  const [eventStore, readStore] = [openLog(), openSqliteReadStore({ file })];
  const some = projections.filter(({ model }) => names.includes(model.name));
  const buildElsewhere = buildInWorker({ kind: 'embedded', log, models: file, streamPrefix: '', keyStoreId: 'bench-keys' });
  const projector = await openProjector({ eventStore, readStore, projections: some, buildElsewhere });
  await projector.catchUp();
  const began = performance.now();
  await rebuild(projector);
  const rate = (EVENTS / (performance.now() - began)) * 1_000;
  await readStore.close();
  await eventStore.close();
  rmSync(file, { force: true });
  return rate;
}

/** What a running projector takes in as it comes: pages of 500, a commit each, all models. */
async function live(events: number): Promise<{ rate: number; scan: number }> {
  const file = join(dir, 'live-log.sqlite');
  for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
  const models = emptyModels();
  const [eventStore, readStore] = [openLog(file), openSqliteReadStore({ file: models })];
  const projector = await openProjector({ eventStore, readStore, projections });
  await projector.catchUp();
  await makeLog(eventStore, events);
  const began = performance.now();
  await projector.catchUp();
  const rate = (events / (performance.now() - began)) * 1_000;
  await readStore.close();
  await eventStore.close();
  return { rate, scan: scanAndParse(file) };
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
const thousand = (rate: number): string => `${(rate / 1_000).toFixed(0)} thousand events/s`;
const tell = (line: string): void => void process.stdout.write(`${line}\n`);

if (!existsSync(log)) {
  const made = openLog();
  const began = performance.now();
  await makeLog(made, EVENTS);
  await made.close();
  tell(`log of ${EVENTS} events made in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
}
if (parts.includes('rebuild')) {
  const [scans, builds]: [number[], Built[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    scans.push(scanAndParse());
    builds.push(await build(projections));
  }
  const [scan, rate] = [median(scans), median(builds.map((built) => built.rate))];
  const stretch = median(builds.map(({ first, last }) => last / first));
  tell(`scan-and-parse                    ${thousand(scan)}`);
  tell(`rebuild of all four models        ${thousand(rate)}, ${(rate / scan).toFixed(2)} x scan-and-parse (budget 0.25)`);
  tell(`its last 100 thousand to its first ${stretch.toFixed(2)} (budget 0.75)`);
}
if (parts.includes('one')) {
  const scan = scanAndParse();
  const rate = await rebuildAside(['pipeline-snapshot']);
  tell(`rebuild of pipeline-snapshot in a worker, beside the rows in use ${thousand(rate)}, ${(rate / scan).toFixed(2)} x scan-and-parse`);
}
if (parts.includes('all')) {
  const scan = scanAndParse();
  const names = projections.map(({ model }) => model.name);
  const rate = await rebuildAside(names);
  tell(`rebuild of all four in one pass, beside the rows in use ${thousand(rate)}, ${(rate / scan).toFixed(2)} x scan-and-parse`);
}
if (parts.includes('live')) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await live(Math.min(EVENTS, 100_000)));
  const ratio = median(rounds.map(({ rate, scan }) => rate / scan));
  tell(
    `live projection, all four models  ${thousand(median(rounds.map(({ rate }) => rate)))}, ${ratio.toFixed(2)} x scan-and-parse (budget 0.1)`,
  );
}
if (values.dir === undefined) rmSync(dir, { recursive: true, force: true });
