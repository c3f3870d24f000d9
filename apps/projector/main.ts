import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { backoff, isTransient, messageOf } from '../../libs/projection-engine/faults.js';
import type { ProjectorNote } from '../../libs/projection-engine/notes.js';
import { openProjector } from '../../libs/projection-engine/projector.js';
import { EXIT } from '../cli/exit-codes.js';
import { exitOf, lineOf } from '../cli/failure.js';
import { buildInWorker } from '../wiring/build-elsewhere.js';
import type { ProjectorConfig } from '../wiring/config.js';
import { ConfigError, readProjectorConfig } from '../wiring/config.js';
import { partitionsByModel, projections } from '../wiring/projections.js';
import { openSharedStores } from '../wiring/shared-stores.js';

const log = pino({ name: 'dealtrail-projector' }, pino.destination({ dest: 2, sync: true }));
const stopping = new AbortController();

/** The first signal ends it with the page at hand; a second one, or an end that hangs, ends it at once: what was not committed is taken again by the next owner. */
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping.signal.aborted) process.exit(EXIT.failed);
    stopping.abort();
    setTimeout(() => process.exit(EXIT.failed), 10_000).unref();
  });
}

function tell(note: ProjectorNote): void {
  if (note.kind === 'failed' || note.kind === 'stopped') log.error({ error: note.error }, 'a read model does not go on');
  else if (note.kind === 'parked') log.error(note.parked, 'a stream was parked');
  else if (note.kind === 'store-unavailable') log.warn({ error: note.error, attempt: note.attempt }, 'a store cannot be reached');
  else if (note.kind === 'build-came-back') log.warn({ error: note.error }, 'a rebuild goes on in the main thread');
  else if (note.kind === 'switched') log.info({ model: note.name, version: note.version }, 'readers are switched to the new rows');
  else if (note.kind === 'taken-on' || note.kind === 'let-go') log.info({ partitions: note.members.map(nameOf) }, note.kind);
}

function nameOf({
  model,
  partition,
}: {
  readonly model: { readonly name: string; readonly version: number };
  readonly partition: number;
}): string {
  return `${model.name}@${model.version}/${partition}`;
}

/** Until the process is told to stop, or the projector gives up. @throws why it gave up */
async function project(config: ProjectorConfig): Promise<void> {
  const stores = await openSharedStores(config);
  const failure = new AbortController();
  try {
    const projector = await openProjector({
      ...{ eventStore: stores.eventStore, readStore: stores.readStore, projections },
      leases: { owner: `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}` },
      partitions: partitionsByModel(config.partitions),
      buildElsewhere: buildInWorker({ kind: 'shared', ...config }),
      note: (note) => {
        tell(note);
        if (note.kind === 'failed') failure.abort(new Error(note.error));
      },
    });
    projector.start();
    log.info({ partitions: projector.members().map(nameOf) }, 'projecting');
    await aborted(AbortSignal.any([stopping.signal, failure.signal]));
    await projector.stop();
    failure.signal.throwIfAborted();
  } finally {
    await stores.close();
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/** Stores that are not there yet are waited for. */
async function run(config: ProjectorConfig): Promise<void> {
  for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
    try {
      return await project(config);
    } catch (error) {
      if (!isTransient(error)) throw error;
      log.warn({ error: messageOf(error), attempt }, 'waiting for the stores');
      await sleep(backoff(attempt, 100, 3_000), undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
}

try {
  await run(readProjectorConfig(process.env));
  process.exit(EXIT.done);
} catch (error) {
  process.stderr.write(`dealtrail: ${lineOf(error)}\n`);
  process.exit(error instanceof ConfigError ? EXIT.usage : exitOf(error));
}
