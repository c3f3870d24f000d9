import type { Command } from '../domain/commands.js';
import { streamKinds } from '../domain/kinds.js';
import type { DomainEvent, RecordedEvent } from '../domain/shared/envelope.js';
import { factOf, factsAsKnown, isCorrection } from '../domain/shared/history.js';
import type { StreamName } from '../domain/shared/ids.js';
import { categoryOf } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';
import type { StreamKind } from '../domain/stream-kind.js';

/** A kind of stream whose state is nobody's business here. */
export type AnyKind = StreamKind<unknown, Command, DomainEvent>;

/** @throws TypeError for a stream that takes no commands */
export function kindOf(stream: StreamName): AnyKind {
  const kind = (streamKinds as Readonly<Record<string, unknown>>)[categoryOf(stream)];
  if (kind === undefined) throw new TypeError(`${stream} takes no commands`);
  return kind as AnyKind; // state, commands and events of a stream are all of its own kind
}

/** State(T = end of time, K = now) of a stream by the law of design section 2. */
export interface Folded {
  readonly state: unknown;
  /** Of the latest fact; corrections are no facts. */
  readonly latestAt: EpochMs | null;
  /** The stream's first event was voided. */
  readonly withdrawn: boolean;
}

export function unwritten(kind: AnyKind): Folded {
  return { state: kind.initial, latestAt: null, withdrawn: false };
}

/** The law itself, over all events of the stream. */
export function foldByLaw(kind: AnyKind, history: readonly RecordedEvent[]): Folded {
  const last = history.at(-1);
  if (last === undefined) return unwritten(kind);
  const { facts, withdrawn } = factsAsKnown(history, last.position);
  if (withdrawn) return { state: kind.initial, latestAt: facts.at(-1)?.effectiveAt ?? null, withdrawn };
  const state = facts.reduce<unknown>((before, fact) => kind.evolve(before, fact), kind.initial);
  return { state, latestAt: facts.at(-1)?.effectiveAt ?? null, withdrawn };
}

/** Whether the law puts this event last, so that it can be folded without looking at the others again: no correction, and the latest of the stream. */
export function isNext(before: Folded, event: RecordedEvent): boolean {
  return !before.withdrawn && !isCorrection(event) && (before.latestAt === null || event.effectiveAt >= before.latestAt);
}

/** A stream as loaded: events one by one while that is right, by the law where it is not. */
export function foldHistory(kind: AnyKind, history: readonly RecordedEvent[]): Folded {
  let folded = unwritten(kind);
  for (const event of history) {
    if (!isNext(folded, event)) return foldByLaw(kind, history);
    folded = { state: kind.evolve(folded.state, factOf(event)), latestAt: event.effectiveAt, withdrawn: false };
  }
  return folded;
}
