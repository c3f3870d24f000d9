import type { EpochMs } from '../../domain/shared/instant.js';
import type { ListPlace } from '../list-cursor.js';
import { columnType, foldText, isSearchColumn } from '../model-columns.js';
import type { Condition, ReadModel } from '../read-store.port.js';

export interface SqlPart {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/**
 * `validTo` and `endedBy` of a row that has no end yet: beyond every instant and position. A number and not NULL, so that setting the end does not make the row
 * longer (a full page would have to be split), and so that the filters need no third case.
 */
export const NOT_YET = Number.MAX_SAFE_INTEGER;

export function both(...parts: readonly SqlPart[]): SqlPart {
  return {
    sql: parts.length === 0 ? '1' : parts.map((part) => `(${part.sql})`).join(' AND '),
    values: parts.flatMap((part) => part.values),
  };
}

/** `rowCounts` in SQL. */
export function countsAt(asOf: EpochMs, knownAt: number): SqlPart {
  return both(knownBy(knownAt), { sql: 'validFrom <= ? AND (validTo > ? OR endedBy > ?)', values: [asOf, asOf, knownAt] });
}

/** Opened by then and not withdrawn by then. */
export function knownBy(knownAt: number): SqlPart {
  return { sql: 'openedBy <= ? AND (withdrawnBy IS NULL OR withdrawnBy > ?)', values: [knownAt, knownAt] };
}

export function whereSql(model: ReadModel, conditions: readonly Condition[]): SqlPart {
  return both(...conditions.map((condition) => conditionSql(model, condition)));
}

function conditionSql(model: ReadModel, condition: Condition): SqlPart {
  const column = `"${condition.column}"`;
  columnType(model, condition.column);
  if ('contains' in condition) {
    if (!isSearchColumn(model, condition.column)) throw new Error(`${condition.column} of ${model.name} is no search column`);
    return { sql: `instr(${foldedColumn(condition.column)}, ?) > 0`, values: [foldText(condition.contains)] };
  }
  if ('in' in condition) {
    const values = condition.in.filter((value) => value !== null);
    const sql = values.length === 0 ? '0' : `${column} IN (${values.map(() => '?').join(', ')})`;
    return { sql: values.length === condition.in.length ? sql : `${sql} OR ${column} IS NULL`, values };
  }
  const bounds: SqlPart[] = [];
  if (condition.from !== undefined) bounds.push({ sql: `${column} >= ?`, values: [condition.from] });
  if (condition.below !== undefined) bounds.push({ sql: `${column} < ?`, values: [condition.below] });
  return both(...bounds);
}

/** Where the search text of a column stands, folded. */
export function foldedColumn(column: string): string {
  return `"${column}~"`;
}

/** Rows behind `place` in the order (orderBy, entity, openedBy, ordinal), all of them ascending or all descending; null is the lowest. */
export function behind(orderBy: string, descending: boolean, place: ListPlace): SqlPart {
  const than = descending ? '<' : '>';
  const column = `"${orderBy}"`;
  const ties = [place.entity, place.openedBy, place.ordinal];
  if (place.value === null) {
    const sameNull = `${column} IS NULL AND (entity, openedBy, ordinal) ${than} (?, ?, ?)`;
    return { sql: descending ? sameNull : `(${sameNull}) OR ${column} IS NOT NULL`, values: ties };
  }
  const further = `(${column}, entity, openedBy, ordinal) ${than} (?, ?, ?, ?)`;
  return { sql: descending ? `${further} OR ${column} IS NULL` : further, values: [place.value, ...ties] };
}
