import type { EpochMs } from '../../domain/shared/instant.js';
import type { NumberColumn } from '../timeline-index/number-column.js';
import type { EventIds } from './event-ids.js';
import type { InstantsByPlace } from './instants-by-place.js';
import type { Texts } from './texts.js';

/** What changes from row to row. Positions plus one: 0 is never. Chances plus one: 0 is not known. `value` is 0 where it is not known. */
export const ROW_NUMBERS = [
  ...(['validFrom', 'openedBy', 'endedBy', 'withdrawnBy', 'ordinal', 'tie', 'eventType', 'state', 'owner'] as const),
  ...(['valueKnown', 'value', 'currency', 'decisionDate', 'chanceToGet', 'chanceToGo'] as const),
] as const;
export type RowNumber = (typeof ROW_NUMBERS)[number];

/** What is said of a request once, and rarely otherwise: rows that say the same of their deal share one number. */
export const REQUEST_NUMBERS = [
  ...(['company', 'contact', 'product', 'source', 'origin', 'campaign', 'receivedBy', 'department', 'registeredAt', 'dated'] as const),
] as const;
export type RequestNumber = (typeof REQUEST_NUMBERS)[number];

export const PLACED = ['validTo', 'qualifiedAt', 'stageSince', 'closedAt'] as const;
export type Placed = (typeof PLACED)[number];

/** Rows of many deals, column by column: deal after deal in the order of their ids, each deal's in the order of its history. Never changed, but for deals taken out. */
export interface SealedDeals {
  readonly texts: Texts;
  /** Of each deal: its number among `texts.deals`, and its first row; behind the last stands the number of rows. */
  readonly deals: Uint32Array;
  readonly starts: Uint32Array;
  /** 1: the deal's rows are kept elsewhere by now. */
  readonly isOut: Uint8Array;
  /** 1: a row of the deal says that it was registered without a date. */
  readonly hasUndated: Uint8Array;
  readonly rows: Readonly<Record<RowNumber, NumberColumn>>;
  readonly instants: Readonly<Record<Placed, InstantsByPlace>>;
  /** Of each row, the number of what is said of its request. */
  readonly request: NumberColumn;
  readonly requests: Readonly<Record<RequestNumber, NumberColumn>>;
  readonly eventIds: EventIds;
  /** Ties of inserted facts, behind the position that `tie` holds. */
  readonly tieRests: ReadonlyMap<number, string>;
}

export function rowsIn({ starts }: SealedDeals): number {
  return starts[starts.length - 1] ?? 0;
}

export function bytesOf(sealed: SealedDeals): number {
  const columns = [...Object.values(sealed.rows), sealed.request, ...Object.values(sealed.requests)];
  const others = [...Object.values(sealed.instants), sealed.eventIds, ...columns];
  return others.reduce((sum, { bytes }) => sum + bytes, sealed.deals.byteLength * 2 + sealed.isOut.byteLength * 2);
}

/** Opened by K and not withdrawn by it. */
export function isKnown({ rows }: SealedDeals, row: number, knownAt: number): boolean {
  if (rows.openedBy.data[row]! > knownAt + 1) return false; // a row of these, here and below
  const withdrawn = rows.withdrawnBy.data[row]!;
  return withdrawn === 0 || withdrawn > knownAt + 1;
}

/** `rowCounts` of the read store's port, on columns. */
export function counts(sealed: SealedDeals, row: number, start: number, asOf: EpochMs, knownAt: number): boolean {
  const { rows, instants } = sealed;
  if (rows.validFrom.data[row]! > asOf || !isKnown(sealed, row, knownAt)) return false; // likewise
  const ended = rows.endedBy.data[row]!;
  if (ended > knownAt + 1) return true;
  const end = instants.validTo.at(row, start);
  return end === null || asOf < end;
}
