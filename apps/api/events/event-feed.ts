import type { RecordedEvent } from '../../../libs/domain/shared/envelope.js';
import type { StreamName } from '../../../libs/domain/shared/ids.js';
import { categoryOf, idOf } from '../../../libs/domain/shared/ids.js';
import { isoInstant } from '../../../libs/domain/shared/instant.js';
import type { Position } from '../../../libs/domain/shared/position.js';
import { catalog } from '../../../libs/event-catalog/catalog.js';
import type { EventFilter, EventStore, StoredEvent } from '../../../libs/event-store/event-store.port.js';
import type { KeyStore } from '../../../libs/privacy/key-store.port.js';
import { openAll } from '../../../libs/privacy/opening.js';

export interface FeedQuestion {
  /** Events behind this position. */
  readonly after: Position;
  /** Which event stands there in the history that the subscriber has seen, where it says so. */
  readonly event: string | undefined;
  readonly filter: EventFilter;
  /** Of this deal alone. */
  readonly deal: string | undefined;
}

/** Events in log order, and how far the log was looked through: a client that goes on from there misses nothing. */
export interface FeedPage {
  readonly events: readonly StoredEvent[];
  readonly through: Position;
  readonly end: boolean;
}

const PAGE = 500;

/** One deal's events by its stream, which an index leads to, instead of by looking through the whole log. */
async function dealPage(eventStore: EventStore, stream: StreamName, after: Position, from: number): Promise<FeedPage & { next: number }> {
  // Read before the stream: what is appended in between is found again, never passed by.
  const { position: head } = await eventStore.head();
  const page = await eventStore.readStream(stream, { from, limit: PAGE });
  const events = page.events.filter(({ position }) => position > after);
  const last = events.at(-1)?.position ?? after;
  return { events, through: page.end && head > last ? head : last, end: page.end, next: from + page.events.length };
}

/** Pages without end: each is asked for when the one before has been taken, so a slow reader holds nothing but its own page. */
export async function* feed(
  eventStore: EventStore,
  { after, filter, deal }: Omit<FeedQuestion, 'event'>,
  { idleMs, signal }: { readonly idleMs: number; readonly signal: AbortSignal },
): AsyncGenerator<FeedPage> {
  let place = after;
  let revision = 0;
  while (!signal.aborted) {
    let page: FeedPage;
    if (deal === undefined) page = await eventStore.readAll({ after: place, limit: PAGE, filter });
    else {
      const read = await dealPage(eventStore, `deal-${deal}` as StreamName, place, revision); // a checked id
      revision = read.next;
      page = { ...read, events: read.events.filter(({ type }) => filter.types?.includes(type) ?? true) };
    }
    if (page.through > place) place = page.through;
    yield { ...page, through: place };
    if (page.end && !signal.aborted) await eventStore.waitForNew(place, { timeoutMs: idleMs, signal });
  }
}

/** What a subscriber gets of an event. Personal fields are opened for who may read them, and read `withheld` or `forgotten` otherwise. */
export async function publicEvent(stored: StoredEvent, keys: KeyStore | null): Promise<object> {
  const event: RecordedEvent = catalog.decode(stored);
  const { actor, correlationId, causationId, dated, processVersion, schemaVersion } = event.metadata;
  return {
    position: event.position,
    eventId: event.eventId,
    stream: event.stream,
    category: categoryOf(event.stream),
    id: idOf(event.stream),
    revision: event.revision,
    type: event.type,
    schemaVersion,
    recordedAt: isoInstant(event.recordedAt),
    effectiveAt: isoInstant(event.effectiveAt),
    ...(dated === false ? { dated } : {}),
    actor,
    correlationId,
    causationId,
    ...(processVersion === undefined ? {} : { processVersion }),
    data: await openAll(event.data, keys),
  };
}
