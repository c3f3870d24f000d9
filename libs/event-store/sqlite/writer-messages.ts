import type { StreamName } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { positionNumber, positionOf } from '../../domain/shared/position.js';
import type { AppendResult, ExpectedRevision } from '../event-store.port.js';
import {
  AppendTooLarge,
  EventStoreUnavailable,
  InvalidEvent,
  LogClosed,
  LogDamaged,
  LogRefused,
  WrongExpectedRevision,
} from '../event-store.port.js';
import type { PreparedAppend } from './appending.js';
import type { Commit } from './group-commit.js';

// What crosses between the thread that asks and the one that writes. A few long lists cross in a quarter of the time that as many objects take.

/** What a writer's thread is told when it begins. */
export interface WriterWork {
  readonly file: string;
  readonly streamPrefix: string;
  readonly busyMs: number | undefined;
}

/** Calls of the port, their appends side by side. */
export interface CallsMessage {
  /** Of each call. */
  readonly ids: number[];
  /** Appends of each call. */
  readonly appends: number[];
  /** Of each append, as the three behind it. */
  readonly streams: StreamName[];
  readonly expected: ExpectedRevision[];
  readonly recordedAt: EpochMs[];
  /** Events of each append. */
  readonly events: number[];
  /** Four for each event: id, type, data, metadata. */
  readonly texts: string[];
}

export type ToWriter = CallsMessage | 'close';

export interface Call {
  readonly id: number;
  readonly requests: readonly PreparedAppend[];
}

export function noCalls(): CallsMessage {
  return { ids: [], appends: [], streams: [], expected: [], recordedAt: [], events: [], texts: [] };
}

/** Puts a call behind the others. `now` stands where an append brings no time of its own. */
export function addCall(message: CallsMessage, { id, requests }: Call, now: EpochMs): void {
  message.ids.push(id);
  message.appends.push(requests.length);
  for (const { stream, expected, recordedAt, events } of requests) {
    message.streams.push(stream);
    message.expected.push(expected);
    message.recordedAt.push(recordedAt ?? now);
    message.events.push(events.length);
    for (const { eventId, type, data, metadata } of events) message.texts.push(eventId, type, data, metadata);
  }
}

export function callsOf({ ids, appends, streams, expected, recordedAt, events, texts }: CallsMessage): Call[] {
  let [append, next] = [0, 0];
  const text = (): string => texts[next++] ?? '';
  const request = (): PreparedAppend => {
    const place = append++;
    return {
      stream: streams[place]!, // one for each append
      expected: expected[place] ?? 'any',
      recordedAt: recordedAt[place],
      // Members are read in the order in which they were put.
      events: Array.from({ length: events[place] ?? 0 }, () => ({
        eventId: text(),
        type: text(),
        json: true,
        data: text(),
        metadata: text(),
      })),
    };
  };
  return ids.map((id, index) => ({ id, requests: Array.from({ length: appends[index] ?? 0 }, request) }));
}

/** An error without its class, which does not cross threads. */
export interface ErrorMessage {
  readonly name: string;
  readonly message: string;
  readonly wrong?: { readonly stream: StreamName; readonly expected: ExpectedRevision; readonly actual: number };
}

/** What became of calls whose commit is on the disk, their appends side by side. */
export interface AnswersMessage {
  /** Of each call. */
  readonly ids: number[];
  /** Appends of each call; FAILED where the call as a whole has failed. */
  readonly appends: number[];
  /** Four for each append: revision (FAILED where it was refused), position, recordedAt, and 1 where it was repeated. */
  readonly numbers: number[];
  /** Of the calls and appends that failed, in their order. */
  readonly errors: ErrorMessage[];
}

const FAILED = -1;
const NUMBERS = 4;

export interface FromWriter {
  readonly answers: AnswersMessage;
  readonly commits: readonly Commit[];
}

/** Outcomes of a call's appends, or why all of it failed. */
export type Outcome = readonly PromiseSettledResult<AppendResult>[] | { readonly error: Error };

export function noAnswers(): AnswersMessage {
  return { ids: [], appends: [], numbers: [], errors: [] };
}

export function addAnswer(message: AnswersMessage, id: number, outcome: readonly PromiseSettledResult<AppendResult>[]): void {
  message.ids.push(id);
  message.appends.push(outcome.length);
  for (const result of outcome) {
    if (result.status === 'fulfilled') {
      const { revision, position, recordedAt, repeated } = result.value;
      message.numbers.push(revision, positionNumber(position), recordedAt, repeated ? 1 : 0);
    } else {
      message.numbers.push(FAILED, 0, 0, 0);
      message.errors.push(errorMessage(result.reason));
    }
  }
}

export function addFailure(message: AnswersMessage, id: number, error: unknown): void {
  message.ids.push(id);
  message.appends.push(FAILED);
  message.errors.push(errorMessage(error));
}

/** Each answer by the id of its call. */
export function answersOf({ ids, appends, numbers, errors }: AnswersMessage): { readonly id: number; readonly outcome: Outcome }[] {
  let [next, failure] = [0, 0];
  const error = (): Error => errorOf(errors[failure++]!); // one for each failure
  const result = (): PromiseSettledResult<AppendResult> => {
    const [revision = FAILED, position = 0, recordedAt = 0, repeated = 0] = numbers.slice(next, (next += NUMBERS));
    if (revision === FAILED) return { status: 'rejected', reason: error() };
    return { status: 'fulfilled', value: { revision, position: positionOf(position), recordedAt, repeated: repeated === 1 } };
  };
  return ids.map((id, index) => {
    const count = appends[index] ?? 0;
    return { id, outcome: count === FAILED ? { error: error() } : Array.from({ length: count }, result) };
  });
}

function errorMessage(error: unknown): ErrorMessage {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message } = error;
  if (!(error instanceof WrongExpectedRevision)) return { name, message };
  const { stream, expected, actual } = error;
  return { name, message, wrong: { stream, expected, actual } };
}

const CLASSES = { AppendTooLarge, EventStoreUnavailable, InvalidEvent, LogClosed, LogDamaged, LogRefused };

function errorOf({ name, message, wrong }: ErrorMessage): Error {
  if (wrong !== undefined) return new WrongExpectedRevision(wrong.stream, wrong.expected, wrong.actual);
  const Known = (CLASSES as Readonly<Record<string, new (message: string) => Error>>)[name];
  return Known === undefined ? new Error(`${name}: ${message}`) : new Known(message);
}
