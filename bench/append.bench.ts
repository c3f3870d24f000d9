// Port appends against a bare better-sqlite3 loop into a file of the same format: `node dist/bench/append.bench.js [--events 40000] [--rounds 5]`.
// Both commit durably (WAL, synchronous=FULL) once per batch. Rounds alternate; what is printed is the median of each and their ratio.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { v7 } from 'uuid';
import type { JsonObject } from '../libs/domain/shared/envelope.js';
import { streamName } from '../libs/domain/shared/ids.js';
import type { EventId, StreamName } from '../libs/domain/shared/ids.js';
import { catalog } from '../libs/event-catalog/catalog.js';
import type { AppendRequest } from '../libs/event-store/event-store.port.js';
import { openSqliteEventStore } from '../libs/event-store/sqlite/sqlite-event-store.js';

const { values } = parseArgs({ options: { events: { type: 'string', default: '40000' }, rounds: { type: 'string', default: '5' } } });
const EVENTS = Number(values.events);
const ROUNDS = Number(values.rounds);
const TYPES = ['ExpectedValueEstimated', 'StageAdvanced', 'DecisionDateExpected', 'ChanceAssessed'] as const;

interface BenchEvent {
  readonly eventId: EventId;
  readonly type: string;
  readonly data: JsonObject;
  readonly metadata: JsonObject;
}

const sealed = (box: string): JsonObject => ({ box, field: 'StageAdvanced.reason', person: 'contact-8f14e45f', sealed: 1 });

/** Some 500 bytes an event, as command handling writes them: keys in order, personal fields sealed. */
function makeEvent(index: number): BenchEvent {
  const type = TYPES[index % TYPES.length] ?? 'StageAdvanced';
  const data: JsonObject =
    type === 'StageAdvanced'
      ? { from: 'qualification', reason: sealed(Buffer.alloc(72, index).toString('base64')), skipped: ['meeting'], to: 'proposal' }
      : type === 'ExpectedValueEstimated'
        ? { value: { currency: 'USD', minor: 100_000 + index } }
        : type === 'DecisionDateExpected'
          ? { decisionDate: '2026-12-31', projectStart: '2027-02-01' }
          : { get: 4_500, go: 6_000 };
  const id = v7();
  return {
    eventId: id as EventId, // freshly made
    type,
    data,
    metadata: {
      actor: { id: `employee-${index % 200}`, kind: 'person' },
      causationId: id,
      correlationId: id,
      effectiveAt: '2026-11-23T12:00:00.000Z',
      idempotencyKey: `${id}-key`,
      processVersion: 'standard@3',
      requestHash: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
      schemaVersion: 1,
    },
  };
}

/** The bare loop: one transaction a batch, nothing checked, nothing looked up but its own dictionaries. */
function bareLoop(file: string, feed: 'objects' | 'strings') {
  const store = openSqliteEventStore({ file, clock: { now: Date.now }, checkStored: () => undefined, keyStoreId: 'bench' });
  store.log.close(); // made the tables
  const db = new Database(file);
  db.pragma('synchronous = FULL');
  db.pragma('wal_autocheckpoint = 2000');
  const insertStream = db.prepare('INSERT INTO streams (name, category) VALUES (?, 2)');
  const insertType = db.prepare('INSERT INTO types (name, json) VALUES (?, 1)');
  const insert = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const streams = new Map<string, { id: number; revision: number }>();
  const types = new Map<string, number>();
  let position = 1;
  const write = db.transaction((stream: string, events: readonly BenchEvent[], strings: readonly (readonly [string, string])[]) => {
    const now = Date.now();
    let known = streams.get(stream);
    if (known === undefined) streams.set(stream, (known = { id: Number(insertStream.run(stream).lastInsertRowid), revision: -1 }));
    for (let index = 0; index < events.length; index += 1) {
      const event = events[index];
      if (event === undefined) break;
      let type = types.get(event.type);
      if (type === undefined) types.set(event.type, (type = Number(insertType.run(event.type).lastInsertRowid)));
      const id = Buffer.from(event.eventId.replaceAll('-', ''), 'hex');
      const ready = strings[index];
      insert.run(
        (position += 1),
        known.id,
        (known.revision += 1),
        type,
        now,
        id,
        ready?.[0] ?? JSON.stringify(event.data),
        ready?.[1] ?? JSON.stringify(event.metadata),
      );
    }
  });
  return {
    run(batches: readonly Batch[]): void {
      for (const { stream, events, strings } of batches) write(stream, events, feed === 'strings' ? strings : []);
    },
    close: () => db.close(),
  };
}

