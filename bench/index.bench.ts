// The timeline index beside DuckDB and PostgreSQL, the same as-of questions on the same rows: `node dist/bench/index.bench.js [--events 100000,1000000]`.
// `--store file` makes the rows there once and leaves them for the next run with as many events; `--peers no` asks the index alone.
import { strict as assert } from 'node:assert';
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openSqliteReadStore } from '../libs/read-store/sqlite/sqlite-read-store.js';
import { pipelineSnapshotModel } from '../projections/pipeline-snapshot/pipeline-snapshot.js';
import { duckdbPeer } from './index/duckdb-peer.js';
import type { Spread } from './index/figures.js';
import { mb, ms, spread, timesOf } from './index/figures.js';
import type { Asked, ProcessStart, Told } from './index/index-process.js';
import { rowBatches } from './index/made-rows.js';
import { postgresPeer } from './index/postgres-peer.js';
import type { BenchQuestion, QuestionClass } from './index/questions.js';
import { drawnQuestions } from './index/questions.js';
import { rowsToCsv } from './index/rows-to-csv.js';

const { values } = parseArgs({
  options: { events: { type: 'string', default: '100000,1000000' }, peers: { type: 'string', default: 'yes' }, store: { type: 'string' } },
});
const CLASSES: readonly { kind: QuestionClass; title: string; questions: number; budgetMs: number }[] = [
  { kind: 'standard', title: 'standard groupings, K now', questions: 1_200, budgetMs: 1 },
  { kind: 'filtered', title: 'any filter and grouping, K now', questions: 600, budgetMs: 20 },
  { kind: 'past', title: 'any filter, K in the past', questions: 600, budgetMs: 50 },
  // Last: more groupings than anybody asks, so that what the others measure is not made smaller by their keyframes.
  { kind: 'pairs', title: 'the 28 pairs of standard groupings in turn', questions: 1_400, budgetMs: 1 },
];
/** Questions that a peer is asked by the clock, and whose answers are compared. */
const COMPARED = 36;

function say(what: string, figures: string): void {
  console.log(`  ${what.padEnd(46)} ${figures}`);
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  return [await work(), performance.now() - began];
}

class IndexProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly first: Told,
  ) {}

  static async start(start: ProcessStart): Promise<IndexProcess> {
    const child = fork(new URL('./index/index-process.js', import.meta.url), [JSON.stringify(start)], {
      // As ./dealtrail starts one.
      execArgv: ['--expose-gc', '--max-semi-space-size=32'],
      env: { ...process.env, MALLOC_MMAP_THRESHOLD_: '1048576' },
      serialization: 'advanced',
    });
    return new IndexProcess(child, await heard(child));
  }

  async ask(asked: Asked): Promise<Told> {
    this.child.send(asked);
    return heard(this.child);
  }

  async end(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.disconnect();
    this.child.kill();
    await exited;
  }
}

async function heard(child: ChildProcess): Promise<Told> {
  const over = new AbortController();
  try {
    const ended = once(child, 'exit', over).then(([code]) => {
      throw new Error(`the index process ended with ${String(code)}`);
    });
    const [told] = (await Promise.race([once(child, 'message', over), ended])) as [Told];
    return told;
  } finally {
    // Nobody listens any more for what did not come.
    over.abort();
  }
}

async function makeStore(file: string, events: number): Promise<void> {
  const store = openSqliteReadStore({ file });
  await store.prepare(pipelineSnapshotModel, { indexes: 'later' });
  for (const batch of rowBatches(events)) await store.commit([batch]);
  await store.index(pipelineSnapshotModel);
  await store.switchVersion(pipelineSnapshotModel.name, pipelineSnapshotModel.version);
  await store.close();
}

interface ClassTold {
  readonly index: Spread;
  readonly questions: readonly BenchQuestion[];
  readonly answers: readonly (readonly string[])[];
}

async function askIndex(index: IndexProcess, events: number): Promise<Map<QuestionClass, ClassTold>> {
  const told = new Map<QuestionClass, ClassTold>();
  for (const { kind, title, questions: count, budgetMs } of CLASSES) {
    const compared = drawnQuestions(kind, COMPARED, events);
    const { answers = [], times: firstTimes = [] } = await index.ask({ kind: 'ask', questions: compared, tell: true });
    const settled = await index.ask({ kind: 'settle' });
    const { times = [], ownTimes = [] } = await index.ask({ kind: 'ask', questions: drawnQuestions(kind, count, events, 13), tell: false });
    const figures = spread(times);
    told.set(kind, { index: figures, questions: compared, answers });
    say(
      '  asked while keyframes and lists are made',
      `p50 ${ms(spread(firstTimes).p50)}, at most ${ms(Math.max(...firstTimes))}; made ${ms(settled.tookMs ?? NaN)} later`,
    );
    say(
      `index: ${title}`,
      `p50 ${ms(figures.p50)}, p99 ${ms(figures.p99)} (budget ${budgetMs} ms${figures.p99 > budgetMs ? ', MISSED' : ''}); without waiting for a processor p99 ${ms(spread(ownTimes).p99)}`,
    );
  }
  return told;
}

