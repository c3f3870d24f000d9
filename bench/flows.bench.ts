// Reports that follow deals, with rows kept in memory and from the read store, byte for byte the same: `node dist/bench/flows.bench.js [--events 115000,1150000] [--keep dir]`: the stores stay in `dir` and are used again.
// `--store rows.db`: over the rows that bench/index left there (`--store`), with kept rows alone: a million deals.
// Some 11.5 events make a deal: 10 thousand and 100 thousand deals.
import { strict as assert } from 'node:assert';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { AppendRequest, EventStore } from '../libs/event-store/event-store.port.js';
import { openSqliteEventStore } from '../libs/event-store/sqlite/sqlite-event-store.js';
import { openSqliteKeyStore } from '../libs/privacy/sqlite/sqlite-key-store.js';
import type { Projection } from '../libs/projection-engine/projection.js';
import { openProjector } from '../libs/projection-engine/projector.js';
import { openSqliteReadStore } from '../libs/read-store/sqlite/sqlite-read-store.js';
import { UTC } from '../libs/reporting/time/report-zone.js';
import { toAppend } from '../libs/testing/histories.js';
import type { Answers } from '../projections/answers/answers.js';
import type { AnswersOptions } from '../projections/answers/sources.js';
import { filesOf } from '../apps/wiring/files.js';
import { ReportThread } from '../apps/wiring/report-thread.js';
import { openRowsAlone } from './flows/rows-alone.js';
import { openAnswers } from '../projections/answers/answers.js';
import { KeptRows } from '../projections/answers/kept-rows.js';
import { dealDirectory } from '../projections/deal-directory/deal-directory.js';
import { dimensionTimelines } from '../projections/dimension-timelines/dimension-timelines.js';
import { pipelineSnapshot } from '../projections/pipeline-snapshot/pipeline-snapshot.js';
import { BEGINS, dealLog, ENDS } from './index/deal-log.js';
import { ms } from './index/figures.js';

const { values } = parseArgs({
  options: { events: { type: 'string', default: '115000,1150000' }, keep: { type: 'string' }, store: { type: 'string' } },
});
const PROJECTIONS = [pipelineSnapshot, dimensionTimelines, dealDirectory] as readonly Projection[];
const REPEATED = 3;
const asker = { readPersonal: false };

const QUESTIONS: readonly { readonly title: string; ask(answers: Answers): Promise<object> }[] = [
  { title: 'waterfall of a quarter', ask: (answers) => answers.waterfall({ from: '2019-01-01', to: '2019-03-31' }, asker) },
  { title: 'explanation of a month', ask: (answers) => answers.explain({ then: '2019-01-01', now: '2019-02-01', limit: 100 }, asker) },
  { title: 'funnel of a quarter', ask: (answers) => answers.funnel({ cohort: '2019-Q1' }, asker) },
  { title: 'lead times', ask: (answers) => answers.leadTimes({ from: 'registered', to: 'won' }, asker) },
  { title: 'win rate by owner', ask: (answers) => answers.winRate({ closed: '2019', groupBy: ['owner'] }, asker) },
  { title: 'time in stage of a year', ask: (answers) => answers.timeInStage({ cohort: '2018' }, asker) },
  {
    title: 'forecast history',
    ask: (answers) => answers.forecastHistory({ period: '2019-Q1', step: 'week', asOf: '2019-04-01' }, asker),
  },
  { title: 'aging', ask: (answers) => answers.aging({ asOf: '2019-06-01' }, asker) },
];

async function appended(eventStore: EventStore, events: number): Promise<void> {
  let requests: AppendRequest[] = [];
  const send = async (): Promise<void> => {
    for (const outcome of await eventStore.appendMany(requests)) if (outcome.status === 'rejected') throw outcome.reason;
    requests = [];
  };
  for (const { event } of dealLog(events)) {
    requests.push({ stream: event.stream, expected: 'any', events: [toAppend(event)], recordedAt: event.recordedAt });
    if (requests.length === 1_000) await send();
  }
  await send();
}

interface Took {
  readonly wallMs: number;
  /** Time that this process had on all processors: what the figure comes to where nobody else runs. */
  readonly ownMs: number;
}

async function timed<T>(work: () => Promise<T>): Promise<[T, Took]> {
  const [began, before] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return [result, { wallMs: performance.now() - began, ownMs: (user + system) / 1_000 }];
}

function shown({ wallMs, ownMs }: Took): string {
  return `${ms(wallMs)} (own ${ms(ownMs)})`.padStart(24);
}

