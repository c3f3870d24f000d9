import type { ModelBatch, RowChange } from '../../libs/read-store/read-store.port.js';
import { handlingOf } from '../../libs/projection-engine/projection.js';
import { pipelineSnapshot } from '../../projections/pipeline-snapshot/pipeline-snapshot.js';
import { dealLog } from './deal-log.js';

const PER_BATCH = 2_000;
export const BENCH_LOG = 'bench-log';

/** The rows of `pipeline-snapshot` of the made log, through the projection itself, as a projector would commit them from position `after` on. */
export function* rowBatches(events: number, until = events): Generator<ModelBatch> {
  const states = new Map<string, typeof pipelineSnapshot.initial>();
  let changes: RowChange[] = [];
  let count = 0;
  for (const { event, history } of dealLog(events)) {
    const step =
      handlingOf(pipelineSnapshot, event) === 'handle'
        ? pipelineSnapshot.apply(states.get(event.stream) ?? pipelineSnapshot.initial, event, history)
        : null;
    if (step !== null) {
      changes.push(...step.changes);
      // A closed deal's events are over.
      if (CLOSING.has(event.type)) states.delete(event.stream);
      else states.set(event.stream, step.state);
    }
    count += 1;
    if (count % PER_BATCH === 0 || count === until) {
      const { position, eventId, recordedAt } = event;
      yield {
        model: pipelineSnapshot.model,
        partition: 0,
        changes,
        checkpoint: { position, eventId, recordedAt, logId: BENCH_LOG, epoch: 0 },
      };
      changes = [];
    }
    if (count === until) return;
  }
}

const CLOSING = new Set(['DealWon', 'DealLost', 'RequestFiled']);
