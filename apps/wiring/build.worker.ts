import { parentPort, workerData } from 'node:worker_threads';
import { catalog } from '../../libs/event-catalog/catalog.js';
import { openSqliteEventStore } from '../../libs/event-store/sqlite/sqlite-event-store.js';
import { buildShares } from '../../libs/projection-engine/build-shares.js';
import { openSqliteReadStore } from '../../libs/read-store/sqlite/sqlite-read-store.js';
import type { BuildWork } from './build-elsewhere.js';
import { projections } from './projections.js';

/** A rebuild in a thread of its own, with connections of its own to log and read models. Ends with `built`, or with the error. */
const { log, models, streamPrefix, keyStoreId, job } = workerData as BuildWork; // what `buildElsewhere` hands in

const eventStore = openSqliteEventStore({
  file: log,
  clock: { now: Date.now },
  checkStored: (type, schemaVersion, data, metadata) => catalog.checkStored(type, schemaVersion, data, metadata),
  streamPrefix,
  keyStoreId,
  readOnly: true,
});
const readStore = openSqliteReadStore({ file: models, checkpointPages: 500 });
try {
  await buildShares({ eventStore, readStore, projections, job });
  parentPort?.postMessage('built');
} finally {
  await readStore.close();
  await eventStore.close();
}
