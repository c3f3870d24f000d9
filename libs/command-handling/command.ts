import type { Command } from '../domain/commands.js';
import type { Actor } from '../domain/shared/envelope.js';
import type { DealId, EventId, StreamName } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';
import type { Position } from '../domain/shared/position.js';
import type { InvalidEvent } from '../event-catalog/errors.js';
import type { Refusal } from '../domain/shared/refusal.js';
import type { IdempotencyKeyReused, RevisionMismatch } from './errors.js';

/** What comes with a command and is not of the business: who, why, and how often it may be carried out. */
export interface CommandContext {
  readonly actor: Actor;
  readonly correlationId: string;
  /** The event or message that brought the command about; the correlation where nothing did. */
  readonly causationId?: string;
  /** When it happened; what design section 2 says for the kind of stream where left out. */
  readonly effectiveAt?: EpochMs;
  /** The source gives no date: `effectiveAt` is then the import's instant. Imports alone say so. */
  readonly dated?: false;
  /** The same key again gives the first answer and appends nothing. */
  readonly idempotencyKey?: string;
  /** If-Match: the revision that the stream must be at. */
  readonly expectedRevision?: number;
  /** HMAC of (source, key, fact, date, value): a fact whose hash is in the stream already is skipped. */
  readonly importHash?: string;
  /** A simulated recording time, for a log that takes one (the demo): deciders take it for the clock. */
  readonly recordedAt?: EpochMs;
}

export interface EventRef {
  readonly eventId: EventId;
  readonly type: string;
}

/** The place is that of the command's last event; of the stream where it made none. */
export interface CommandOutcome extends StreamPlace {
  readonly stream: StreamName;
  /** The text behind the stream's first dash: the deal's, contact's, … id. */
  readonly id: string;
  /** None where the command asked for what was so already. */
  readonly events: readonly EventRef[];
  /** The idempotency key was there: this is the first answer, and nothing was appended. */
  readonly repeated: boolean;
}

export interface Step {
  readonly command: Command | ReassignRemovedStage;
  readonly context: CommandContext;
  /** What the idempotency key stands for where that is more than this command: the body of a request that takes several. */
  readonly body?: object;
}

/** Of no person: puts a live deal whose stage the process in force has no longer where the process sends it (design section 4). */
export interface ReassignRemovedStage {
  readonly type: 'ReassignRemovedStage';
  readonly id: DealId;
}

/** Where a stream, or a command's last event in it, stands. */
export interface StreamPlace {
  readonly revision: number;
  readonly position: Position;
  readonly recordedAt: EpochMs;
}

/** A rule said no, or (`InvalidEvent`, with its faults) what would be recorded is not of the catalog's shape. Nothing of the step was appended. */
export type StepRefused = Refusal | RevisionMismatch | IdempotencyKeyReused | InvalidEvent;

export type StepOutcome =
  | { readonly status: 'appended'; readonly events: readonly EventRef[] }
  /** Asked for what is so already. */
  | { readonly status: 'nothing' }
  /** The stream holds its import hash or idempotency key already. */
  | { readonly status: 'repeated'; readonly events: readonly EventRef[]; readonly first?: StreamPlace }
  | { readonly status: 'refused'; readonly error: StepRefused }
  /** Legal by itself; not appended because another step of the same request was refused (`onRefusal: 'nothing'`). */
  | { readonly status: 'withheld' };

/** Commands to one stream, decided one after the other and appended as one atomic append. */
export interface StreamSteps {
  readonly stream: StreamName;
  readonly steps: readonly Step[];
}

/** The place is the stream's after this request; -1 and the log's start where it does not exist. */
export interface StreamOutcome extends StreamPlace {
  readonly stream: StreamName;
  /** One for each step, in order. */
  readonly steps: readonly StepOutcome[];
}

export interface StepOptions {
  /** After a refused step: `rest` (default) appends the other steps, `nothing` appends none of them. */
  readonly onRefusal?: 'rest' | 'nothing';
  /** False where none of these streams will be asked for again soon (an import): their states are then not kept, which would push out those that are. */
  readonly keep?: boolean;
  /**
   * What has to be written first (`EventStore.appendMany`). Deciding does not wait for it, appending does, and fails as it did: so that who has several batches decides one
   * while the one before it is written. Batches that overlap in this way must not speak of the same stream.
   */
  readonly after?: Promise<unknown>;
}
