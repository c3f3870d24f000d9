import type { EventType } from '../domain/events.js';
import type { RecordedEvent } from '../domain/shared/envelope.js';
import type { StreamCategory } from '../domain/shared/ids.js';
import { categoryOf } from '../domain/shared/ids.js';
import type { ReadModel, RowChange } from '../read-store/read-store.port.js';

/** Every event type of the catalog stands in one of the two lists: a new type that nobody handles or ignores does not compile. */
export type Handling = Readonly<Record<EventType, 'handle' | 'ignore'>>;

/**
 * A read model made from streams, each stream by itself. Pure: no I/O, no clock. The state of a stream is what `apply` needs to go on; it is derived from the stream's
 * events alone (`replay`), never from rows, so that a projector that starts cold, a rebuild and a replay of a parked stream all make the same rows with the same keys.
 */
export interface Projection<S = unknown> {
  readonly model: ReadModel;
  /** Which streams it is made of. An event type that this version does not know stops or parks the projections of its category only. */
  readonly categories: readonly StreamCategory[];
  readonly handles: Handling;
  /** Readers ask for the latest rows only: one that a later event of the same page withdraws again need not be written. */
  readonly onlyLatest?: boolean;
  /** The state before a stream's first event. */
  readonly initial: S;
  /** What a stream's rows describe: the `entity` of its rows. */
  entityOf(stream: string): string;
  /**
   * The next event of a stream in log order: new state and the row changes. States are values: the one handed in is left as it was. Rows handed out belong to the caller.
   * `history` gives the stream's events up to and including this one; asked for where the event is a correction or is dated before others of its stream.
   */
  apply(
    state: S,
    event: RecordedEvent,
    history: () => readonly RecordedEvent[],
  ): { readonly state: S; readonly changes: readonly RowChange[] };
}

/** Whether the projection takes this event; `unknown` where no version of it has ever heard of the type. */
export function handlingOf(
  projection: Projection,
  event: { readonly stream: string; readonly type: string },
): 'handle' | 'ignore' | 'unknown' {
  if (!(projection.categories as readonly string[]).includes(categoryOf(event.stream))) return 'ignore';
  return (projection.handles as Readonly<Record<string, 'handle' | 'ignore'>>)[event.type] ?? 'unknown';
}

/** The state after all of `events`, with every change on the way: the definition that a projector's cached states are held equal to. */
export function replay<S>(projection: Projection<S>, events: readonly RecordedEvent[]): { state: S; changes: RowChange[] } {
  let state = projection.initial;
  const changes: RowChange[] = [];
  events.forEach((event, index) => {
    if (handlingOf(projection as Projection, event) !== 'handle') return;
    const step = projection.apply(state, event, () => events.slice(0, index + 1));
    state = step.state;
    changes.push(...step.changes);
  });
  return { state, changes };
}
