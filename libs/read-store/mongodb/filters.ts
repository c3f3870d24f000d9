import type { Document, Filter } from 'mongodb';
import { END_OF_TIME } from '../../domain/shared/instant.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { ListPlace } from '../list-cursor.js';
import { checkOrdered, columnType, foldText, isSearchColumn } from '../model-columns.js';
import type { Condition, ListQuery, ReadModel } from '../read-store.port.js';
import { NOT_YET, foldedField, idFrom, integer, rowId } from './stored-rows.js';
import type { RowDocument } from './stored-rows.js';

export type RowFilter = Filter<RowDocument>;

/** "Whatever is known" may be asked for with the largest number there is, which stands for "not yet" in the rows. */
const LAST_POSITION = Number.MAX_SAFE_INTEGER - 2;

/** Opened in (after, through]. */
export function openedWithin(after: number, through: number): RowFilter {
  return { _id: { $gte: idFrom(after + 1), $lt: idFrom(Math.min(through, LAST_POSITION) + 1) } };
}

/** Opened by then and not withdrawn by then. */
export function knownBy(knownAt: number): RowFilter {
  return { ...openedWithin(-1, knownAt), withdrawnBy: { $gt: integer(Math.min(knownAt, LAST_POSITION)) } };
}

/** `rowCounts` as a filter. */
export function countsAt(asOf: EpochMs, knownAt: number): RowFilter {
  const endedLater = { endedBy: { $gt: integer(Math.min(knownAt, LAST_POSITION)) } };
  return { ...knownBy(knownAt), validFrom: { $lte: integer(asOf) }, $or: [{ validTo: { $gt: integer(asOf) } }, endedLater] };
}

/** Opened before and ended in (after, through]. */
export function endedWithin(after: number, through: number): RowFilter {
  return { _id: { $lt: idFrom(after + 1) }, endedBy: within(after, through) };
}

/** Opened before, withdrawn in (after, through] and not ended in it. */
export function withdrawnWithin(after: number, through: number): RowFilter {
  return { _id: { $lt: idFrom(after + 1) }, withdrawnBy: within(after, through), endedBy: { $not: within(after, through) } };
}

function within(after: number, through: number): Document {
  return { $gt: integer(after), $lte: integer(Math.min(through, LAST_POSITION)) };
}

export function whereFilter(model: ReadModel, conditions: readonly Condition[]): RowFilter[] {
  return conditions.map((condition) => conditionFilter(model, condition));
}

function conditionFilter(model: ReadModel, condition: Condition): RowFilter {
  const type = columnType(model, condition.column);
  const stored = (value: string | number | null) => (type === 'integer' && typeof value === 'number' ? integer(value) : value);
  if ('contains' in condition) {
    if (!isSearchColumn(model, condition.column)) throw new Error(`${condition.column} of ${model.name} is no search column`);
    return { [foldedField(condition.column)]: { $regex: foldText(condition.contains).replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&') } };
  }
  if ('in' in condition) return { [condition.column]: { $in: condition.in.map(stored) } };
  checkOrdered(model, condition.column);
  return {
    [condition.column]: {
      ...(condition.from === undefined ? {} : { $gte: stored(condition.from) }),
      ...(condition.below === undefined ? {} : { $lt: stored(condition.below) }),
    },
  };
}

export function listFilter(model: ReadModel, query: ListQuery, knownAt: number, place: ListPlace | null): RowFilter {
  const parts = [countsAt(END_OF_TIME, knownAt), ...whereFilter(model, query.where)];
  if (place !== null) parts.push({ $or: behind(query.orderBy, query.descending ?? false, place) });
  return { $and: parts };
}

/** Rows behind `place` in the order (orderBy, entity, _id), all of them ascending or all descending; null is the lowest. */
function behind(orderBy: string, descending: boolean, place: ListPlace): RowFilter[] {
  const than = descending ? '$lt' : '$gt';
  const value = typeof place.value === 'number' ? integer(place.value) : place.value;
  const ties: RowFilter[] = [
    { [orderBy]: value, entity: { [than]: place.entity } },
    { [orderBy]: value, entity: place.entity, _id: { [than]: rowId(place) } },
  ];
  if (place.value === null) return descending ? ties : [{ [orderBy]: { $ne: null } }, ...ties];
  const further: RowFilter = { [orderBy]: { [than]: value } };
  return descending ? [further, { [orderBy]: null }, ...ties] : [further, ...ties];
}

/** What sets the end of a row that has none. */
export function withoutEnd(id: string): RowFilter {
  return { _id: id, endedBy: NOT_YET };
}

export function notWithdrawn(id: string): RowFilter {
  return { _id: id, withdrawnBy: NOT_YET };
}
