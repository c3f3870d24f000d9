import fc from 'fast-check';
import type { EventMetadata, JsonObject, RecordedEvent } from '../domain/shared/envelope.js';
import type { EventId, StreamName } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';
import { BEGINNING_OF_TIME, END_OF_TIME, isoInstant } from '../domain/shared/instant.js';
import type { Position } from '../domain/shared/position.js';
import { positionOf } from '../domain/shared/position.js';
import { nextDealEvent } from './deal-histories.js';
import { nextDimensionEvent } from './dimension-histories.js';
import type { Draft, Step } from './history-steps.js';

export type { Step } from './history-steps.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Many events share an instant: ties are where folds go wrong. */
const PAUSES = [0, 0, 0, 1, HOUR, 9 * HOUR, DAY, 3 * DAY, 20 * DAY];
export const HISTORY_BEGINS: EpochMs = Date.UTC(2025, 0, 6, 9);

const steps = (atMost: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      stream: fc.nat(999),
      pause: fc.nat(PAUSES.length - 1),
      what: fc.nat(9_999),
      a: fc.nat(9_999),
      b: fc.nat(9_999),
    }),
    // Left to itself, fast-check makes arrays of a dozen at most, whatever their greatest length.
    { minLength: 1, maxLength: atMost, size: 'max' },
  );

/** A UUID that says its number, so that a failing history can be read. */
export function historyEventId(number: number): EventId {
  return `00000000-0000-7000-8000-${number.toString(16).padStart(12, '0')}` as EventId;
}

function recorded(draft: Draft, number: number, revision: number, recordedAt: EpochMs): RecordedEvent {
  const eventId = historyEventId(number);
  const metadata: EventMetadata = {
    schemaVersion: 1,
    correlationId: eventId,
    causationId: eventId,
    actor: { id: `e${number % 3}`, kind: 'person' },
    effectiveAt: isoInstant(draft.effectiveAt),
    ...(draft.dated === false ? { dated: false } : {}),
    ...(draft.processVersion === undefined ? {} : { processVersion: draft.processVersion }),
  };
  return {
    eventId,
    stream: draft.stream as StreamName, // the drafts' own names, of our categories
    revision,
    position: positionOf(number),
    recordedAt,
    type: draft.event.type,
    data: draft.event.data,
    effectiveAt: draft.effectiveAt,
    metadata,
  };
}

export interface HistoryOptions {
  /** At most so many events, lengths drawn evenly; default 40. */
  readonly events?: number;
  /** At most so many deals; default 4. */
  readonly deals?: number;
  /** Share of corrections in 100 events of a deal; default 25. 0: none. */
  readonly corrections?: number;
  /** Employees, companies, products, campaigns, contacts, pipelines and quotas beside the deals; default true. */
  readonly dimensions?: boolean;
}

/** Builds the history that the steps mean. Deterministic. */
export function historyOf(list: readonly Step[], options: HistoryOptions = {}): RecordedEvent[] {
  const deals = options.deals ?? 4;
  const corrections = options.corrections ?? 25;
  const streams = new Map<string, RecordedEvent[]>();
  const events: RecordedEvent[] = [];
  let now = HISTORY_BEGINS;
  for (const step of list) {
    now += PAUSES[step.pause] ?? 0;
    const dimension = (options.dimensions ?? true) && step.stream % 4 === 3;
    const draft = dimension
      ? nextDimensionEvent(streams, step, now)
      : nextDealEvent(streams.get(`deal-h-${step.stream % deals}`) ?? [], `deal-h-${step.stream % deals}`, step, now, corrections);
    const before = streams.get(draft.stream) ?? [];
    const event = recorded(draft, events.length + 1, before.length, now);
    streams.set(draft.stream, [...before, event]);
    events.push(event);
  }
  return events;
}

/**
 * A log: many streams, one order. Its deals go through every status, are corrected in every way (corrections too), withdrawn, reopened, postponed, change
 * owner; people change teams, also backdated; processes have versions, also ahead of time. Not every correction leaves a legal history: projections cope with all.
 */
export function arbitraryLog(options: HistoryOptions = {}): fc.Arbitrary<RecordedEvent[]> {
  return steps(options.events ?? 40).map((list) => historyOf(list, options));
}

/** The events of one deal, at positions 1, 2, … */
export function arbitraryDealHistory(options: Omit<HistoryOptions, 'deals' | 'dimensions'> = {}): fc.Arbitrary<RecordedEvent[]> {
  return arbitraryLog({ ...options, deals: 1, dimensions: false });
}

/** The events of each stream, in stream order. */
export function byStream(events: readonly RecordedEvent[]): Map<StreamName, RecordedEvent[]> {
  const streams = new Map<StreamName, RecordedEvent[]>();
  for (const event of events) {
    const stream = streams.get(event.stream);
    if (stream === undefined) streams.set(event.stream, [event]);
    else stream.push(event);
  }
  return streams;
}

/** Instants where something changes, the moment before and after, and the ends of time: `pick` chooses one. */
export function tellingInstant(events: readonly RecordedEvent[], pick: number): EpochMs {
  const at = events.flatMap((event) => {
    const inner = (event.data as { event?: { effectiveAt?: string } }).event?.effectiveAt;
    return inner === undefined ? [event.effectiveAt] : [event.effectiveAt, Date.parse(inner)];
  });
  const instants = [BEGINNING_OF_TIME, END_OF_TIME, ...at.flatMap((instant) => [instant - 1, instant, instant + 1])];
  return instants[pick % instants.length] ?? END_OF_TIME;
}

/** A position of the log, 0 (before everything) included. */
export function tellingPosition(events: readonly RecordedEvent[], pick: number): Position {
  return positionOf(pick % (events.length + 1));
}

/** What a log is given to append: data and metadata as stored. */
export function toAppend(event: RecordedEvent): { eventId: EventId; type: string; data: JsonObject; metadata: JsonObject } {
  const { eventId, type, data, metadata } = event;
  // Both come from literals of this folder: plain JSON.
  return { eventId, type, data: data as JsonObject, metadata: metadata as unknown as JsonObject };
}
