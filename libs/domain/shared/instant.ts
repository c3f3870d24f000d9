import type { Brand } from './brand.js';

/** Milliseconds since 1970-01-01T00:00:00Z. Inside the house every instant is one; ISO 8601 text only at the edges and in stored bytes. */
export type EpochMs = number;

/** A date of the calendar without a zone, `2017-12-31`. */
export type CalendarDate = Brand<string, 'CalendarDate'>;

/** The first known value of a person's team, a company's industry and the like counts from here unless a date is given. */
export const BEGINNING_OF_TIME: EpochMs = -62_135_596_800_000; // 0001-01-01T00:00:00.000Z
export const END_OF_TIME: EpochMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

// The facts of one row and the events of one command share their instant, and writing one out is dear: the last one is remembered.
let lastWritten: { readonly at: EpochMs; readonly text: string } = { at: 0, text: '1970-01-01T00:00:00.000Z' };

/** @throws RangeError for what is no instant */
export function isoInstant(at: EpochMs): string {
  if (at !== lastWritten.at) lastWritten = { at, text: new Date(at).toISOString() };
  return lastWritten.text;
}

/** Undefined where the text is not `YYYY-MM-DD` of a day that exists. */
export function parseCalendarDate(text: string): CalendarDate | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const at = Date.parse(`${text}T00:00:00.000Z`);
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text ? undefined : (text as CalendarDate);
}
