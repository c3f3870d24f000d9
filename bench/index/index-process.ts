// A process as an API process is, with the index over the read store and nothing beside it: its memory is the index's. `fork`ed by index.bench.ts.
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as turned } from 'node:timers/promises';
import { positionNumber } from '../../libs/domain/shared/position.js';
import { openSqliteReadStore } from '../../libs/read-store/sqlite/sqlite-read-store.js';
import { DealRows, StatesFromRows } from '../../projections/answers/deal-rows.js';
import { pipelineSnapshotModel } from '../../projections/pipeline-snapshot/pipeline-snapshot.js';
import { IndexedStates } from '../../projections/timeline/indexed-states.js';
import { plainAnswer } from './answer.js';
import { benchEventId } from './deal-log.js';
import type { BenchQuestion } from './questions.js';
import { asPipelineQuestion, benchView } from './questions.js';

export interface ProcessStart {
  readonly store: string;
  readonly file: string;
}

export type Asked =
  | { readonly kind: 'ask'; readonly questions: readonly BenchQuestion[]; readonly tell: boolean }
  /** Waits until the index has made in the background what the questions so far have begun. */
  | { readonly kind: 'settle' }
  | { readonly kind: 'memory' }
  | { readonly kind: 'beside' }
  | { readonly kind: 'stop' };

export interface Told {
  /** Since the process began: boot, load, first answer. */
  readonly firstAnswerMs?: number;
  readonly loadedFrom?: 'file' | 'store' | null;
  readonly times?: readonly number[];
  /** Without the time in which others had the processor. */
  readonly ownTimes?: readonly number[];
  readonly answers?: readonly (readonly string[])[];
  readonly memory?: { readonly rss: number; readonly most: number; readonly index: number; readonly rows: number; readonly deals: number };
  readonly tookMs?: number;
  /** The longest that the event loop stood still meanwhile. */
  readonly stoodMs?: number;
  /** Without the time in which others had the processor. */
  readonly ownStoodMs?: number;
}

const view = benchView();
const start = JSON.parse(process.argv[2] ?? '') as ProcessStart; // of index.bench.ts
const readStore = openSqliteReadStore({ file: start.store, readOnly: true });
// All that the index asks of the log: which event stands at its position.
const eventStore = {
  eventAt: (position: Parameters<typeof positionNumber>[0]) =>
    Promise.resolve({ eventId: benchEventId(positionNumber(position)) } as never),
};
const fallback = new StatesFromRows(new DealRows(readStore));
const open = (file?: string): IndexedStates =>
  new IndexedStates({
    readStore,
    eventStore,
    fallback,
    ...(file === undefined ? {} : { file }),
    onError: (problem) => console.error(problem),
  });
const index = open(start.file);

async function ask(question: BenchQuestion): Promise<readonly string[]> {
  const [state] = (await index.states(asPipelineQuestion(question), [{ asOf: question.asOf, view }], question.knownAt)) ?? [];
  if (state === undefined) throw new Error('the index gave no answer');
  return plainAnswer(state);
}

function status(name: string): number {
  const line = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line?.[1] ?? NaN) * 1_024;
}

function memory(): NonNullable<Told['memory']> {
  const { size } = index.info();
  globalThis.gc?.();
  return { rss: process.memoryUsage.rss(), most: status('VmHWM'), index: size?.bytes ?? 0, rows: size?.rows ?? 0, deals: size?.deals ?? 0 };
}

/** Milliseconds that this thread has been ready and others had the processor; Linux tells. */
function waitedMs(): number {
  return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e6;
}

/** The longest time between two turns of the event loop, in which this thread had a processor. */
async function ownStill(work: () => Promise<unknown>): Promise<number> {
  let [longest, waited, at] = [0, waitedMs(), performance.now()];
  const timer = setInterval(() => {
    const [waitedNow, now] = [waitedMs(), performance.now()];
    longest = Math.max(longest, now - at - (waitedNow - waited));
    [waited, at] = [waitedNow, now];
  }, 1);
  await work();
  clearInterval(timer);
  return longest;
}

async function watched(work: () => Promise<unknown>): Promise<Told> {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const began = performance.now();
  const ownStoodMs = await ownStill(work);
  loop.disable();
  return { tookMs: performance.now() - began, stoodMs: loop.max / 1e6, ownStoodMs };
}

async function answer(asked: Asked): Promise<Told> {
  switch (asked.kind) {
    case 'ask': {
      const times: number[] = [];
      const ownTimes: number[] = [];
      const answers: (readonly string[])[] = [];
      for (const question of asked.questions) {
        // As requests come: the event loop turns between two.
        await turned();
        const [waited, began] = [waitedMs(), performance.now()];
        const [state] = (await index.states(asPipelineQuestion(question), [{ asOf: question.asOf, view }], question.knownAt)) ?? [];
        times.push(performance.now() - began);
        ownTimes.push((times.at(-1) ?? 0) - (waitedMs() - waited));
        if (state === undefined) throw new Error('the index gave no answer');
        if (asked.tell) answers.push(plainAnswer(state));
      }
      return { times, ownTimes, answers, memory: memory() };
    }
    case 'settle': {
      const began = performance.now();
      while (index.isPreparing) await turned();
      return { tookMs: performance.now() - began };
    }
    case 'memory':
      return { memory: memory() };
    case 'beside': {
      // As when a new version of the model is loaded while the old one answers.
      const beside = open();
      const told = await watched(() => beside.start());
      return { ...told, memory: memory() };
    }
    case 'stop':
      return watched(() => index.stop());
  }
}

process.on('message', (asked: Asked) => {
  void answer(asked).then((told) => process.send?.(told));
});
await index.start();
const { position } = (await readStore.lowestCheckpoint(pipelineSnapshotModel)) ?? { position: '0' };
await ask({ groupBy: ['status', 'stage'], filters: {}, asOf: Date.UTC(2020, 0, 1), knownAt: Number(position) });
process.send?.({ firstAnswerMs: performance.now(), loadedFrom: index.info().loadedFrom, memory: memory() } satisfies Told);
