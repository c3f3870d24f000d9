import { ReadStoreUnavailable } from '../read-store.port.js';

const DUPLICATE_KEY = 11_000;
/** Names, since a worker or a test realm may hold another copy of the classes. */
const UNREACHABLE =
  /^Mongo(Network|ServerSelection|NotConnected|TopologyClosed|PoolCleared|PoolClosed|WaitQueueTimeout|OperationTimeout|ServerClosed|ClientClosed)/;
/** No primary, being shut down, stepping down, write concern not met in time. */
const UNREADY: ReadonlySet<number> = new Set([64, 91, 189, 10107, 11600, 11602, 13435, 13436]);

export function isDuplicateKey(error: unknown): boolean {
  return codeOf(error) === DUPLICATE_KEY;
}

/** Another index under the name (IndexOptionsConflict, IndexKeySpecsConflict). */
export function isIndexConflict(error: unknown): boolean {
  return codeOf(error) === 85 || codeOf(error) === 86;
}

/** Servers before 7.0 say so when there is nothing to drop; some without a code. */
export function isNothingThere(error: unknown): boolean {
  return codeOf(error) === 26 || (error instanceof Error && error.message.includes('ns not found'));
}

function codeOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'code' in error ? Number(error.code) : 0;
}

/** Faults of the connection in our words; other errors come back as they are. */
export function readStoreFault(error: unknown, where: string): unknown {
  if (!(typeof error === 'object' && error !== null && 'name' in error && 'message' in error)) return error;
  if (!UNREACHABLE.test(String(error.name)) && !UNREADY.has(codeOf(error))) return error;
  return new ReadStoreUnavailable(`the read store ${where} cannot be reached: ${String(error.message)}`, { cause: error });
}

/** The address without user and password. */
export function shownAddress(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//').replace(/\?.*$/, '');
}
