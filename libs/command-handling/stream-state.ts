import type { Actor, RecordedEvent } from '../domain/shared/envelope.js';
import type { StreamName } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';
import type { Position } from '../domain/shared/position.js';
import { LOG_START } from '../domain/shared/position.js';
import type { EventRef } from './command.js';
import type { AnyKind, Folded } from './folding.js';
import { foldHistory, kindOf, unwritten } from './folding.js';

/** The first answer to a command with an idempotency key, as its events in the stream tell it. */
export interface FirstAnswer {
  readonly requestHash: string | undefined;
  readonly events: readonly EventRef[];
  readonly revision: number;
  readonly position: Position;
  readonly recordedAt: EpochMs;
}

/** What repeats are known by. Only ever added to: what is in an append-only stream stays in it. */
export interface Marks {
  readonly answers: Map<string, FirstAnswer>;
  readonly importHashes: Set<string>;
}

/** A stream as command handling needs it, at one revision. */
export interface StreamState {
  readonly stream: StreamName;
  readonly kind: AnyKind;
  /** -1 where the stream does not exist. */
  readonly revision: number;
  readonly position: Position;
  readonly recordedAt: EpochMs;
  readonly folded: Folded;
  readonly marks: Marks;
  /** Every event, personal fields opened. Kept for small streams, whose facts may be dated before others; a deal's only while a correction needs it. */
  readonly history: readonly RecordedEvent[] | null;
}

/** A key is its actor's: two clients that count from 1 do not meet. */
export function answerKey(actor: Actor, idempotencyKey: string): string {
  return `${actor.kind} ${actor.id} ${idempotencyKey}`;
}

/** Adds what can be repeated in these events to the marks. */
export function mark(marks: Marks, events: readonly RecordedEvent[]): void {
  for (const { eventId, type, revision, position, recordedAt, metadata } of events) {
    const { idempotencyKey, importHash, requestHash } = metadata;
    if (importHash !== undefined) marks.importHashes.add(importHash);
    if (idempotencyKey === undefined) continue;
    const key = answerKey(metadata.actor, idempotencyKey);
    const before = marks.answers.get(key)?.events ?? [];
    marks.answers.set(key, { requestHash, events: [...before, { eventId, type }], revision, position, recordedAt });
  }
}

/** A deal's history is long and its facts never come before others: it is read again when a correction asks. */
export function keepsHistory(kind: AnyKind): boolean {
  return kind.category !== 'deal';
}

export function emptyState(stream: StreamName): StreamState {
  const kind = kindOf(stream);
  const marks = { answers: new Map<string, FirstAnswer>(), importHashes: new Set<string>() };
  return { stream, kind, revision: -1, position: LOG_START, recordedAt: 0, folded: unwritten(kind), marks, history: [] };
}

/** `events` are all of the stream's, in order. */
export function stateOf(stream: StreamName, events: readonly RecordedEvent[]): StreamState {
  const empty = emptyState(stream);
  const last = events.at(-1);
  if (last === undefined) return empty;
  mark(empty.marks, events);
  const { revision, position, recordedAt } = last;
  return { ...empty, revision, position, recordedAt, folded: foldHistory(empty.kind, events), history: events };
}
