import type { StreamName } from '../domain/shared/ids.js';

/** If-Match names another revision than the stream is at (412). Nothing was appended. */
export class RevisionMismatch extends Error {
  override readonly name = 'RevisionMismatch';
  constructor(
    readonly stream: StreamName,
    readonly expected: number,
    /** -1 where the stream does not exist. */
    readonly actual: number,
  ) {
    super(`${stream} is at revision ${actual === -1 ? 'none' : actual}, not at ${expected}: read it again and decide anew`);
  }
}

/** The same Idempotency-Key with another body (422). Nothing was appended. */
export class IdempotencyKeyReused extends Error {
  override readonly name = 'IdempotencyKeyReused';
  constructor(
    readonly key: string,
    readonly stream: StreamName,
  ) {
    super(`the idempotency key "${key}" was used for another request on ${stream}: a new request needs a new key`);
  }
}

/** Others wrote to the stream before us every time (503, try again). Nothing was appended. */
export class StreamContended extends Error {
  override readonly name = 'StreamContended';
  constructor(
    readonly stream: StreamName,
    readonly attempts: number,
  ) {
    super(`${stream} was written to by others in each of ${attempts} attempts: try again`);
  }
}
