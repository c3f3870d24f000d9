import { EventStoreUnavailable, LogDamaged } from '../event-store/event-store.port.js';
import { ReadStoreDamaged, ReadStoreUnavailable } from '../read-store/read-store.port.js';

/** The read models were made from another history than this log's. The message is one line and names the cure. */
export class AnotherHistory extends Error {
  override readonly name = 'AnotherHistory';
}

/** By name, never `instanceof`: a worker or a test realm may hold another copy of the class. */
function isNamed(error: unknown, ...classes: readonly { readonly name: string }[]): boolean {
  return error instanceof Object && 'name' in error && classes.some((one) => one.name === error.name);
}

/** A store cannot be reached: the same page again, later. */
export function isTransient(error: unknown): boolean {
  return isNamed(error, EventStoreUnavailable, ReadStoreUnavailable);
}

/** Nothing that a stream's event did: no stream is parked for it. */
export function isStoreDamage(error: unknown): boolean {
  return isNamed(error, LogDamaged, ReadStoreDamaged);
}

export function isStaleLease(error: unknown): boolean {
  return isNamed(error, { name: 'StaleLease' });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** 50, 100, 200, … ms, at most `most`. */
export function backoff(attempt: number, first: number, most: number): number {
  return Math.min(most, first * 2 ** (attempt - 1));
}
