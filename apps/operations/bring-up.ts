import type { Projector } from '../../libs/projection-engine/projector.js';
import type { OnProgress } from './operation.js';

const TELL_MS = 500;

/** Until the read models have reached the end of the log as it is now. */
export async function bringUp(projector: Projector, onProgress: OnProgress): Promise<void> {
  const tell = setInterval(() => {
    projector.lag().then(
      (lags) => onProgress({ work: 'projections', behind: Math.max(0, ...lags.map(({ events }) => events)) }),
      () => undefined, // what cannot be measured now is not told now
    );
  }, TELL_MS);
  try {
    await projector.catchUp();
  } finally {
    clearInterval(tell);
  }
}
