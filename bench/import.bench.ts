// An import as a user runs it, in events a second beside the port's own append of the very events that came out, in commits of 1,000:
// `npm run bench:import -- [--deals 60000] [--rounds 3]`. One row per deal, of a generated firm. `to the log` is the import alone, `shown` until the read models show it, in one process as the command line does it.
// The import has its threads, as the command line gives it; the port appends in the one that asks. Flatness: the import's rate over its last stretch of events against its
// first. Where Linux tells it, beside the rates: the processor time of the import's thread that decides, and of all its threads, which a busy machine does not stretch as it
// does a rate.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { importInto } from '../apps/operations/import.js';
import { readConfig } from '../apps/wiring/config.js';
import type { OpenOptions } from '../apps/wiring/open-dealtrail.js';
import { openDealtrail } from '../apps/wiring/open-dealtrail.js';
import { catalog } from '../libs/event-catalog/catalog.js';
import type { JsonObject } from '../libs/domain/shared/envelope.js';
import type { AppendRequest, EventStore } from '../libs/event-store/event-store.port.js';
import { logPages } from '../libs/event-store/log-pages.js';
import { openSqliteEventStore } from '../libs/event-store/sqlite/sqlite-event-store.js';
import { sourceOnDisk } from '../libs/importing/running/import-input.js';
import { runImport } from '../libs/importing/running/run-import.js';
import { dealsFile, IMPORT_MAPPING, peopleFile } from '../libs/testing/import-source.js';

const { values } = parseArgs({ options: { deals: { type: 'string', default: '60000' }, rounds: { type: 'string', default: '3' } } });
const DEALS = Number(values.deals);
const ROUNDS = Number(values.rounds);
const EVENTS_A_COMMIT = 1_000;
const STRETCHES = 5;

const dir = mkdtempSync(join(tmpdir(), 'dealtrail-bench-'));
writeFileSync(join(dir, 'deals.csv'), dealsFile(DEALS));
writeFileSync(join(dir, 'people.csv'), peopleFile());
const source = {
  ...{ mappingText: IMPORT_MAPPING, mappingName: 'bench' },
  ...sourceOnDisk((name) => join(dir, name)),
};

let folders = 0;
async function openFresh(options: Partial<OpenOptions> = {}) {
  folders += 1;
  return openDealtrail(readConfig({}, { dataDir: join(dir, `data-${folders}`) }), { mode: 'owner', ...options });
}

const SCHEDSTAT = '/proc/self/schedstat';

/** Microseconds of processor time of this thread, not of those that it began; NaN where nothing tells it. */
function processorTime(): number {
  return existsSync(SCHEDSTAT) ? Number(readFileSync(SCHEDSTAT, 'utf8').split(' ')[0]) / 1_000 : Number.NaN;
}

interface Imported {
  readonly events: number;
  readonly seconds: number;
  /** Of this thread, an event. */
  readonly micros: number;
  /** Of all threads. */
  readonly allMicros: number;
  /** Events a second in the first and the last of equal stretches. */
  readonly first: number;
  readonly last: number;
}

async function toTheLog(): Promise<Imported & { readonly appends: AppendRequest[] }> {
  const dealtrail = await openFresh({ threads: 'log' });
  const { commands, eventStore, keyStore, clock } = dealtrail;
  const marks: { events: number; at: number }[] = [];
  const [began, busy, all] = [performance.now(), processorTime(), process.cpuUsage()];
  const report = await runImport({
    ...{ ...source, commands, eventStore, keyStore, clock },
    onProgress: ({ events }) => marks.push({ events, at: performance.now() - began }),
  });
  const [took, micros, { user, system }] = [performance.now() - began, (processorTime() - busy) / report.events, process.cpuUsage(all)];
  const rateOf = (stretch: number): number => {
    const [from, to] = [(report.events / STRETCHES) * stretch, (report.events / STRETCHES) * (stretch + 1)];
    const [a, b] = [marks.findLast(({ events }) => events <= from) ?? { events: 0, at: 0 }, marks.find(({ events }) => events >= to)];
    const end = b ?? { events: report.events, at: took };
    return ((end.events - a.events) / (end.at - a.at)) * 1_000;
  };
  const appends = await appendsOf(eventStore);
  await dealtrail.close();
  const allMicros = (user + system) / report.events;
  return { events: report.events, seconds: took / 1_000, micros, allMicros, first: rateOf(1), last: rateOf(STRETCHES - 1), appends };
}

