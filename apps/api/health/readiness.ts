import { isoInstant } from '../../../libs/domain/shared/instant.js';
import type { Gate } from '../gate.js';
import type { Dealtrail } from '../../wiring/open-dealtrail.js';
import { readModelsMove } from '../../wiring/read-models-check.js';
import type { Readiness, ReadinessCheck } from '../../wiring/watch-port.js';
import { attempt } from '../../wiring/watch-port.js';

/** Asks the stores themselves each time: nothing is remembered as healthy. */
export function readinessOf({ eventStore, readStore, keyStore, models }: Dealtrail, gate: Gate): Readiness {
  const at = (name: string, detail: string): ReadinessCheck => ({ name, ok: false, detail });
  return {
    check: async () => {
      const checks = [
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
        ...(models === null ? [] : [attempt('projections', () => readModelsMove(models))]),
      ];
      return [
        ...(gate.draining ? [at('stop', 'the server is about to end')] : []),
        ...(gate.reason === null ? [] : [at('start', gate.reason)]),
        ...(await Promise.all(checks)),
      ];
    },
  };
}
