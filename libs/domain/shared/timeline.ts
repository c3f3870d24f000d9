import type { EpochMs } from './instant.js';

/** A value that holds from `from` until the next one's. */
export interface Dated<T> {
  readonly from: EpochMs;
  readonly value: T;
}

/** Ordered by `from`; of values of one instant the last put in holds. */
export type Timeline<T> = readonly Dated<T>[];

/** Facts come in the order of the log or of their dates: a value dated before others takes its place among them. */
export function put<T>(timeline: Timeline<T>, from: EpochMs, value: T): Timeline<T> {
  const before = timeline.findLastIndex((dated) => dated.from <= from);
  return before === timeline.length - 1 ? [...timeline, { from, value }] : timeline.toSpliced(before + 1, 0, { from, value });
}

/** Undefined before the first known value. */
export function valueAt<T>(timeline: Timeline<T>, at: EpochMs): T | undefined {
  return timeline.findLast((dated) => dated.from <= at)?.value;
}

/** Whether `value` is what holds at `at` anyway, so that saying it again changes nothing. */
export function holdsAt<T>(timeline: Timeline<T>, at: EpochMs, value: T, same: (a: T, b: T) => boolean = Object.is): boolean {
  const held = timeline.findLast((dated) => dated.from <= at);
  return held !== undefined && same(held.value, value);
}
