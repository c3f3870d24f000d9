import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordedEvent } from '../domain/shared/envelope.js';
import type { EpochMs } from '../domain/shared/instant.js';
import { LOG_START } from '../domain/shared/position.js';
import { catalog } from '../event-catalog/catalog.js';
import type { EventStore } from '../event-store/event-store.port.js';
import { openSqliteEventStore } from '../event-store/sqlite/sqlite-event-store.js';
import type { ReadModel, ReadStore, Row } from '../read-store/read-store.port.js';
import type { SqliteReadStoreOptions } from '../read-store/sqlite/sqlite-read-store.js';
import { openSqliteReadStore } from '../read-store/sqlite/sqlite-read-store.js';
import { toAppend } from './histories.js';

/** A log and read stores in a folder of their own, removed with it. */
export interface TestStores {
  readonly eventStore: EventStore;
  readonly readStore: ReadStore;
  /** Appends generated or told events one by one; recorded when they say so. @returns what the log holds of them */
  append(events: readonly RecordedEvent[]): Promise<void>;
  /** Everything of ours that the log holds, decoded. */
  recorded(): Promise<RecordedEvent[]>;
  /** Another connection to the same rows. */
  reopenReadStore(options?: Partial<SqliteReadStoreOptions>): ReadStore;
  /** A read store with nothing in it. */
  emptyReadStore(): ReadStore;
  readonly dir: string;
  remove(): Promise<void>;
}

export function openTestStores(options: { now?: () => EpochMs } = {}): TestStores {
  const dir = mkdtempSync(join(tmpdir(), 'dealtrail-stores-'));
  const eventStore = openSqliteEventStore({
    file: join(dir, 'log.db'),
    clock: { now: options.now ?? (() => 1_700_000_000_000) },
    checkStored: (type, schemaVersion, data, metadata) => catalog.checkStored(type, schemaVersion, data, metadata),
    keyStoreId: 'test-keys',
    simulated: true,
  });
  const opened: ReadStore[] = [];
  const open = (file: string, more: Partial<SqliteReadStoreOptions> = {}): ReadStore => {
    const store = openSqliteReadStore({ file, ...more });
    opened.push(store);
    return store;
  };
  const file = join(dir, 'read.db');
  return {
    dir,
    eventStore,
    readStore: open(file),
    append: async (events) => {
      for (const event of events) {
        const request = { stream: event.stream, expected: 'any' as const, events: [toAppend(event)], recordedAt: event.recordedAt };
        const [result] = await eventStore.appendMany([request]);
        if (result?.status === 'rejected') throw result.reason;
      }
    },
    recorded: async () => (await eventStore.readAll({ after: LOG_START, limit: 1_000_000 })).events.map((stored) => catalog.decode(stored)),
    reopenReadStore: (more) => open(file, more),
    emptyReadStore: () => open(join(dir, `read-${opened.length}.db`)),
    remove: async () => {
      await eventStore.close();
      for (const store of opened) await store.close();
      rmSync(dir, { recursive: true });
    },
  };
}

/** Every row of a model that was known at some position, in the order of their keys. */
export async function allRows(readStore: ReadStore, model: ReadModel): Promise<Row[]> {
  const rows = new Map<string, Row>();
  for await (const page of readStore.rowsChanged(model, 0, Number.MAX_SAFE_INTEGER - 1)) {
    for (const row of page) rows.set(`${String(row.openedBy).padStart(20, '0')} ${row.ordinal} ${row.entity}`, row);
  }
  return [...rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
