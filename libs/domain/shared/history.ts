import type { HistoryCorrected } from './correction.js';
import type { DomainEvent, RecordedEvent } from './envelope.js';
import type { EventId } from './ids.js';
import type { EpochMs } from './instant.js';
import type { Position } from './position.js';

/**
 * The law of design section 2, written as slowly and plainly as it is said there. State(T, K) of every stream is
 * `factsAsOf(events, K, T)` folded with `evolve`; interval rows and the timeline index are held equal to it by property tests.
 */
export type Fact<E extends DomainEvent = DomainEvent> = E & {
  /** The event's id; for an inserted fact the id of the correction that inserted it. A replacement keeps the id of what it replaces. */
  readonly id: EventId;
  readonly effectiveAt: EpochMs;
  readonly dated: boolean;
  readonly processVersion: string | undefined;
  /** Orders facts of one instant, as text: the position of the event, or the tie of the fact it was inserted after, then its correction's position. */
  readonly tie: string;
  /** The recorded event that brings the fact in this form: the event itself, or the correction. */
  readonly source: RecordedEvent;
};

export interface KnownHistory<E extends DomainEvent = DomainEvent> {
  /** Ordered by effectiveAt, then tie. */
  readonly facts: readonly Fact<E>[];
  /** The stream's first event was voided: the deal is in no report at any T. */
  readonly withdrawn: boolean;
}

export function isCorrection(event: RecordedEvent): event is RecordedEvent<HistoryCorrected> {
  return event.type === 'HistoryCorrected';
}

/**
 * Corrections that still hold: one that a later, holding correction voids does not. Read from the last to the first.
 * The voiding of an insert is no such case: the insert's id names the fact that it inserted, which is voided like any event.
 */
export function holdingCorrections(corrections: readonly RecordedEvent<HistoryCorrected>[]): RecordedEvent<HistoryCorrected>[] {
  const voided = new Set<EventId>();
  const holding: RecordedEvent<HistoryCorrected>[] = [];
  for (const correction of corrections.toReversed()) {
    if (correction.data.kind !== 'insert' && voided.has(correction.eventId)) continue;
    holding.unshift(correction);
    if (correction.data.kind === 'void') voided.add(correction.data.target);
  }
  return holding;
}

/** The fact that an event states as it was recorded. The caller knows that the stream's events are E. */
export function factOf<E extends DomainEvent>(event: RecordedEvent): Fact<E> {
  const { metadata } = event;
  const fact: Fact = {
    id: event.eventId,
    type: event.type,
    data: event.data,
    effectiveAt: event.effectiveAt,
    dated: metadata.dated !== false,
    processVersion: metadata.processVersion,
    tie: event.position,
    source: event,
  };
  return fact as Fact<E>; // a stream's events are of its own kind
}

function correctedFact(id: EventId, tie: string, correction: RecordedEvent<HistoryCorrected>): Fact {
  if (correction.data.kind === 'void') throw new TypeError('a voiding correction brings no fact');
  const { event } = correction.data;
  return {
    id,
    type: event.type,
    data: event.data,
    effectiveAt: Date.parse(event.effectiveAt),
    dated: event.dated !== false,
    processVersion: event.processVersion,
    tie,
    source: correction,
  };
}

export function compareFacts(a: Fact, b: Fact): number {
  if (a.effectiveAt !== b.effectiveAt) return a.effectiveAt - b.effectiveAt;
  return a.tie < b.tie ? -1 : a.tie > b.tie ? 1 : 0;
}

/**
 * Steps 1 to 3 of the law without the limit T: what is known at `knownAt` of a stream, corrected and ordered.
 * `events` are the stream's events in stream order. Later corrections of the same event win; corrections of corrections are resolved.
 */
export function factsAsKnown<E extends DomainEvent>(events: readonly RecordedEvent[], knownAt: Position): KnownHistory<E> {
  const known = events.filter((event) => event.position <= knownAt);
  const corrections = holdingCorrections(known.filter(isCorrection));

  const facts = new Map<EventId, Fact>();
  for (const event of known) if (!isCorrection(event)) facts.set(event.eventId, factOf<DomainEvent>(event));
  // Ties of inserted facts stand on the fact they come after, which may itself be voided or moved by now: its place among its instant stays.
  const ties = new Map([...facts.values()].map((fact) => [fact.id, fact.tie]));
  for (const correction of corrections) {
    const { data } = correction;
    if (data.kind === 'insert') {
      const anchor = data.after === undefined ? undefined : ties.get(data.after);
      const tie = anchor === undefined ? correction.position : `${anchor}/${correction.position}`;
      ties.set(correction.eventId, tie);
      facts.set(correction.eventId, correctedFact(correction.eventId, tie, correction));
    } else if (data.kind === 'replace') {
      const tie = ties.get(data.target);
      if (tie !== undefined) facts.set(data.target, correctedFact(data.target, tie, correction));
    } else if (ties.has(data.target)) {
      facts.delete(data.target);
    }
  }
  const first = known[0];
  const withdrawn = first !== undefined && !facts.has(first.eventId);
  return { facts: [...facts.values()].sort(compareFacts) as unknown as Fact<E>[], withdrawn };
}

/** The whole law: what had happened by `asOf`, as known at `knownAt`. Empty where the stream is withdrawn. */
export function factsAsOf<E extends DomainEvent>(events: readonly RecordedEvent[], knownAt: Position, asOf: EpochMs): readonly Fact<E>[] {
  const history = factsAsKnown<E>(events, knownAt);
  return history.withdrawn ? [] : history.facts.filter((fact) => fact.effectiveAt <= asOf);
}
