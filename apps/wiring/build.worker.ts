import { parentPort, workerData } from 'node:worker_threads';
import { catalog } from '../../libs/event-catalog/catalog.js';
import { openSqliteEventStore } from '../../libs/event-store/sqlite/sqlite-event-store.js';
import { buildShares } from '../../libs/projection-engine/build-shares.js';
import { openSqliteReadStore } from '../../libs/read-store/sqlite/sqlite-read-store.js';
import type { BuildStores, BuildWork } from './build-elsewhere.js';
import { projections } from './projections.js';
import type { SharedStores } from './shared-stores.js';
import { openSharedStores } from './shared-stores.js';

/** A rebuild in a thread of its own, with connections of its own to log and read models. Ends with `built`, or with the error. */
const { stores, job } = workerData as BuildWork; // what `buildInWorker` hands in

async function open(where: BuildStores): Promise<SharedStores> {
  if (where.kind === 'shared') return openSharedStores(where);
  const { log, models, streamPrefix, keyStoreId } = where;
  const eventStore = openSqliteEventStore({
    ...{ file: log, clock: { now: Date.now }, streamPrefix, keyStoreId, readOnly: true },
    checkStored: (type, schemaVersion, data, metadata) => catalog.checkStored(type, schemaVersion, data, metadata),
  });
  // The process that serves must not wait for what this thread has written.
  const readStore = openSqliteReadStore({ file: models, checkpointPages: 500 });
  const close = async (): Promise<void> => {
    await readStore.close();
    await eventStore.close();
  };
  return { eventStore, readStore, close };
}

const { eventStore, readStore, close } = await open(stores);
try {
  await buildShares({ eventStore, readStore, projections, job });
  parentPort?.postMessage('built');
} finally {
  await close();
}
