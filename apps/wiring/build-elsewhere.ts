import { Worker } from 'node:worker_threads';
import type { EpochMs } from '../../libs/domain/shared/instant.js';
import { builtBeside } from '../../libs/event-store/built-beside.js';
import { openSqliteEventStore } from '../../libs/event-store/sqlite/sqlite-event-store.js';
import type { BuildElsewhere, BuildJob } from '../../libs/projection-engine/build-away.js';
import type { ProjectorNote } from '../../libs/projection-engine/notes.js';
import { openSqliteReadStore } from '../../libs/read-store/sqlite/sqlite-read-store.js';
import { checkStored } from './open-stores.js';
import type { SharedStoresConfig } from './shared-stores.js';

/** Where a worker finds embedded log and read models, to open connections of its own. */
export interface EmbeddedStores {
  readonly kind: 'embedded';
  readonly log: string;
  readonly models: string;
  readonly streamPrefix: string;
  readonly keyStoreId: string;
}

export type BuildStores = EmbeddedStores | ({ readonly kind: 'shared' } & SharedStoresConfig);

/** The log to be read, the read models to be written. @throws LogRefused, LogDamaged, EventStoreUnavailable, ReadStoreUnavailable, ReadStoreDamaged */
export function openEmbedded(
  { log, models, streamPrefix, keyStoreId }: EmbeddedStores,
  options: { readonly pollMs?: number; readonly checkpointPages?: number },
) {
  const { pollMs, checkpointPages } = options;
  const eventStore = openSqliteEventStore({
    ...{ file: log, clock: { now: Date.now }, streamPrefix, keyStoreId, readOnly: true, checkStored },
    ...(pollMs === undefined ? {} : { pollMs }),
  });
  const readStore = openSqliteReadStore({ file: models, ...(checkpointPages === undefined ? {} : { checkpointPages }) });
  const close = async (): Promise<void> => {
    await readStore.close();
    await eventStore.close();
  };
  return { eventStore, readStore, close };
}

/** What the worker is told. */
export interface BuildWork {
  readonly stores: BuildStores;
  readonly job: BuildJob;
}

/** What the worker tells: a page that it has committed, and at last that all is built. */
export type BuildTold = { readonly rows: number; readonly began: EpochMs } | 'built';

/** Rebuilds in a worker thread: the process goes on answering and projecting while a whole log is read. Its pages are told as the projector's own. */
export function buildInWorker(stores: BuildStores, note: (note: ProjectorNote) => void = () => undefined): BuildElsewhere {
  return (job, signal) =>
    new Promise((resolve, reject) => {
      const halfWay = new Error(`the rebuild of ${job.models.map(({ name }) => name).join(', ')} in a thread of its own ended half-way`);
      if (signal.aborted) return void reject(halfWay);
      const worker = new Worker(builtBeside(import.meta.url, 'build.worker.js'), { workerData: { stores, job } satisfies BuildWork });
      const end = (): void => void worker.terminate();
      let built = false;
      signal.addEventListener('abort', end, { once: true });
      worker.on('message', (told: BuildTold) => {
        if (told === 'built') built = true;
        else note({ kind: 'committed', members: [], events: [], ...told });
      });
      worker.once('error', reject);
      worker.once('exit', () => {
        signal.removeEventListener('abort', end);
        if (built) resolve();
        else reject(halfWay);
      });
    });
}
