import { createHash } from 'node:crypto';
import { modelId } from './model-columns.js';
import { InvalidCursor } from './read-store.port.js';
import type { ListQuery, ReadModel, Row } from './read-store.port.js';

/** Where a walk stands: the last row shown, by fields that never change, and the position the walk looks from. */
export interface ListPlace {
  readonly knownAt: number;
  readonly value: string | number | null;
  readonly entity: string;
  readonly openedBy: number;
  readonly ordinal: number;
}

/** Filters and order of a walk: a cursor of another question would show rows that nobody asked for. */
function questionHash(model: ReadModel, query: ListQuery): string {
  const question = JSON.stringify([modelId(model), query.orderBy, query.descending ?? false, query.where]);
  return createHash('sha256').update(question).digest('base64url').slice(0, 8);
}

export function cursorAfter(model: ReadModel, query: ListQuery, knownAt: number, last: Row): string {
  const value = last[query.orderBy] ?? null;
  return Buffer.from(JSON.stringify([questionHash(model, query), knownAt, value, last.entity, last.openedBy, last.ordinal])).toString(
    'base64url',
  );
}

/** @throws InvalidCursor */
export function placeOf(model: ReadModel, query: ListQuery): ListPlace | null {
  if (query.cursor === undefined) return null;
  const parts = parsed(query.cursor);
  if (!Array.isArray(parts) || parts.length !== 6) throw new InvalidCursor('the cursor is none that this list gave');
  const [hash, knownAt, value, entity, openedBy, ordinal] = parts as unknown[];
  if (hash !== questionHash(model, query)) throw new InvalidCursor('the cursor belongs to another list: ask again without it');
  if (!isPosition(knownAt) || !isPosition(openedBy) || !isPosition(ordinal) || typeof entity !== 'string' || !isValue(value)) {
    throw new InvalidCursor('the cursor is none that this list gave');
  }
  return { knownAt, value, entity, openedBy, ordinal };
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

function isPosition(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isValue(value: unknown): value is string | number | null {
  return value === null || typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
}
