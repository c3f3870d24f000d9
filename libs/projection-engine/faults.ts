import { EventStoreUnavailable, LogDamaged } from '../event-store/event-store.port.js';
import { CheckpointLost, ReadStoreDamaged, ReadStoreUnavailable, StaleLease } from '../read-store/read-store.port.js';

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

/** Another process has the partition by now. */
export function isStaleLease(error: unknown): boolean {
  return isNamed(error, StaleLease);
}

/** The store came back older than it was. */
export function isCheckpointLost(error: unknown): boolean {
  return isNamed(error, CheckpointLost);
}

/** Nothing that an event did. */
export function isOfTheStore(error: unknown): boolean {
  return isTransient(error) || isStoreDamage(error) || isStaleLease(error) || isCheckpointLost(error);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** 50, 100, 200, … ms, at most `most`. */
export function backoff(attempt: number, first: number, most: number): number {
  return Math.min(most, first * 2 ** (attempt - 1));
}
