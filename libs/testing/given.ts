import type { DecideContext } from '../domain/shared/decide-context.js';
import type { Actor, DomainEvent, RecordedEvent } from '../domain/shared/envelope.js';
import { factsAsKnown } from '../domain/shared/history.js';
import type { EventId } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';
import { LOG_START } from '../domain/shared/position.js';
import { Refusal } from '../domain/shared/refusal.js';
import type { StreamKind } from '../domain/stream-kind.js';
import { Telling } from './tell.js';

/** An event of the past; without `at` it happened an hour after the one before it. */
export type Past<E extends DomainEvent> = E & { readonly at?: EpochMs; readonly actor?: Actor; readonly dated?: false };

export interface GivenOptions {
  readonly stream: string;
  /** When the first event happened that says no time of its own. */
  readonly begins: EpochMs;
  /** The clock of the command; default: a day after the last event. */
  readonly now?: EpochMs;
  readonly processes?: DecideContext['processes'];
}

export interface WhenOptions {
  /** The effectiveAt that the command asks for. */
  readonly at?: EpochMs;
  readonly now?: EpochMs;
  readonly actor?: Actor;
}

interface Outcome<E> {
  /** Exactly these events. */
  then(...events: readonly E[]): void;
  /** Nothing happened: what the command asks for is so already. */
  thenNothing(): void;
  /** Refused with this code and, among its details, these. */
  thenRefused(code: string, details?: Readonly<Record<string, unknown>>): void;
}

const PERSON: Actor = { id: 'anna', kind: 'person' };
const HOUR = 3_600_000;

/** Event ids of the past, by number from 1: what a correction names. */
export function pastId(events: readonly RecordedEvent[], number: number): EventId {
  const event = events[number - 1];
  if (event === undefined) throw new RangeError(`there is no event ${number}`);
  return event.eventId;
}

/**
 * Given a stream's past, when a command comes, then these events or this refusal. State is loaded by the history law, as command handling loads it.
 */
export function givenOf<S, C, E extends DomainEvent, F extends DomainEvent>(kind: StreamKind<S, C, E, F>, options: GivenOptions) {
  return (...past: readonly Past<E>[]) => {
    const telling = new Telling();
    let at = options.begins - HOUR;
    for (const { at: said, actor, dated, ...event } of past) {
      at = said ?? at + HOUR;
      telling.tell(options.stream, at, event, { ...(actor === undefined ? {} : { actor }), ...(dated === undefined ? {} : { dated }) });
    }
    const { events } = telling;
    return {
      events,
      when(command: C | ((events: readonly RecordedEvent[]) => C), when: WhenOptions = {}): Outcome<E> {
        const now = when.now ?? options.now ?? Math.max(at, options.begins) + 24 * HOUR;
        const asked = typeof command === 'function' ? (command as (events: readonly RecordedEvent[]) => C)(events) : command; // no command is a function
        const decided = decideOn(kind, events, asked, { ...when, now }, options.processes ?? new Map());
        return {
          then: (...expected) => expect(decided()).toEqual(expected),
          thenNothing: () => expect(decided()).toEqual([]),
          thenRefused(code, details = {}) {
            let refusal: unknown;
            try {
              refusal = { decided: decided() };
            } catch (error) {
              refusal = error;
            }
            if (!(refusal instanceof Refusal))
              throw refusal instanceof Error ? refusal : new Error(`not refused: ${JSON.stringify(refusal)}`);
            expect({ code: refusal.code, details: refusal.details }).toMatchObject({ code, details });
          },
        };
      },
    };
  };
}

function decideOn<S, C, E extends DomainEvent, F extends DomainEvent>(
  kind: StreamKind<S, C, E, F>,
  events: readonly RecordedEvent[],
  command: C,
  { at: asked, now, actor }: WhenOptions & { readonly now: EpochMs },
  processes: DecideContext['processes'],
): () => E[] {
  const known = factsAsKnown<F>(events, events.at(-1)?.position ?? LOG_START);
  const state = known.withdrawn ? kind.initial : known.facts.reduce((folded, fact) => kind.evolve(folded, fact), kind.initial);
  const latestAt = known.withdrawn ? null : (known.facts.at(-1)?.effectiveAt ?? null);
  const { at } = kind.effectiveAt(state, command, asked, { now, latestAt });
  const context: DecideContext = {
    ...{ actor: actor ?? PERSON, now, at, latestAt, withdrawn: known.withdrawn, processes },
    history: () => events,
    schemaVersionOf: () => 1,
  };
  return () => kind.decide(state, command, context);
}
