// From an append to its being in a report, at 200 events/s, at rest and while a model is rebuilt beside the rows in use:
// `node dist/bench/projection-visible.bench.js [--events 200000] [--seconds 15] [--one-thread]`. Budget: p99 50 ms, in both.
// Log and read models are written in threads of their own, as `npm start` has it; with `--one-thread` by the thread that asks.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readConfig } from '../apps/wiring/config.js';
import { openDealtrail } from '../apps/wiring/open-dealtrail.js';
import { streamName } from '../libs/domain/shared/ids.js';
import type { EventId } from '../libs/domain/shared/ids.js';
import { isoInstant } from '../libs/domain/shared/instant.js';
import { v7 } from 'uuid';
import { makeLog } from './projection/made-log.js';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '200000' },
    seconds: { type: 'string', default: '15' },
    'one-thread': { type: 'boolean', default: false },
  },
});
const PER_SECOND = 200;
/** Every so many events a report is asked as well. */
const ASKED = 10;

const dataDir = mkdtempSync(join(tmpdir(), 'dealtrail-bench-'));
const dealtrail = await openDealtrail(readConfig({}, { dataDir }), {
  ...{ mode: 'owner', indexed: true },
  ...(values['one-thread'] ? {} : { threads: 'log and models' }),
});
const { eventStore, projector, answers } = dealtrail;
if (projector === null) throw new Error('an owner keeps its read models');
await makeLog(eventStore, Number(values.events));
await projector.catchUp();
projector.start();
await dealtrail.startIndex();

interface Waits {
  readonly rows: number[];
  readonly reports: number[];
}

/** Waits count from when the event was due: while a thread stands still, what should have been sent waits too. */
async function one(number: number, due: number, waits: Waits): Promise<void> {
  const eventId = v7() as EventId; // freshly made
  const metadata = {
    actor: { id: 'e1', kind: 'person' },
    ...{ causationId: eventId, correlationId: eventId, effectiveAt: isoInstant(Date.now()), schemaVersion: 1 },
  };
  const stream = streamName('deal', `b${number % 1_000}`);
  const data = { value: { currency: 'EUR', minor: 100_000 + number } };
  const { position } = await eventStore.append(stream, 'any', [{ eventId, type: 'ExpectedValueEstimated', data, metadata }]);
  if (number % ASKED === 0) {
    await answers.pipeline({ after: position, groupBy: ['status'] }, { readPersonal: false });
    waits.reports.push(performance.now() - due);
  } else {
    if ((await projector?.waitFor(position, 10_000)) !== 'reached') throw new Error('not seen within 10 s');
    waits.rows.push(performance.now() - due);
  }
}

async function measure(until: () => boolean): Promise<Waits> {
  const waits: Waits = { rows: [], reports: [] };
  const began = performance.now();
  const pending: Promise<void>[] = [];
  for (let number = 0; !until(); number += 1) {
    const due = began + (number / PER_SECOND) * 1_000;
    await sleep(Math.max(0, due - performance.now()));
    pending.push(one(number, due, waits));
  }
  await Promise.all(pending);
  return waits;
}

function at(numbers: readonly number[], share: number): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(1);
}

function tell(what: string, { rows, reports }: Waits): void {
  const figures = (numbers: readonly number[]): string => `p50 ${at(numbers, 0.5)} ms, p99 ${at(numbers, 0.99)} ms (${numbers.length})`;
  process.stdout.write(`${what}: in the rows ${figures(rows)}; in a report ${figures(reports)}\n`);
}

// The first append that names no revision reads the ids of the log's last events: once in a process.
await one(0, performance.now(), { rows: [], reports: [] });
const end = performance.now() + Number(values.seconds) * 1_000;
tell('at rest         ', await measure(() => performance.now() > end));
let rebuilt = false;
const began = performance.now();
const rebuild = projector.rebuild('pipeline-snapshot').then(() => (rebuilt = true));
tell('during a rebuild', await measure(() => rebuilt));
await rebuild;
process.stdout.write(`the rebuild took ${((performance.now() - began) / 1_000).toFixed(1)} s\n`);
await dealtrail.close();
rmSync(dataDir, { recursive: true, force: true });
