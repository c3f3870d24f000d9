// A projector on the MongoDB-compatible server that the specs use, or on the one at MONGODB_URL: `node dist/bench/mongo-projection.bench.js [--events 20000]`.
// Reported, not budgeted (design section 12); beside it the same projections into SQLite, in the same run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projections } from '../apps/wiring/projections.js';
import { catalog } from '../libs/event-catalog/catalog.js';
import { openSqliteEventStore } from '../libs/event-store/sqlite/sqlite-event-store.js';
import { openProjector } from '../libs/projection-engine/projector.js';
import { openMongoReadStore } from '../libs/read-store/mongodb/mongo-read-store.js';
import type { ReadStore } from '../libs/read-store/read-store.port.js';
import { openSqliteReadStore } from '../libs/read-store/sqlite/sqlite-read-store.js';
import { findMongoServer } from '../libs/testing/mongo-server.js';
import { makeLog } from './projection/made-log.js';

const { values } = parseArgs({ options: { events: { type: 'string', default: '20000' } } });
const EVENTS = Number(values.events);

const found = await findMongoServer();
if ('missing' in found) {
  console.log(found.missing);
  process.exit(0);
}
const dir = mkdtempSync(join(tmpdir(), 'dealtrail-bench-'));
const eventStore = openSqliteEventStore({
  ...{ file: join(dir, 'log.sqlite'), clock: { now: Date.now }, keyStoreId: 'bench-keys', simulated: true },
  checkStored: (type, schemaVersion, data, metadata) => catalog.checkStored(type, schemaVersion, data, metadata),
});

/** Events a second until all models are at the log's end. */
async function project(readStore: ReadStore, events: number): Promise<number> {
  const projector = await openProjector({ eventStore, readStore, projections });
  const began = performance.now();
  await projector.catchUp();
  const rate = (events / (performance.now() - began)) * 1_000;
  await readStore.close();
  return rate;
}

const url = `${found.url}/bench_${process.pid}`;
const sqlite = join(dir, 'models.sqlite');
await makeLog(eventStore, EVENTS);
const built = [
  await project(await openMongoReadStore({ url, timeoutMs: 60_000 }), EVENTS),
  await project(openSqliteReadStore({ file: sqlite }), EVENTS),
];
await makeLog(eventStore, EVENTS / 2, EVENTS);
const live = [
  await project(await openMongoReadStore({ url, timeoutMs: 60_000 }), EVENTS / 2),
  await project(openSqliteReadStore({ file: sqlite }), EVENTS / 2),
];
const told = (rate: number | undefined): string => Math.round(rate ?? NaN).toLocaleString('en-US');
console.log(`${projections.length} projections, events a second   ${found.kind}   SQLite`);
console.log(`built from nothing, ${EVENTS} events   ${told(built[0])}   ${told(built[1])}`);
console.log(`gone on with, ${EVENTS / 2} events   ${told(live[0])}   ${told(live[1])}`);
await eventStore.close();
await found.remove();
rmSync(dir, { recursive: true, force: true });
