import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import type { RowWrites } from './batch-writes.js';
import type { ReadModel, Row } from '../read-store.port.js';
import { notWithdrawn, withoutEnd } from './filters.js';
import { isDuplicateKey } from './mongo-faults.js';
import { StoredRows, foldedField, integer, rowId } from './stored-rows.js';
import type { RowDocument } from './stored-rows.js';

type Operation = AnyBulkWriteOperation<RowDocument>;

/** Writes rows so that every operation may be repeated, stopped after, and done by two writers at once. */
export class RowWriter {
  readonly #stored: StoredRows;

  constructor(
    private readonly rows: Collection<RowDocument>,
    private readonly model: ReadModel,
    private readonly options: { readonly bulkOperations: number; readonly beforeWrite?: (() => void) | undefined },
  ) {
    this.#stored = new StoredRows(model);
  }

  async write(writes: RowWrites): Promise<void> {
    const there = await this.#insert(writes.inserts);
    // A row that was there already may be from before it was complete.
    const updates = there.flatMap((row) => [...endOf(row), ...withdrawalOf(row)]);
    for (const { key, validTo, endedBy } of writes.ends) updates.push(end(rowId(key), validTo, endedBy));
    for (const { key, withdrawnBy } of writes.withdrawals) updates.push(withdraw(rowId(key), withdrawnBy));
    if (updates.length > 0) await this.#bulks(updates, (bulk) => this.rows.bulkWrite(bulk, { ordered: false }));
    const search = this.model.searchColumns ?? [];
    if (writes.forget === null || search.length === 0) return;
    this.options.beforeWrite?.();
    const emptied = search.flatMap((name) => [name, foldedField(name)]).map((field) => [field, null] as const);
    await this.rows.updateMany({ entity: writes.forget }, { $set: Object.fromEntries(emptied) });
  }

  /** @returns the rows that were there before. */
  async #insert(rows: readonly Row[]): Promise<Row[]> {
    const there: Row[] = [];
    await this.#bulks(rows, async (bulk) => {
      const operations = bulk.map((row): Operation => ({ insertOne: { document: this.#stored.documentOf(row) } }));
      try {
        await this.rows.bulkWrite(operations, { ordered: false });
      } catch (error) {
        there.push(
          ...duplicates(error)
            .map((index) => bulk[index])
            .filter((row) => row !== undefined),
        );
      }
    });
    return there;
  }

  async #bulks<T>(all: readonly T[], write: (bulk: T[]) => Promise<unknown>): Promise<void> {
    const { beforeWrite } = this.options;
    const size = beforeWrite === undefined ? this.options.bulkOperations : 1;
    for (let from = 0; from < all.length; from += size) {
      beforeWrite?.();
      await write(all.slice(from, from + size));
    }
  }
}

/** Places in the bulk of the rows that were there. @throws what else went wrong. */
function duplicates(error: unknown): number[] {
  const all = typeof error === 'object' && error !== null && 'writeErrors' in error ? [error.writeErrors].flat() : [];
  const found = all as { readonly index: number; readonly code: number }[]; // WriteError of the driver
  if (found.length === 0 || !found.every(isDuplicateKey)) throw error;
  return found.map((one) => one.index);
}

function endOf(row: Row): Operation[] {
  return row.validTo === null || row.endedBy === null ? [] : [end(rowId(row), row.validTo, row.endedBy)];
}

function withdrawalOf(row: Row): Operation[] {
  return row.withdrawnBy === null ? [] : [withdraw(rowId(row), row.withdrawnBy)];
}

function end(id: string, validTo: number, endedBy: number): Operation {
  return { updateOne: { filter: withoutEnd(id), update: { $set: { validTo: integer(validTo), endedBy: integer(endedBy) } } } };
}

function withdraw(id: string, withdrawnBy: number): Operation {
  return { updateOne: { filter: notWithdrawn(id), update: { $set: { withdrawnBy: integer(withdrawnBy) } } } };
}