/** The same events as one append a stream, as bare as they can be handed to the port. */
async function appendsOf(eventStore: EventStore): Promise<AppendRequest[]> {
  const streams = new Map<string, AppendRequest & { events: AppendRequest['events'][number][] }>();
  for await (const page of logPages(eventStore, { limit: 5_000 })) {
    for (const { stream, eventId, type, data, metadata } of page) {
      if (stream === 'log-identity') continue;
      const of = streams.get(stream) ?? { stream, expected: 'none' as const, events: [] };
      of.events.push({ eventId, type, data: JSON.parse(String(data)) as JsonObject, metadata: JSON.parse(String(metadata)) as JsonObject });
      streams.set(stream, of);
    }
  }
  return [...streams.values()];
}

async function portAlone(appends: readonly AppendRequest[]): Promise<{ readonly rate: number; readonly micros: number }> {
  folders += 1;
  const eventStore = openSqliteEventStore({
    ...{ file: join(dir, `port-${folders}.sqlite`), clock: { now: Date.now }, keyStoreId: 'bench' },
    checkStored: (type, version, data, metadata) => catalog.checkStored(type, version, data, metadata),
  });
  const [began, busy] = [performance.now(), processorTime()];
  let batch: AppendRequest[] = [];
  let [inBatch, events] = [0, 0];
  const send = async (): Promise<void> => {
    for (const settled of await eventStore.appendMany(batch)) if (settled.status === 'rejected') throw settled.reason;
    [batch, inBatch] = [[], 0];
  };
  for (const append of appends) {
    batch.push(append);
    inBatch += append.events.length;
    events += append.events.length;
    if (inBatch >= EVENTS_A_COMMIT) await send();
  }
  await send();
  const [rate, micros] = [(events / (performance.now() - began)) * 1_000, (processorTime() - busy) / events];
  await eventStore.close();
  return { rate, micros };
}

async function shown(): Promise<number> {
  // As the command line has it: projected beside.
  const dealtrail = await openFresh({ threads: 'log and models' });
  dealtrail.projector?.start();
  const began = performance.now();
  const { events } = await importInto(dealtrail, { ...source, options: {}, onProgress: () => undefined });
  const rate = (events / (performance.now() - began)) * 1_000;
  await dealtrail.close();
  return rate;
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
const told = (rate: number): string => `${Math.round(rate).toLocaleString('en')} events/s`.padStart(18);
const tell = (line: string): void => void process.stdout.write(`${line}\n`);

const rounds: { readonly port: number; readonly portMicros: number; readonly log: Imported; readonly shown: number }[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  // The events are let go before the next side runs: a heap full of them would be walked on its account.
  const { appends, ...log } = await toTheLog();
  const { rate, micros } = await portAlone(appends.splice(0));
  rounds.push({ log, port: rate, portMicros: micros, shown: await shown() });
}
const [port, log, models] = [
  median(rounds.map((round) => round.port)),
  median(rounds.map((round) => round.log.events / round.log.seconds)),
  median(rounds.map((round) => round.shown)),
];
tell(`port append of the same events, commits of 1,000      ${told(port)}`);
tell(
  `import of ${DEALS} deals (${rounds[0]?.log.events ?? 0} events) to the log  ${told(log)}  ${(log / port).toFixed(2)} x the port (budget 0.50)`,
);
const [logMicros, portMicros] = [median(rounds.map((round) => round.log.micros)), median(rounds.map((round) => round.portMicros))];
const allMicros = median(rounds.map((round) => round.log.allMicros));
if (!Number.isNaN(logMicros)) {
  tell(
    `its deciding thread's processor time: ${logMicros.toFixed(1)} µs an event (all threads ${allMicros.toFixed(1)}), the port's ${portMicros.toFixed(1)}: ${(logMicros / portMicros).toFixed(2)} x`,
  );
}
tell(`the same until the read models show it               ${told(models)}  ${(models / port).toFixed(2)} x the port`);
tell(`its last fifth to its second: ${median(rounds.map((round) => round.log.last / round.log.first)).toFixed(2)}`);
rmSync(dir, { recursive: true, force: true });
