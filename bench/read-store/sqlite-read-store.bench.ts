import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteReadStore } from '../../libs/read-store/sqlite/sqlite-read-store.js';
import { INDEX_COLUMNS, INTERVALS, intervalBatches } from './interval-rows.js';

/** `node dist/bench/read-store/sqlite-read-store.bench.js [rows]`: how fast interval rows are written and read. */
const rows = Number(process.argv[2] ?? 500_000);
const dir = mkdtempSync(join(tmpdir(), 'dealtrail-bench-'));
const file = join(dir, 'rows.db');

async function timed(what: string, work: () => Promise<number>): Promise<void> {
  const start = performance.now();
  const count = await work();
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `${what.padEnd(44)} ${seconds.toFixed(2).padStart(8)} s ${Math.round(count / seconds)
      .toLocaleString('en')
      .padStart(12)} /s`,
  );
}

try {
  const store = openSqliteReadStore({ file });
  await timed('making the rows alone', async () => {
    for (const batch of intervalBatches(rows, 1_000)) void batch;
    return rows;
  });
  await store.prepare(INTERVALS, { indexes: 'later' });
  await timed('rebuild: 1,000 events a commit', async () => {
    for (const batch of intervalBatches(rows, 1_000)) await store.commit([batch]);
    return rows;
  });
  await timed('indexes', async () => {
    await store.index(INTERVALS);
    return rows;
  });
  console.log(`file ${(statSync(file).size / rows).toFixed(0)} bytes a row`);
  await timed('all columns as rows', async () => {
    let count = 0;
    for await (const page of store.rowsKnownAt(INTERVALS, rows)) count += page.length;
    return count;
  });
  await timed(`${INDEX_COLUMNS.length} columns as arrays`, async () => {
    let count = 0;
    for await (const page of store.scan(INTERVALS, INDEX_COLUMNS, { after: 0, through: rows })) count += page.length;
    return count;
  });
  await timed('as of an instant in the middle', async () => {
    const asOf = Date.UTC(2010, 0, 1) + rows * 25;
    let count = 0;
    for await (const page of store.rowsAsOf(INTERVALS, { asOf, knownAt: rows })) count += page.length;
    return count;
  });
  await timed('changed in 100 positions, 1,000 times', async () => {
    let count = 0;
    for (let after = 0; after < 1_000; after += 1) {
      for await (const page of store.rowsChanged(INTERVALS, after * 100, after * 100 + 100)) count += page.length;
    }
    return count;
  });
  await store.drop(INTERVALS);
  await store.prepare(INTERVALS);
  await timed('live: one event a commit', async () => {
    const events = Math.min(rows, 20_000);
    for (const batch of intervalBatches(events, 1)) await store.commit([batch]);
    return events;
  });
  await store.close();
} finally {
  rmSync(dir, { recursive: true, force: true });
}
