import type { EpochMs } from '../../domain/shared/instant.js';
import type { ListPlace } from '../list-cursor.js';
import { checkOrdered, columnType, foldText, isSearchColumn } from '../model-columns.js';
import type { Condition, ReadModel, RowKey } from '../read-store.port.js';

/** What these tables hold. */
export type SqlValue = string | number | null;

export interface SqlPart {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/**
 * `validTo` and `endedBy` of a row that has no end yet: beyond every instant and position. A number and not NULL, so that setting the end does not make the row
 * longer (a full page would have to be split), and so that the filters need no third case.
 */
export const NOT_YET = Number.MAX_SAFE_INTEGER;

/** A key is `openedBy << 16 | ordinal`. Positions count the bytes of an EventStoreDB log: 47 bits are 140 TB. */
export const ORDINAL_BITS = 16;
const LAST_POSITION = 2 ** (63 - ORDINAL_BITS) - 2;
/** better-sqlite3 binds what is beyond 32 bits as a floating-point number, exact up to 2^53: as an integer again before it is shifted beyond that. */
export const KEY_PLACE = `(CAST(? AS INTEGER) << ${ORDINAL_BITS}) + ?`;
/** Values: `keyValues`. */
export const keyOf = `key = ${KEY_PLACE}`;
/** Values: `keyValues` and the entity. */
export const atKey = `${keyOf} AND entity = ?`;

export function keyValues(key: Pick<RowKey, 'openedBy' | 'ordinal'>): [openedBy: number, ordinal: number] {
  if (key.openedBy > LAST_POSITION || key.ordinal >= 1 << ORDINAL_BITS) throw new RangeError(`no row key: ${key.openedBy}, ${key.ordinal}`);
  return [key.openedBy, key.ordinal];
}

export function behindKey(key: Pick<RowKey, 'openedBy' | 'ordinal'>): SqlPart {
  return { sql: `key > ${KEY_PLACE}`, values: keyValues(key) };
}

/** Opened in (after, through], as a range of keys. */
export function openedWithin(range: { readonly after?: number; readonly through: number }): SqlPart {
  // "Whatever is known" may be asked for with the largest number there is.
  const through = { sql: `key < ${KEY_PLACE}`, values: [Math.min(range.through, LAST_POSITION) + 1, 0] };
  return range.after === undefined ? through : both({ sql: `key >= ${KEY_PLACE}`, values: [range.after + 1, 0] }, through);
}

export function both(...parts: readonly SqlPart[]): SqlPart {
  return {
    sql: parts.length === 0 ? '1' : parts.map((part) => `(${part.sql})`).join(' AND '),
    values: parts.flatMap((part) => part.values),
  };
}

/** `rowCounts` in SQL, of rows `openedWithin({ through: knownAt })`. */
export function countsAt(asOf: EpochMs, knownAt: number): SqlPart {
  return both(knownBy(knownAt), { sql: 'validFrom <= ? AND (validTo > ? OR endedBy > ?)', values: [asOf, asOf, knownAt] });
}

/** Not withdrawn by then. */
export function knownBy(knownAt: number): SqlPart {
  return { sql: 'withdrawnBy IS NULL OR withdrawnBy > ?', values: [knownAt] };
}

export function whereSql(model: ReadModel, conditions: readonly Condition[]): SqlPart {
  return both(...conditions.map((condition) => conditionSql(model, condition)));
}

function conditionSql(model: ReadModel, condition: Condition): SqlPart {
  const column = `"${condition.column}"`;
  const type = columnType(model, condition.column);
  if ('contains' in condition) {
    if (!isSearchColumn(model, condition.column)) throw new Error(`${condition.column} of ${model.name} is no search column`);
    return { sql: `instr(${foldedColumn(condition.column)}, ?) > 0`, values: [foldText(condition.contains)] };
  }
  if ('in' in condition) {
    const partial = model.indexes.find((index) => 'where' in index && index.where.column === condition.column);
    if (partial !== undefined && 'where' in partial && condition.in.length === 1 && condition.in[0] === partial.where.is)
      return { sql: only(partial.where), values: [] };
    const values = condition.in.filter((value) => value !== null);
    const places = values.map(() => '?').join(', ');
    const among = type === 'symbol' ? `SELECT id FROM symbols WHERE value IN (${places})` : places;
    const sql = values.length === 0 ? '0' : `${column} IN (${among})`;
    return { sql: values.length === condition.in.length ? sql : `${sql} OR ${column} IS NULL`, values };
  }
  checkOrdered(model, condition.column);
  const bounds: SqlPart[] = [];
  if (condition.from !== undefined) bounds.push({ sql: `${column} >= ?`, values: [condition.from] });
  if (condition.below !== undefined) bounds.push({ sql: `${column} < ?`, values: [condition.below] });
  return both(...bounds);
}

/** The condition of a partial index. Spelled out, not bound: only so does the planner see that a question is within it. */
export function only({ column, is }: { readonly column: string; readonly is: number }): string {
  return `"${column}" = ${is}`;
}

/** Where the search text of a column stands, folded. */
export function foldedColumn(column: string): string {
  return `"${column}~"`;
}

/** Rows behind `place` in the order (orderBy, entity, key), all of them ascending or all descending; null is the lowest. */
export function behind(orderBy: string, descending: boolean, place: ListPlace): SqlPart {
  const than = descending ? '<' : '>';
  const column = `"${orderBy}"`;
  const ties = [place.entity, place.openedBy, place.ordinal];
  if (place.value === null) {
    const sameNull = `${column} IS NULL AND (entity, key) ${than} (?, ${KEY_PLACE})`;
    return { sql: descending ? sameNull : `(${sameNull}) OR ${column} IS NOT NULL`, values: ties };
  }
  const further = `(${column}, entity, key) ${than} (?, ?, ${KEY_PLACE})`;
  return { sql: descending ? `${further} OR ${column} IS NULL` : further, values: [place.value, ...ties] };
}
