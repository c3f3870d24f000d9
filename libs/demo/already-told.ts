import type { EventId, StreamName } from '../domain/shared/ids.js';
import { catalog } from '../event-catalog/catalog.js';
import type { EventStore, StoredEvent } from '../event-store/event-store.port.js';

export interface ToldEvent {
  readonly eventId: EventId;
  readonly type: string;
}

const PAGE = 500;

/** A step's key is the correlation id of its events. */
function keyOf(event: StoredEvent): string {
  return catalog.decode(event).metadata.correlationId;
}

/** The key of the demo's last step that the log holds; undefined where it holds none. Others may have written since. */
export async function lastStepTold(eventStore: Pick<EventStore, 'readAll' | 'head'>, seed: number): Promise<string | undefined> {
  for (let before = undefined as StoredEvent['position'] | undefined; ;) {
    const page = await eventStore.readAll({ direction: 'backwards', limit: PAGE, ...(before === undefined ? {} : { before }) });
    for (const event of page.events) {
      const key = keyOf(event);
      if (key.startsWith(`demo/${seed}/`)) return key;
    }
    if (page.end) return undefined;
    before = page.through;
  }
}

/** What each step made on a stream, by the step's key. */
export async function toldOn(
  eventStore: Pick<EventStore, 'readStream'>,
  stream: StreamName,
): Promise<ReadonlyMap<string, readonly ToldEvent[]>> {
  const told = new Map<string, ToldEvent[]>();
  for (let from = 0; ;) {
    const page = await eventStore.readStream(stream, { from, limit: PAGE });
    for (const event of page.events) {
      const key = keyOf(event);
      told.set(key, [...(told.get(key) ?? []), { eventId: event.eventId, type: event.type }]);
    }
    from += page.events.length;
    if (page.end || page.events.length === 0) return told;
  }
}
