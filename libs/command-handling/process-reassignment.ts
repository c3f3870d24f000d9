import type { DealId, PipelineId } from '../domain/shared/ids.js';
import { streamName } from '../domain/shared/ids.js';
import { SYSTEM_ACTOR } from '../event-store/event-store.port.js';
import type { CarryingOut } from './carrying-out.js';
import type { CommandContext, StreamSteps } from './command.js';

const BATCH = 500;

export interface Reassigned {
  readonly looked: number;
  readonly moved: number;
}

/**
 * When a version that removes a stage has come into force: moves each listed deal that stands there to where the version sends it. `deals` may list too many (every deal of the
 * pipeline will do): each is decided on its own stream. It may be stopped and started again at any point; a deal moved already, by an earlier run or by a command that met it
 * first, gets no second event.
 */
export async function reassignRemovedStages(
  handling: CarryingOut,
  pipelineId: PipelineId,
  deals: AsyncIterable<DealId> | Iterable<DealId>,
  signal?: AbortSignal,
): Promise<Reassigned> {
  // The version itself is named as cause on each event (deciding.ts); what holds the batch together is the pipeline.
  const context: CommandContext = { actor: SYSTEM_ACTOR, correlationId: streamName('pipeline', pipelineId) };
  let looked = 0;
  let moved = 0;
  let batch: StreamSteps[] = [];
  const settle = async (): Promise<void> => {
    const outcomes = await handling.executeStreams(batch);
    looked += batch.length;
    moved += outcomes.filter(({ steps }) => steps[0]?.status === 'appended').length;
    batch = [];
  };
  for await (const id of deals) {
    if (signal?.aborted === true) break;
    batch.push({ stream: streamName('deal', id), steps: [{ command: { type: 'ReassignRemovedStage', id }, context }] });
    if (batch.length === BATCH) await settle();
  }
  if (batch.length > 0) await settle();
  return { looked, moved };
}
