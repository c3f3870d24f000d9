import type { DomainEvent, EventMetadata, RecordedEvent } from '../domain/shared/envelope.js';
import type { StreamName } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';
import { isoInstant } from '../domain/shared/instant.js';
import { positionOf } from '../domain/shared/position.js';
import { historyEventId } from './histories.js';

/** Events told one after the other, as a log would record them: position 1, 2, … and the stream's own revisions. */
export class Telling {
  readonly events: RecordedEvent[] = [];

  /** Recorded when it happened, unless `recordedAt` says later. */
  tell(
    stream: string,
    effectiveAt: EpochMs,
    event: DomainEvent,
    more: Partial<EventMetadata> & { recordedAt?: EpochMs } = {},
  ): RecordedEvent {
    const { recordedAt, ...metadata } = more;
    const number = this.events.length + 1;
    const eventId = historyEventId(number);
    const told: RecordedEvent = {
      eventId,
      stream: stream as StreamName, // a name of the spec's own
      revision: this.events.filter((earlier) => earlier.stream === stream).length,
      position: positionOf(number),
      recordedAt: Math.max(recordedAt ?? effectiveAt, this.events.at(-1)?.recordedAt ?? 0),
      type: event.type,
      data: event.data,
      effectiveAt,
      metadata: {
        schemaVersion: 1,
        correlationId: eventId,
        causationId: eventId,
        actor: { id: 'anna', kind: 'person' },
        effectiveAt: isoInstant(effectiveAt),
        ...metadata,
      },
    };
    this.events.push(told);
    return told;
  }
}
