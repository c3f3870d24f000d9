import { isoInstant } from '../../../libs/domain/shared/instant.js';
import type { Gate } from '../gate.js';
import type { Dealtrail } from '../../wiring/open-dealtrail.js';

/** One thing that must hold before commands and questions make sense. */
export interface ReadinessCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface Readiness {
  check(): Promise<readonly ReadinessCheck[]>;
}

/** A model that has not moved for so long while there are events for it is not being kept any more. */
const STUCK_SECONDS = 30;

async function attempt(name: string, look: () => Promise<Omit<ReadinessCheck, 'name'>>): Promise<ReadinessCheck> {
  try {
    return { name, ...(await look()) };
  } catch (error) {
    return { name, ok: false, detail: (error as Error).message };
  }
}

/** Asks the stores themselves each time: nothing is remembered as healthy. */
export function readinessOf({ eventStore, readStore, keyStore, models }: Dealtrail, gate: Gate): Readiness {
  return {
    check: () =>
      Promise.all([
        ...(gate.reason === null ? [] : [Promise.resolve({ name: 'start', ok: false, detail: gate.reason })]),
        attempt('event log', async () => {
          const { position, recordedAt } = await eventStore.head();
          return { ok: true, detail: `at position ${position}, recorded ${isoInstant(recordedAt)}` };
        }),
        attempt('key store', async () => {
          await keyStore.find('readiness');
          return { ok: true, detail: 'open' };
        }),
        attempt('read store', async () => {
          await readStore.parked();
          return { ok: true, detail: 'open' };
        }),
        ...(models
          ? [
              attempt('projections', async () => {
                const lags = await models.lag();
                const stopped = lags.find(({ state, stuckSeconds }) => state === 'stopped' || stuckSeconds > STUCK_SECONDS);
                if (stopped)
                  return {
                    ok: false,
                    detail: `${stopped.model} stands at position ${stopped.position}: ${stopped.error ?? 'it does not move'}`,
                  };
                return { ok: true, detail: lags.map(({ model, events }) => `${model} ${events} events behind`).join(', ') };
              }),
            ]
          : []),
      ]),
  };
}
