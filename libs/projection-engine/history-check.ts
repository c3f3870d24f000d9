import { LOG_START } from '../domain/shared/position.js';
import type { EventStore } from '../event-store/event-store.port.js';
import type { Checkpoint } from '../read-store/read-store.port.js';
import { AnotherHistory } from './faults.js';

const CURE = 'rebuild the read models (`dealtrail rebuild --all`), or start with the read store that belongs to this log';

/**
 * Whether a checkpoint was made from this very log: its id, and the event at the checkpoint's position. @throws AnotherHistory, one line that names the cure:
 * another log, or this log restored to an earlier state than the read models have seen.
 */
export async function checkHistory(eventStore: EventStore, model: string, checkpoint: Checkpoint): Promise<void> {
  const { logId } = eventStore.identity;
  if (checkpoint.logId !== logId) {
    throw new AnotherHistory(`read model ${model} was made from log ${checkpoint.logId}, this log is ${logId}: ${CURE}`);
  }
  if (checkpoint.position === LOG_START) return;
  const head = await eventStore.head();
  if (head.position < checkpoint.position) {
    throw new AnotherHistory(
      `read model ${model} has seen position ${checkpoint.position}, this log ends at ${head.position} (restored from a backup?): ${CURE}`,
    );
  }
  const event = await eventStore.eventAt(checkpoint.position);
  if (checkpoint.eventId !== null && event?.eventId !== checkpoint.eventId) {
    const there = event === undefined ? 'none' : event.eventId;
    throw new AnotherHistory(
      `read model ${model} has seen event ${checkpoint.eventId} at position ${checkpoint.position}, this log has ${there} there: ${CURE}`,
    );
  }
}
