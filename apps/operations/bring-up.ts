import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadModels } from '../../libs/projection-engine/read-models.js';
import type { Dealtrail } from '../wiring/open-dealtrail.js';
import type { OnProgress } from './operation.js';

const TELL_MS = 500;
/** Counting what is left reads the log, which may be elsewhere: it takes no more than so much of the time. */
const TELLING_SHARE = 0.1;

/** Until the read models have reached the end of the log as it is now, whoever keeps them. */
export async function bringUp({ models, projector, eventStore }: Dealtrail, onProgress: OnProgress): Promise<void> {
  if (models === null) return;
  const done = new AbortController();
  void tellOn(models, onProgress, done.signal);
  try {
    if (projector !== null) return await projector.catchUp();
    // Other processes keep them: they are waited for as long as it takes.
    const { position } = await eventStore.head();
    await models.waitFor(position, Number.POSITIVE_INFINITY);
  } finally {
    done.abort();
  }
}

/** Says now and then how much is left, one count at a time. */
async function tellOn(models: ReadModels, onProgress: OnProgress, signal: AbortSignal): Promise<void> {
  for (let pause = TELL_MS; ;) {
    await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    const began = performance.now();
    const lags = await models.lag().catch(() => []); // what cannot be measured now is not told now
    if (signal.aborted) return;
    if (lags.length > 0) onProgress({ work: 'projections', behind: Math.max(...lags.map(({ events }) => events)) });
    pause = Math.max(TELL_MS, (performance.now() - began) / TELLING_SHARE);
  }
}