/** The peer's times, its answers asserted to be the index's. */
async function beside(
  title: string,
  { index, questions, answers }: ClassTold,
  ask: (question: BenchQuestion) => Promise<readonly string[]>,
): Promise<void> {
  let asked = 0;
  const figures = await timesOf(questions, async (question) => {
    const answer = await ask(question);
    assert.deepEqual(answer, answers[questions.indexOf(question)], `${title} differs at ${JSON.stringify(question)}`);
    asked += 1;
  });
  const ratio = (a: number, b: number): string => `${(a / b).toFixed(a / b < 10 ? 1 : 0)}×`;
  say(
    title,
    `p50 ${ms(figures.p50)}, p99 ${ms(figures.p99)}: p50 ${ratio(figures.p50, index.p50)}, against the index's p99 ${ratio(figures.p50, index.p99)} (${asked} equal answers)`,
  );
}

async function benchAt(events: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'dealtrail-bench-index-'));
  chmodSync(dir, 0o755);
  const [store, file, csv] = [values.store ?? join(dir, 'read-store.db'), join(dir, 'timeline.index'), join(dir, 'rows.csv')];
  try {
    console.log(`${events.toLocaleString('en')} events`);
    const [, made] = await timed(async () => (existsSync(store) ? undefined : makeStore(store, events)));
    say('rows made by the projection into the store', `${(made / 1_000).toFixed(1)} s, ${mb(statSync(store).size)}`);

    const cold = await IndexProcess.start({ store, file });
    const { memory } = cold.first;
    say('first answer after a cold start', `${ms(cold.first.firstAnswerMs ?? NaN)} (${cold.first.loadedFrom ?? ''}), budget 40 s`);
    say(
      'rows',
      `${memory?.rows.toLocaleString('en')} of ${memory?.deals.toLocaleString('en')} deals, ${((memory?.rows ?? 0) / events).toFixed(2)} an event`,
    );
    const told = await askIndex(cold, events);
    const after = (await cold.ask({ kind: 'memory' })).memory;
    say(
      'resident memory of the process',
      `${mb(after?.rss ?? NaN)}, most ever ${mb(after?.most ?? NaN)}; index ${mb(after?.index ?? NaN)}, ${((after?.index ?? 0) / events).toFixed(1)} bytes an event`,
    );
    const stopped = await cold.ask({ kind: 'stop' });
    await cold.end();
    say(
      'snapshot file written',
      `${ms(stopped.tookMs ?? NaN)}, ${existsSync(file) ? mb(statSync(file).size) : 'none'}; the event loop stood ${ms(stopped.stoodMs ?? NaN)}`,
    );

    const warm = await IndexProcess.start({ store, file });
    say('first answer with the snapshot file', `${ms(warm.first.firstAnswerMs ?? NaN)} (${warm.first.loadedFrom ?? ''}), budget 4 s`);
    for (const { kind } of CLASSES) await warm.ask({ kind: 'ask', questions: drawnQuestions(kind, COMPARED, events), tell: false });
    await warm.ask({ kind: 'settle' });
    const steady = (await warm.ask({ kind: 'memory' })).memory;
    const second = await warm.ask({ kind: 'beside' });
    say(
      'resident memory after a warm start, all asked',
      `${mb(steady?.rss ?? NaN)}; with a second model loaded beside it ${mb(second.memory?.rss ?? NaN)}, most ever ${mb(second.memory?.most ?? NaN)}`,
    );
    say(
      'while that loads, the event loop stood at most',
      `${ms(second.stoodMs ?? NaN)}; without waiting for a processor ${ms(second.ownStoodMs ?? NaN)}`,
    );
    await warm.end();
    if (values.peers === 'yes') await askPeers(dir, store, csv, events, told);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function askPeers(dir: string, store: string, csv: string, events: number, told: Map<QuestionClass, ClassTold>): Promise<void> {
  const readStore = openSqliteReadStore({ file: store, readOnly: true });
  await rowsToCsv(readStore, events, csv);
  await readStore.close();
  const [duckdb, duckdbLoad] = await timed(() => duckdbPeer(csv, join(dir, 'peer.duckdb'), events));
  say('DuckDB, 2 threads, loaded', ms(duckdbLoad));
  for (const { kind, title } of CLASSES) await beside(`DuckDB: ${title}`, told.get(kind)!, (question) => duckdb.ask(question)); // every class was asked
  await duckdb.close();
  const [postgres, postgresLoad] = await timed(() => postgresPeer(csv, dir, events));
  if (postgres === undefined) {
    console.log('  PostgreSQL is not installed (Debian package postgresql-15): not measured');
    return;
  }
  try {
    say(`PostgreSQL ${postgres.version}, loaded`, ms(postgresLoad));
    for (const { kind, title } of CLASSES)
      await beside(`PostgreSQL intervals: ${title}`, told.get(kind)!, (question) => postgres.fromIntervals(question));
    await beside('PostgreSQL window over events: standard', told.get('standard')!, (question) => postgres.fromEvents(question));
  } finally {
    await postgres.close();
  }
}

const load = readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 2).join(' ');
console.log(
  `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model ?? ''}, node ${process.version}, load ${load}`,
);
for (const events of values.events.split(',').map(Number)) {
  if (!Number.isInteger(events) || events < 1_000) throw new RangeError(`--events: '${events}' is no number of at least 1,000`);
  await benchAt(events);
}
