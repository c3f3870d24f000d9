// The protocol server through the real client, beside an empty grpc-js service that moves the same messages, each in a process of its own:
// `node dist/bench/protocol.bench.js [--events 20000] [--only line,subscribers]`. "durable": that service, with each message a bare SQLite commit: what a disk takes
// of one that acknowledges what is on it. `subscribers`: catch-up in this process, and its memory (design section 12). What a real EventStoreDB 23.10.8 did with the same client on such a machine stands beside.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ANY, END, EventStoreDBClient, START, jsonEvent } from '@eventstore/db-client';
import type { EventData } from '@eventstore/db-client';
import { openLogFile } from '../libs/event-store/sqlite/log-file.js';
import { startProtocolServer } from '../libs/event-store/protocol-server/protocol-server.js';
import { catchUpInProcess } from './protocol/in-process.js';
import { startEmptyService } from './protocol/empty-service.js';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '20000' },
    only: { type: 'string', default: 'line,subscribers' },
    serve: { type: 'string' },
  },
});
const EVENTS = Number(values.events);
const MOST_SUBSCRIBERS = 1_000;

type Kind = 'ours' | 'empty' | 'durable';

/** Runs in the process of its own. */
async function serve(kind: string): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'dealtrail-protocol-bench-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  process.once('disconnect', () => process.exit(0));
  if (kind !== 'ours') return void process.send?.(await startEmptyService(kind === 'durable' ? join(dir, 'kept.db') : undefined));
  const clock = { now: Date.now };
  const log = openLogFile({ file: join(dir, 'log.db'), clock });
  const server = await startProtocolServer({ log, clock, ownCategories: { kind: 'refused' }, port: 0 });
  process.send?.(server.connectionString);
}

