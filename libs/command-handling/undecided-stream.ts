import type { RecordedEvent } from '../domain/shared/envelope.js';
import type { Position } from '../domain/shared/position.js';
import { positionNumber, positionOf } from '../domain/shared/position.js';
import type { KeyHolder } from '../privacy/key-store.port.js';
import type { CommandContext, EventRef } from './command.js';
import type { Folded } from './folding.js';
import { foldByLaw, isNext } from './folding.js';
import type { FirstAnswer, StreamState } from './stream-state.js';
import { answerKey } from './stream-state.js';

/** An event that was decided and is not yet appended: clear text, numbers as they will be if nobody comes between. */
export interface DecidedEvent {
  readonly event: RecordedEvent;
  /** Under whose key its personal fields go; null where it has none. */
  readonly holder: KeyHolder | null;
}

/** What an idempotency key was answered with: from the stream with its numbers, from this run without. */
export type KnownAnswer = Pick<FirstAnswer, 'events' | 'requestHash'> & Partial<FirstAnswer>;

/** A stream between two appends: the state that the next step is decided on, and what earlier steps have decided. */
export class UndecidedStream {
  #folded: Folded;
  /** Made where somebody asks, which is seldom. */
  #history: readonly RecordedEvent[] | null;
  readonly pending: DecidedEvent[] = [];
  readonly #importHashes = new Set<string>();
  readonly #answers = new Map<string, { readonly requestHash: string | undefined; readonly events: readonly EventRef[] }>();

  constructor(readonly base: StreamState) {
    this.#folded = base.folded;
    this.#history = base.history;
  }

  get revision(): number {
    return this.base.revision + this.pending.length;
  }
  get folded(): Folded {
    return this.#folded;
  }
  get history(): readonly RecordedEvent[] | null {
    const { history } = this.base;
    if (history === null || this.#history?.length === history.length + this.pending.length) return this.#history;
    this.#history = [...history, ...this.pending.map(({ event }) => event)];
    return this.#history;
  }

  hasImport(hash: string): boolean {
    return this.base.marks.importHashes.has(hash) || this.#importHashes.has(hash);
  }

  firstAnswer({ actor, idempotencyKey }: CommandContext): KnownAnswer | undefined {
    if (idempotencyKey === undefined) return undefined;
    const key = answerKey(actor, idempotencyKey);
    return this.base.marks.answers.get(key) ?? this.#answers.get(key);
  }

  /** Takes everything back that was decided since. */
  remember(): () => void {
    const { length } = this.pending;
    const folded = this.#folded;
    const [hashes, answers] = [[...this.#importHashes], [...this.#answers]];
    return () => {
      this.pending.length = length;
      this.#folded = folded;
      this.#history = this.base.history;
      this.#importHashes.clear();
      for (const hash of hashes) this.#importHashes.add(hash);
      this.#answers.clear();
      for (const [key, answer] of answers) this.#answers.set(key, answer);
    };
  }

  /** What was decided was handed to the store, and nothing more will be decided here. */
  letGo(): void {
    this.pending.length = 0;
    this.#folded = this.base.folded;
    this.#history = this.base.history;
    this.#importHashes.clear();
    this.#answers.clear();
  }

  /** Where the next event will be if nobody comes between; only the order within a history that is folded again matters. */
  nextPosition(): Position {
    return this.base.history === null ? this.base.position : positionOf(positionNumber(this.base.position) + this.pending.length + 1);
  }

  /** `after` is the state folded with the event put last, which holds where it is the latest. */
  push(decided: DecidedEvent, after: unknown): void {
    const { event } = decided;
    this.pending.push(decided);
    const folded = isNext(this.#folded, event) ? { state: after, latestAt: event.effectiveAt, withdrawn: false } : undefined;
    if (folded === undefined && this.base.history === null)
      throw new TypeError(`${this.base.stream} cannot be folded again without its history`);
    this.#folded = folded ?? foldByLaw(this.base.kind, this.history ?? []);
    const { importHash, idempotencyKey, requestHash, actor } = event.metadata;
    if (importHash !== undefined) this.#importHashes.add(importHash);
    if (idempotencyKey === undefined) return;
    const key = answerKey(actor, idempotencyKey);
    const before = this.#answers.get(key)?.events ?? [];
    this.#answers.set(key, { requestHash, events: [...before, { eventId: event.eventId, type: event.type }] });
  }
}
