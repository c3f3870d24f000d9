import type { Collection } from 'mongodb';
import { ReadStoreDamaged } from '../read-store.port.js';
import { isIndexConflict } from './mongo-faults.js';
import type { RowDocument } from './stored-rows.js';

/** Makes the indexes that are missing, and looks at what is then there: a question without its index is one that never ends on a full store. */
export async function ensureIndexes(rows: Collection<RowDocument>, wanted: readonly (readonly string[])[]): Promise<void> {
  if (wanted.length === 0) return;
  try {
    await rows.createIndexes(wanted.map((columns) => ({ key: keyOf(columns), name: columns.join('_') })));
  } catch (error) {
    if (!isIndexConflict(error)) throw error;
  }
  const there = await rows.listIndexes().toArray();
  const missing = wanted.filter((columns) => !there.some((index) => JSON.stringify(index['key']) === JSON.stringify(keyOf(columns))));
  if (missing.length > 0) {
    const names = missing.map((columns) => columns.join(', ')).join('; ');
    throw new ReadStoreDamaged(`${rows.namespace} has no index by ${names}, but another one under that name: drop it and start again`);
  }
}

function keyOf(columns: readonly string[]): Record<string, 1> {
  return Object.fromEntries(columns.map((column) => [column, 1] as const));
}
