import type { Dealtrail } from '../wiring/open-dealtrail.js';
import type { OnProgress } from './operation.js';

const TELL_MS = 500;

/** Until the read models have reached the end of the log as it is now, whoever keeps them. */
export async function bringUp({ models, projector, eventStore }: Dealtrail, onProgress: OnProgress): Promise<void> {
  if (models === null) return;
  const tell = setInterval(() => {
    models.lag().then(
      (lags) => onProgress({ work: 'projections', behind: Math.max(0, ...lags.map(({ events }) => events)) }),
      () => undefined, // what cannot be measured now is not told now
    );
  }, TELL_MS);
  try {
    if (projector !== null) return await projector.catchUp();
    // Other processes keep them: they are waited for as long as it takes.
    const { position } = await eventStore.head();
    await models.waitFor(position, Number.POSITIVE_INFINITY);
  } finally {
    clearInterval(tell);
  }
}
