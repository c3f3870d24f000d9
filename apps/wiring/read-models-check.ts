import type { ModelLag } from '../../libs/projection-engine/lag.js';
import type { ReadModels } from '../../libs/projection-engine/read-models.js';

/** A model that has not moved for so long while there are events for it is not being kept any more. */
const STUCK_SECONDS = 30;

/** Whether read models move. Those that somebody paused are told, and are no fault. */
export async function readModelsMove(models: ReadModels): Promise<{ readonly ok: boolean; readonly detail: string }> {
  const [unkept] = await models.unkept();
  if (unkept !== undefined) return { ok: false, detail: `nobody keeps ${unkept}: is a projector running (npm run start:projector)?` };
  const lags = await models.lag();
  const stopped = lags.find(standsStill);
  if (stopped)
    return { ok: false, detail: `${stopped.model} stands at position ${stopped.position}: ${stopped.error ?? 'it does not move'}` };
  const told = lags.map(({ model, events, state }) => `${model} ${events} events behind${state === 'paused' ? ' and paused' : ''}`);
  return { ok: true, detail: told.join(', ') };
}

export function standsStill({ state, stuckSeconds }: ModelLag): boolean {
  return state === 'stopped' || (state !== 'paused' && stuckSeconds > STUCK_SECONDS);
}
