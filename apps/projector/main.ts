import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { measureReadModels, projectionWatch } from '../../libs/observability/watched-projections.js';
import { backoff, isTransient, messageOf } from '../../libs/projection-engine/faults.js';
import type { Projector } from '../../libs/projection-engine/projector.js';
import type { ProjectorNote } from '../../libs/projection-engine/notes.js';
import { openProjector } from '../../libs/projection-engine/projector.js';
import { EXIT } from '../cli/exit-codes.js';
import { exitOf, lineOf } from '../cli/failure.js';
import { buildInWorker } from '../wiring/build-elsewhere.js';
import type { ProjectorConfig } from '../wiring/config.js';
import { ConfigError, readProjectorConfig } from '../wiring/config.js';
import type { Observability } from '../wiring/observability.js';
import { openObservability } from '../wiring/observability.js';
import { nameOf, projectorNotes } from '../wiring/projector-notes.js';
import { partitionsByModel, projections } from '../wiring/projections.js';
import { standsStill } from '../wiring/read-models-check.js';
import type { SharedStores } from '../wiring/shared-stores.js';
import { openSharedStores } from '../wiring/shared-stores.js';
import type { Readiness, ReadinessCheck } from '../wiring/watch-port.js';
import { attempt, openWatchPort } from '../wiring/watch-port.js';

const stopping = new AbortController();

/** The first signal ends it with the page at hand; a second one, or an end that hangs, ends it at once: what was not committed is taken again by the next owner. */
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping.signal.aborted) process.exit(EXIT.failed);
    stopping.abort();
    setTimeout(() => process.exit(EXIT.failed), 10_000).unref();
  });
}

/** What is at work now, for who asks whether this process is of use; null while it waits for the stores. */
let atWork: { readonly stores: SharedStores; readonly projector: Projector } | null = null;

/** Whether this process can do its part: another one's partitions are not its business. */
const readiness: Readiness = {
  check: async () => {
    if (stopping.signal.aborted) return [{ name: 'stop', ok: false, detail: 'the process is about to end' }];
    if (atWork === null) return [{ name: 'start', ok: false, detail: 'the stores cannot be reached yet' }];
    const { stores, projector } = atWork;
    return Promise.all([
      attempt('event log', async () => ({ ok: true, detail: `at position ${(await stores.eventStore.head()).position}` })),
      attempt('projections', () => ownPartitionsMove(projector)),
    ]);
  },
};

async function ownPartitionsMove(projector: Projector): Promise<Omit<ReadinessCheck, 'name'>> {
  const own = new Set(projector.members().map(nameOf));
  const lags = (await projector.lag()).filter(({ model, version, partition }) =>
    own.has(nameOf({ model: { name: model, version }, partition })),
  );
  const still = lags.find(standsStill);
  return still === undefined
    ? { ok: true, detail: `${own.size} partitions` }
    : { ok: false, detail: `${still.model} stands at position ${still.position}: ${still.error ?? 'it does not move'}` };
}

/** Until the process is told to stop, or the projector gives up. @throws why it gave up */
async function project(config: ProjectorConfig, { metrics, tracing, log }: Observability): Promise<void> {
  const stores = await openSharedStores(config);
  const [count, write] = [projectionWatch(metrics, tracing), projectorNotes(log)];
  const failure = new AbortController();
  const note = (one: ProjectorNote): void => {
    count(one);
    write(one);
    if (one.kind === 'failed') failure.abort(new Error(one.error));
  };
  try {
    const projector = await openProjector({
      ...{ eventStore: stores.eventStore, readStore: stores.readStore, projections },
      leases: { owner: `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}` },
      partitions: partitionsByModel(config.partitions),
      buildElsewhere: buildInWorker({ kind: 'shared', ...config }, note),
      note,
    });
    projector.start();
    atWork = { stores, projector };
    measureReadModels(metrics, projector, stores.eventStore);
    metrics.readAtScrape('projector', () => metrics.of.keptPartitions.set(projector.members().length));
    log.info({ partitions: projector.members().map(nameOf) }, 'projecting');
    await aborted(AbortSignal.any([stopping.signal, failure.signal]));
    await projector.stop();
    failure.signal.throwIfAborted();
  } finally {
    atWork = null;
    await stores.close();
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/** Stores that are not there yet are waited for. */
async function run(config: ProjectorConfig, observability: Observability): Promise<void> {
  for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
    try {
      return await project(config, observability);
    } catch (error) {
      if (!isTransient(error)) throw error;
      observability.log.warn({ error: messageOf(error), attempt }, 'waiting for the stores');
      await sleep(backoff(attempt, 100, 3_000), undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
}

/** What is told of this process is told until it ends. */
async function runWatched(config: ProjectorConfig): Promise<void> {
  const observability = await openObservability(config.observing, 'dealtrail-projector');
  const { metricsAt } = config.observing;
  const watched = metricsAt && (await openWatchPort(metricsAt, { metrics: observability.metrics, readiness }));
  if (watched) observability.log.info({ address: watched.address }, 'metrics and health');
  try {
    await run(config, observability);
  } finally {
    await watched?.close();
    await observability.tracing?.stop();
  }
}

try {
  await runWatched(readProjectorConfig(process.env));
  process.exit(EXIT.done);
} catch (error) {
  process.stderr.write(`dealtrail: ${lineOf(error)}\n`);
  process.exit(error instanceof ConfigError ? EXIT.usage : exitOf(error));
}
