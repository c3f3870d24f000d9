import type { StreamName } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
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
import type { Commit } from './log-file.js';

/** What a writer's thread is told when it begins. */
export interface WriterWork {
  readonly file: string;
  readonly streamPrefix: string;
  readonly busyMs: number | undefined;
}

/** The appends of one call of the port, side by side: lists of texts cross to another thread faster than objects. */
export interface CallMessage {
  readonly id: number;
  readonly streams: readonly StreamName[];
  readonly expected: readonly ExpectedRevision[];
  readonly recordedAt: readonly EpochMs[];
  /** Events of each append. */
  readonly counts: readonly number[];
  /** Four for each event: id, type, data, metadata. */
  readonly texts: readonly string[];
}

export type ToWriter = { readonly calls: readonly CallMessage[] } | 'close';

/** An error without its class, which does not cross threads. */
export interface ErrorMessage {
  readonly name: string;
  readonly message: string;
  readonly wrong?: { readonly stream: StreamName; readonly expected: ExpectedRevision; readonly actual: number };
}

export type ResultMessage = AppendResult | { readonly error: ErrorMessage };

export interface FromWriter {
  readonly answers: readonly { readonly id: number; readonly outcome: readonly ResultMessage[] | { readonly error: ErrorMessage } }[];
  readonly commits: readonly Commit[];
}

/** `now` stands where an append brings no time of its own. */
export function callMessage(id: number, requests: readonly PreparedAppend[], now: EpochMs): CallMessage {
  const texts: string[] = [];
  for (const { events } of requests) for (const { eventId, type, data, metadata } of events) texts.push(eventId, type, data, metadata);
  return {
    id,
    streams: requests.map(({ stream }) => stream),
    expected: requests.map(({ expected }) => expected),
    recordedAt: requests.map(({ recordedAt }) => recordedAt ?? now),
    counts: requests.map(({ events }) => events.length),
    texts,
  };
}

export function requestsOf({ streams, expected, recordedAt, counts, texts }: CallMessage): PreparedAppend[] {
  let next = 0;
  const text = (): string => texts[next++] ?? '';
  return streams.map((stream, index): PreparedAppend => ({
    stream,
    expected: expected[index] ?? 'any',
    recordedAt: recordedAt[index],
    // Members are read in the order in which they were put.
    events: Array.from({ length: counts[index] ?? 0 }, () => ({
      eventId: text(),
      type: text(),
      json: true,
      data: text(),
      metadata: text(),
    })),
  }));
}

export function errorMessage(error: unknown): ErrorMessage {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message } = error;
  if (!(error instanceof WrongExpectedRevision)) return { name, message };
  const { stream, expected, actual } = error;
  return { name, message, wrong: { stream, expected, actual } };
}

const CLASSES = { AppendTooLarge, EventStoreUnavailable, InvalidEvent, LogClosed, LogDamaged, LogRefused };

export function errorOf({ name, message, wrong }: ErrorMessage): Error {
  if (wrong !== undefined) return new WrongExpectedRevision(wrong.stream, wrong.expected, wrong.actual);
  const Known = (CLASSES as Readonly<Record<string, new (message: string) => Error>>)[name];
  return Known === undefined ? new Error(`${name}: ${message}`) : new Known(message);
}