interface Batch {
  readonly stream: StreamName;
  readonly revision: number;
  readonly events: readonly BenchEvent[];
  readonly strings: readonly (readonly [string, string])[];
}

let streamsMade = 0;

/** Batches of one append to one stream each; a stream gets `appends` of them. */
function makeBatches(size: number, appends: number): Batch[] {
  return Array.from({ length: Math.ceil(EVENTS / size) }, (_, index) => {
    if (index % appends === 0) streamsMade += 1;
    const events = Array.from({ length: size }, (_item, item) => makeEvent(index * size + item));
    return {
      stream: streamName('deal', `crm-${streamsMade}`),
      revision: (index % appends) * size - 1,
      events,
      strings: events.map((event) => [JSON.stringify(event.data), JSON.stringify(event.metadata)] as const),
    };
  });
}

const request = ({ stream, revision, events }: Batch): AppendRequest => ({ stream, expected: revision < 0 ? 'none' : revision, events });

async function timed(work: () => void | Promise<void>, events: number): Promise<number> {
  const started = performance.now();
  await work();
  return events / ((performance.now() - started) / 1_000);
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
const rate = (perSecond: number): string => `${Math.round(perSecond).toLocaleString('en-US').padStart(9)} events/s`;

const dir = mkdtempSync(join(tmpdir(), 'dealtrail-bench-'));
try {
  const store = openSqliteEventStore({
    file: join(dir, 'port.db'),
    clock: { now: Date.now },
    checkStored: (type, version, data, metadata) => catalog.checkStored(type, version, data, metadata),
    keyStoreId: 'bench',
  });
  const objects = bareLoop(join(dir, 'objects.db'), 'objects');
  const strings = bareLoop(join(dir, 'strings.db'), 'strings');

  const measured = { port: [] as number[], objects: [] as number[], strings: [] as number[], many: [] as number[] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    const batches = makeBatches(100, 10);
    const bareObjects = await timed(() => objects.run(batches), EVENTS);
    const port = await timed(async () => {
      for (const batch of batches) await store.append(batch.stream, batch.revision < 0 ? 'none' : batch.revision, batch.events);
    }, EVENTS);
    const bareStrings = await timed(() => strings.run(batches), EVENTS);
    // As an import writes: a hundred deals of ten events in one commit.
    const deals = makeBatches(10, 1);
    const many = await timed(async () => {
      for (let index = 0; index < deals.length; index += 100) await store.appendMany(deals.slice(index, index + 100).map(request));
    }, EVENTS);
    if (round === 0) continue; // warm-up
    measured.objects.push(bareObjects);
    measured.port.push(port);
    measured.strings.push(bareStrings);
    measured.many.push(many);
  }
  const [port, bareObjects, bareStrings, many] = [measured.port, measured.objects, measured.strings, measured.many].map(median);
  const line = (what: string, value = NaN, ratio = ''): void => console.log(`${what.padEnd(58)} ${rate(value)}  ${ratio}`);
  line('bare better-sqlite3 loop, batches of 100, stringifying', bareObjects);
  line('bare better-sqlite3 loop, batches of 100, fed with strings', bareStrings);
  const ratio = (to = NaN, budget = ''): string => `${((port ?? NaN) / to).toFixed(2)} x ${budget}`;
  line(
    'port append, batches of 100',
    port,
    `${ratio(bareObjects, 'stringifying (budget 0.70)')}, ${ratio(bareStrings, 'strings (budget 0.50)')}`,
  );
  line('port appendMany, 100 streams of 10 events a commit', many);
  await store.close();
  objects.close();
  strings.close();
} finally {
  rmSync(dir, { recursive: true });
}
