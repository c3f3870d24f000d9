import { parentPort, workerData } from 'node:worker_threads';
import { buildShares } from '../../libs/projection-engine/build-shares.js';
import type { BuildStores, BuildTold, BuildWork } from './build-elsewhere.js';
import { openEmbedded } from './build-elsewhere.js';
import { projections } from './projections.js';
import type { SharedStores } from './shared-stores.js';
import { openSharedStores } from './shared-stores.js';

/** A rebuild in a thread of its own, with connections of its own to log and read models. Ends with `built`, or with the error. */
const { stores, job } = workerData as BuildWork; // what `buildInWorker` hands in

async function open(where: BuildStores): Promise<SharedStores> {
  if (where.kind === 'shared') return openSharedStores(where);
  // The process that serves must not wait for what this thread has written.
  return openEmbedded(where, { checkpointPages: 500 });
}

const { eventStore, readStore, close } = await open(stores);
try {
  const tell = (told: BuildTold): void => parentPort?.postMessage(told);
  await buildShares({
    ...{ eventStore, readStore, projections, job },
    note: (note) => {
      if (note.kind === 'committed') tell({ rows: note.rows, began: note.began });
    },
  });
  tell('built');
} finally {
  await close();
}