async function connect(kind: Kind): Promise<{ client: EventStoreDBClient; stop: () => Promise<void> }> {
  const child = fork(fileURLToPath(import.meta.url), ['--serve', kind]);
  const url = await new Promise<string>((resolve) => child.once('message', (message) => resolve(String(message))));
  const client = EventStoreDBClient.connectionString(url);
  return {
    client,
    stop: async () => {
      // Its end is not waited for: the client's own dispose does not return after a thousand subscriptions.
      void client.dispose();
      child.disconnect();
      child.kill();
      await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}

const filling = 'x'.repeat(420);
const event = (): EventData => jsonEvent({ type: 'Measured', data: { filling }, metadata: { schemaVersion: 1 } });
const append = async (client: EventStoreDBClient, count = 1): Promise<unknown> =>
  client.appendToStream('measured-1', Array.from({ length: count }, event), { expectedRevision: ANY });

async function rate(events: number, work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return events / ((performance.now() - from) / 1_000);
}

async function inFlight(client: EventStoreDBClient, count: number, atOnce: number): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await append(client);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function drain(events: AsyncIterable<unknown>, count: number): Promise<void> {
  let left = count;
  for await (const _ of events) if ((left -= 1) === 0) return;
}

/** From before an append until every subscriber has its event: milliseconds, sorted. */
async function latencies(client: EventStoreDBClient, subscribers: number, appends: number): Promise<number[]> {
  let missing = 0;
  let all: () => void = () => undefined;
  const subscriptions = Array.from({ length: subscribers }, () => client.subscribeToAll({ fromPosition: END }));
  await Promise.all(subscriptions.map((subscription) => new Promise<void>((resolve) => subscription.once('caughtUp', () => resolve()))));
  for (const subscription of subscriptions) {
    subscription.on('data', () => {
      if ((missing -= 1) === 0) all();
    });
  }
  const taken: number[] = [];
  for (let index = 0; index < appends; index += 1) {
    missing = subscribers;
    const from = performance.now();
    const everybody = new Promise<void>((resolve) => (all = resolve));
    await Promise.all([append(client), everybody]);
    taken.push(performance.now() - from);
  }
  await Promise.all(subscriptions.map(async (subscription) => subscription.unsubscribe()));
  return taken.sort((a, b) => a - b);
}

/** Appends at a steady rate, whatever is still on its way: from when each was due until the last of the subscribers has it; milliseconds, sorted. */
async function steadily(client: EventStoreDBClient, subscribers: number, perSecond: number, seconds: number): Promise<number[]> {
  const count = perSecond * seconds;
  const due: number[] = [];
  const taken: number[] = [];
  const left = Array.from({ length: count }, () => subscribers);
  let all: () => void = () => undefined;
  const everything = new Promise<void>((resolve) => (all = resolve));
  const subscriptions = Array.from({ length: subscribers }, () => client.subscribeToAll({ fromPosition: END }));
  await Promise.all(subscriptions.map((subscription) => new Promise<void>((resolve) => subscription.once('caughtUp', () => resolve()))));
  for (const subscription of subscriptions) {
    let seen = 0;
    subscription.on('data', () => {
      const number = seen++;
      if ((left[number] = (left[number] ?? NaN) - 1) > 0) return;
      if (taken.push(performance.now() - (due[number] ?? NaN)) === count) all();
    });
  }
  const began = performance.now();
  const appends: Promise<unknown>[] = [];
  while (appends.length < count) {
    const at = began + (appends.length * 1_000) / perSecond;
    if (performance.now() < at) await new Promise((resolve) => setTimeout(resolve, 1));
    else {
      due.push(at);
      appends.push(append(client));
    }
  }
  await Promise.all([...appends, everything]);
  await Promise.all(subscriptions.map(async (subscription) => subscription.unsubscribe()));
  return taken.sort((a, b) => a - b);
}

type Figures = Record<string, number>;

async function measure(kind: Kind): Promise<Figures> {
  const { client, stop } = await connect(kind);
  const figures: Figures = {};
  await inFlight(client, 2_000, 50); // warm-up
  figures['appends/s, one at a time'] = await rate(2_000, async () => inFlight(client, 2_000, 1));
  figures['appends/s, 50 at a time'] = await rate(EVENTS / 2, async () => inFlight(client, EVENTS / 2, 50));
  figures['events/s appended, batches of 100'] = await rate(EVENTS, async () => {
    for (let index = 0; index < EVENTS; index += 100) await append(client, 100);
  });
  await drain(client.readAll({ maxCount: EVENTS }), EVENTS); // warm-up
  figures['events/s read, $all'] = await rate(EVENTS, async () => drain(client.readAll({ maxCount: EVENTS }), EVENTS));
  figures['events/s read, a stream'] = await rate(EVENTS, async () => drain(client.readStream('measured-1', { maxCount: EVENTS }), EVENTS));
  const catchUp = client.subscribeToAll({ fromPosition: START });
  figures['events/s caught up'] = await rate(EVENTS, async () => drain(catchUp, EVENTS));
  const steady = await steadily(client, 10, 200, 10);
  figures['ms to 10 subscribers at 200/s, p50'] = steady[Math.floor(steady.length * 0.5)] ?? NaN;
  figures['ms to 10 subscribers at 200/s, p99'] = steady[Math.floor(steady.length * 0.99)] ?? NaN;
  // Last: a thousand subscriptions that end at once are more resets than Node's HTTP/2 takes on a connection.
  for (const subscribers of [1, 100, MOST_SUBSCRIBERS]) {
    const appends = subscribers === 1 ? 500 : subscribers === 100 ? 100 : 30;
    const taken = await latencies(client, subscribers, appends);
    figures[`ms append to ${subscribers} subscribers, p50`] = taken[Math.floor(taken.length * 0.5)] ?? NaN;
    figures[`ms append to ${subscribers} subscribers, p99`] = taken[Math.floor(taken.length * 0.99)] ?? NaN;
  }
  await stop();
  return figures;
}

/** The end of the protocol notes: 23.10.8 on disk, 500-byte events, 2 cores. */
const REAL: Figures = {
  'appends/s, one at a time': 1_819,
  'appends/s, 50 at a time': 12_765,
  'events/s appended, batches of 100': 44_620,
  'events/s read, $all': 62_000,
  'events/s caught up': 80_000,
  'ms append to 1 subscribers, p50': 0.95,
  'ms append to 1 subscribers, p99': 4.1,
};

const shown = (value: number | undefined): string =>
  (value === undefined ? '' : value < 1_000 ? value.toFixed(2) : Math.round(value).toLocaleString('en-US')).padStart(10);

async function compareOnTheLine(): Promise<void> {
  const [empty, durable, ours] = [await measure('empty'), await measure('durable'), await measure('ours')];
  const ratio = (what: string, value: number, other: number | undefined): string =>
    (what.startsWith('ms') ? (other ?? NaN) / value : value / (other ?? NaN)).toFixed(2).padStart(6);
  console.log(`${''.padEnd(40)}       ours      empty  ratio (budget 0.50)    durable  ratio  EventStoreDB 23.10.8`);
  for (const [what, value] of Object.entries(ours)) {
    const [left, right] = [ratio(what, value, empty[what]), ratio(what, value, durable[what])];
    console.log(
      `${what.padEnd(40)} ${shown(value)} ${shown(empty[what])} ${left}               ${shown(durable[what])} ${right}            ${shown(REAL[what])}`,
    );
  }
}

async function subscribeInProcess(): Promise<void> {
  const { port, protocol, grown } = await catchUpInProcess(EVENTS * 10);
  console.log(
    `catch-up in process: ${shown(port).trim()} events a second of processor time through the port, ${shown(protocol).trim()} as messages (budget 50,000)`,
  );
  console.log(`its live heap grew by ${grown.toFixed(1)} MB over the last four fifths of ${EVENTS * 10} events (budget: flat)`);
}

if (values.serve !== undefined) {
  await serve(values.serve);
} else {
  if (values.only.includes('subscribers')) await subscribeInProcess();
  if (values.only.includes('line')) await compareOnTheLine();
  process.exit(0); // calls of disposed clients would keep it
}
