import type { Brand } from './brand.js';

/** An event's place in the log: 20 digits, so that it sorts as text, on every adapter alike. `00000000000000000000` is before the first event. */
export type Position = Brand<string, 'Position'>;

const DIGITS = 20;
export const LOG_START = '0'.repeat(DIGITS) as Position;

/** Rows and indexes keep positions as numbers: every store's positions stay far below 2^53 (a commit position counts bytes). */
export function positionNumber(position: Position): number {
  return Number(position);
}

/** @throws RangeError for what is no whole number in [0, 2^53). */
export function positionOf(value: number | bigint): Position {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(`not a log position: ${value}`);
  const digits = String(number);
  return (LOG_START.slice(digits.length) + digits) as Position;
}

/** A position of somebody who may also say which event stands there in his history. */
export interface Place {
  readonly position: Position;
  readonly eventId?: string;
}

/** `1042`, or `1042/<eventId>`; undefined where it is neither. */
export function parsePlace(text: string): Place | undefined {
  const [said = '', eventId, ...more] = text.split('/');
  const position = parsePosition(said);
  if (position === undefined || more.length > 0) return undefined;
  if (eventId === undefined) return { position };
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(eventId) ? { position, eventId: eventId.toLowerCase() } : undefined;
}

/** Reads what a person or a client sent; undefined where it is no position. Leading zeros may be left out. */
export function parsePosition(text: string): Position | undefined {
  if (!/^\d{1,20}$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? positionOf(number) : undefined;
}
