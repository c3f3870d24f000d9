import { Metadata, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';

/** What the server answers instead of doing it: a gRPC status and the trailers that clients make their error classes from (protocol notes section 8). */
export class ProtocolRefusal extends Error {
  constructor(
    readonly code: status,
    message: string,
    /** `exception` and its companions. */
    readonly trailers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** -1 no stream, -2 any, -4 exists; a revision otherwise. */
export type ExpectedVersion = bigint;
export const NO_STREAM = -1n;
export const ANY = -2n;
export const STREAM_EXISTS = -4n;

export class WrongVersion extends ProtocolRefusal {
  constructor(
    readonly stream: string,
    readonly expected: ExpectedVersion,
    /** -1 where there is none. */
    readonly actual: bigint,
    doing: 'Append' | 'Delete',
  ) {
    super(
      status.FAILED_PRECONDITION,
      `${doing} failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected}, Actual version: ${actual}`,
      {
        exception: 'wrong-expected-version',
        'stream-name': stream,
        'expected-version': String(expected),
        'actual-version': String(actual),
      },
    );
  }
}

export class StreamDeleted extends ProtocolRefusal {
  constructor(readonly stream: string) {
    super(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, { exception: 'stream-deleted', 'stream-name': stream });
  }
}

export class TooLarge extends ProtocolRefusal {
  constructor(readonly maxBytes: number) {
    super(status.INVALID_ARGUMENT, `Maximum Append Size of ${maxBytes} Exceeded.`, {
      exception: 'maximum-append-size-exceeded',
      'maximum-append-size': String(maxBytes),
    });
  }
}

export class AccessDenied extends ProtocolRefusal {
  constructor(why: string) {
    super(status.PERMISSION_DENIED, why, { exception: 'access-denied' });
  }
}

export class InvalidArgument extends ProtocolRefusal {
  constructor(message: string, trailers: Readonly<Record<string, string>> = {}) {
    super(status.INVALID_ARGUMENT, message, trailers);
  }
}

/** As grpc-js sends it. Trailers hold printable ASCII only: other characters of a name are percent-encoded. */
export function serviceError(error: unknown): ServiceError {
  const refusal =
    error instanceof ProtocolRefusal
      ? error
      : new ProtocolRefusal(status.UNKNOWN, error instanceof Error ? error.message : 'the server failed', {});
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(refusal.trailers)) metadata.set(name, printable(value));
  return Object.assign(new Error(refusal.message), { code: refusal.code, details: printable(refusal.message), metadata, name: 'Error' });
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, (character) => encodeURIComponent(character));
}
