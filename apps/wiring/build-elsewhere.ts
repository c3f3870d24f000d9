import { Worker } from 'node:worker_threads';
import { builtBeside } from '../../libs/event-store/built-beside.js';
import type { BuildElsewhere, BuildJob } from '../../libs/projection-engine/build-away.js';
import type { SharedStoresConfig } from './shared-stores.js';

/** Where a worker finds log and read models, to open connections of its own. */
export type BuildStores =
  | {
      readonly kind: 'embedded';
      readonly log: string;
      readonly models: string;
      readonly streamPrefix: string;
      readonly keyStoreId: string;
    }
  | ({ readonly kind: 'shared' } & SharedStoresConfig);

/** What the worker is told. */
export interface BuildWork {
  readonly stores: BuildStores;
  readonly job: BuildJob;
}

/** Rebuilds in a worker thread: the process goes on answering and projecting while a whole log is read. */
export function buildInWorker(stores: BuildStores): BuildElsewhere {
  return (job, signal) =>
    new Promise((resolve, reject) => {
      const halfWay = new Error(`the rebuild of ${job.name} in a thread of its own ended half-way`);
      if (signal.aborted) return void reject(halfWay);
      const worker = new Worker(builtBeside(import.meta.url, 'build.worker.js'), { workerData: { stores, job } satisfies BuildWork });
      const end = (): void => void worker.terminate();
      let built = false;
      signal.addEventListener('abort', end, { once: true });
      worker.once('message', () => (built = true));
      worker.once('error', reject);
      worker.once('exit', () => {
        signal.removeEventListener('abort', end);
        if (built) resolve();
        else reject(halfWay);
      });
    });
}
