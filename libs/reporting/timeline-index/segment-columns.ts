import { InstantColumn } from './instant-column.js';
import { NumberColumn } from './number-column.js';

/** The columns of a row. Texts are codes of the index's dictionaries; `value` is 0 where the value is unknown (`currency` code 0). */
export const COLUMNS = [
  ...(['validFrom', 'validTo', 'openedBy', 'endedBy', 'ordinal', 'state', 'owner', 'company', 'product'] as const),
  ...(['source', 'origin', 'campaign', 'department', 'closing', 'currency', 'value'] as const),
] as const;
export type ColumnName = (typeof COLUMNS)[number];
export type InstantName = 'validFrom' | 'validTo';
export type Columns = Record<Exclude<ColumnName, InstantName>, NumberColumn> & Record<InstantName, InstantColumn>;
/** A row as the columns hold it. */
export type RowValues = Record<ColumnName, number>;
/** What tells a row from all others: the event that opened it and which of its rows it is; when it began says where to look. */
export type KeyValues = Pick<RowValues, 'validFrom' | 'openedBy' | 'ordinal'>;

/** Positions are kept plus one; 0 is never: `endedBy` of a row that has not ended, `openedBy` of a row that was taken out. */
export function positionCode(position: number | null): number {
  return position === null ? 0 : position + 1;
}

export function isInstant(name: ColumnName): name is InstantName {
  return name === 'validFrom' || name === 'validTo';
}

/** With room for so many rows. */
export function emptyColumns(capacity?: number): Columns {
  return Object.fromEntries(
    COLUMNS.map((name) => [name, isInstant(name) ? new InstantColumn(capacity) : new NumberColumn(1, capacity)]),
  ) as Columns; // every name is there
}
