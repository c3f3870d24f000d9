import { ErrorType } from '@eventstore/db-client';
import type { StreamName } from '../../domain/shared/ids.js';
import { AppendTooLarge, EventStoreUnavailable, InvalidEvent, LogDamaged, WrongExpectedRevision } from '../event-store.port.js';
import type { ExpectedRevision } from '../event-store.port.js';

/** The client's error classes carry their kind in `type`; a plain Error (discovery failed, channel closed) has none. */
export function errorType(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'type' in error && typeof error.type === 'string' ? error.type : undefined;
}

const PASSING: ReadonlySet<string> = new Set([
  ErrorType.UNAVAILABLE,
  ErrorType.CANCELLED,
  ErrorType.NOT_LEADER,
  ErrorType.TIMEOUT,
  ErrorType.DEADLINE_EXCEEDED,
]);

/** The next call may succeed: the client reconnects by itself then. */
export function isPassing(error: unknown): boolean {
  const type = errorType(error);
  return type === undefined ? error instanceof Error && !(error instanceof InvalidEvent) : PASSING.has(type);
}

/** What went wrong, out of what grpc-js wraps around it. */
function reasonOf(message: string): string {
  const [, last] = /Last error: (?:Error: )?(.+?)\. Resolution note: /.exec(message) ?? [];
  return last ?? message;
}

/** What the port promises to throw. */
export function asPortError(error: unknown, append?: { readonly stream: StreamName; readonly expected: ExpectedRevision }): unknown {
  const message = error instanceof Error ? error.message : String(error);
  switch (errorType(error)) {
    case ErrorType.WRONG_EXPECTED_VERSION: {
      if (append === undefined) return error;
      const { actualVersion } = error as { actualVersion?: bigint | string }; // the class that has this type
      return new WrongExpectedRevision(append.stream, append.expected, typeof actualVersion === 'bigint' ? Number(actualVersion) : -1);
    }
    case ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED:
      return new AppendTooLarge(`the event store takes less in one append: ${message}`);
    case ErrorType.STREAM_DELETED:
      return new LogDamaged(`a stream of ours was deleted in the event store (${message}): restore it from a backup`);
    case ErrorType.ACCESS_DENIED:
      return new EventStoreUnavailable(
        `the event store denies access: check the user and password in EVENTSTORE_URL and the streams' ACLs`,
      );
    default:
      return isPortError(error) ? error : new EventStoreUnavailable(`the event store cannot be reached: ${reasonOf(message)}`);
  }
}

const PORT_ERRORS = new Set([
  'WrongExpectedRevision',
  'InvalidEvent',
  'UnknownEventType',
  'AppendTooLarge',
  'LogClosed',
  'LogRefused',
  'LogDamaged',
  'EventStoreUnavailable',
]);

function isPortError(error: unknown): boolean {
  return error instanceof Error && PORT_ERRORS.has(error.name);
}