/** `fromStore`: without kept rows, too. */
async function benchOver(sources: AnswersOptions, fromStore: boolean): Promise<void> {
  const keptRows = new KeptRows({ readStore: sources.readStore });
  const plain = openAnswers(sources);
  const kept = openAnswers({ ...sources, keptRows });
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  const [, warmed] = await timed(() => keptRows.warm(0));
  const { rows, bytes } = keptRows.size;
  const memory = `${(bytes / 1e6).toFixed(0)} MB; resident ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`;
  console.log(`  ${rows.toLocaleString('en')} rows kept in ${shown(warmed).trim()}, event loop stood ${ms(loop.max / 1e6)}, ${memory}`);
  loop.disable();
  for (const { title, ask } of QUESTIONS) {
    const times: Took[] = [];
    let answer: object = {};
    loop.reset();
    loop.enable();
    await sleep(20); // a stop is seen from the second tick on
    for (let round = 0; round < REPEATED; round += 1) {
      const [answered, took] = await timed(() => ask(kept));
      answer = answered;
      times.push(took);
    }
    await sleep(20); // the last stop is seen at the next turn
    loop.disable();
    const took = times.sort((a, b) => a.wallMs - b.wallMs)[REPEATED >> 1];
    let beside = '';
    if (fromStore) {
      const [same, without] = await timed(() => ask(plain));
      assert.equal(JSON.stringify(answer), JSON.stringify(same), `${title} differs with kept rows`);
      beside = `, from the store ${shown(without)}`;
    }
    console.log(`  ${title.padEnd(26)} ${took === undefined ? '' : shown(took)}, event loop stood ${ms(loop.max / 1e6)}${beside}`);
  }
  console.log(`  resident ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`);
}

/** As a server asks them: what stands still then is the thread that serves. */
async function benchInThread(dataDir: string, here: Answers): Promise<void> {
  const config = {
    dataDir,
    timeZone: UTC,
    streamPrefix: '',
    eventStoreUrl: null,
    mongoUrl: null,
    masterKey: { unnamed: '' },
    keptRows: 12_000_000,
  };
  const back = { waitFor: () => Promise.resolve('late' as const), firstInstant: () => Promise.resolve(undefined) };
  const reports = new ReportThread({ config, back });
  await reports.warm(0);
  const answers = reports.answers(here, UTC);
  const loop = monitorEventLoopDelay({ resolution: 1 });
  for (const { title, ask } of QUESTIONS) {
    loop.reset();
    loop.enable();
    await sleep(20); // a stop is seen from the second tick on
    const [, took] = await timed(() => ask(answers));
    await sleep(20);
    loop.disable();
    console.log(`  ${title.padEnd(26)} ${shown(took)} in a thread, event loop of the other stood ${ms(loop.max / 1e6)}`);
  }
  await reports.stop();
}

/** Rows alone, as bench/index makes them. */
async function benchRowsOf(file: string): Promise<void> {
  const { eventStore, readStore } = await openRowsAlone(file);
  console.log(file);
  const keyStore = openSqliteKeyStore({ file: ':memory:' });
  await benchOver({ eventStore, readStore, keyStore, clock: { now: () => ENDS }, timeZone: UTC }, false);
  await readStore.close();
}

async function benchAt(events: number): Promise<void> {
  const dir = values.keep === undefined ? mkdtempSync(join(tmpdir(), 'dealtrail-bench-flows-')) : join(values.keep, String(events));
  const isMade = existsSync(filesOf(dir).models);
  mkdirSync(dir, { recursive: true });
  const files = filesOf(dir);
  mkdirSync(dirname(files.keys), { recursive: true });
  const keyStore = openSqliteKeyStore({ file: files.keys });
  const eventStore = openSqliteEventStore({
    ...{
      file: files.log,
      clock: { now: () => BEGINS - 1 },
      checkStored: () => undefined,
      keyStoreId: keyStore.id,
      simulated: true,
    },
  });
  const readStore = openSqliteReadStore({ file: files.models });
  try {
    if (!isMade) await appended(eventStore, events);
    const projector = await openProjector({ eventStore, readStore, projections: PROJECTIONS });
    await projector.catchUp();
    const stopped = projector.members().find(({ error }) => error !== null);
    if (stopped !== undefined) throw new Error(`${stopped.model.name}: ${stopped.error ?? ''}`);
    console.log(`${events.toLocaleString('en')} events`);
    const sources = { eventStore, readStore, keyStore, clock: { now: () => ENDS }, timeZone: UTC };
    await benchOver(sources, true);
    await benchInThread(dir, openAnswers(sources));
    await projector.stop();
  } finally {
    await readStore.close();
    await eventStore.close();
    if (values.keep === undefined) rmSync(dir, { recursive: true, force: true });
  }
}

if (values.store !== undefined) await benchRowsOf(values.store);
else for (const events of values.events.split(',').map(Number)) await benchAt(events);
process.exit(0);
