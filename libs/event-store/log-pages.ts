import type { Position } from '../domain/shared/position.js';
import { LOG_START } from '../domain/shared/position.js';
import type { EventFilter, EventStore, StoredEvent } from './event-store.port.js';

/** Our events from the first one on, page after page, to the end of the log as it then is. `limit`: events of a page. */
export async function* logPages(
  store: Pick<EventStore, 'readAll'>,
  { limit, filter }: { readonly limit: number; readonly filter?: EventFilter },
): AsyncGenerator<readonly StoredEvent[], void> {
  let after: Position = LOG_START;
  for (;;) {
    const page = await store.readAll({ after, limit, ...(filter === undefined ? {} : { filter }) });
    yield page.events;
    if (page.end) return;
    after = page.through;
  }
}
