import type { RecordedEvent } from '../../libs/domain/shared/envelope.js';
import { idOf } from '../../libs/domain/shared/ids.js';
import { positionNumber } from '../../libs/domain/shared/position.js';
import type { Projection } from '../../libs/projection-engine/projection.js';
import type { ColumnType, ReadModel, Row, RowLife } from '../../libs/read-store/read-store.port.js';
import { ONLY_DEALS } from '../handling.js';

/**
 * One event of a deal: who did what, when it happened and when it was recorded. entity is the deal's id, `openedBy` the event's position. What the event says besides is in the log, where
 * whoever audits it reads it (`deal history`): a copy of every event would be as large as the log, and proves nothing.
 */
export type DealHistoryRow = RowLife & DealHistoryColumns;
export type DealHistoryColumns = {
  readonly revision: number;
  readonly type: string;
  readonly recordedAt: number;
  /** 0 where the source had no date. */
  readonly dated: 0 | 1;
  readonly actor: string;
  readonly actorKind: string;
  readonly processVersion: string | null;
  /** The event or correction that a correction replaces, voids or comes after. */
  readonly target: string | null;
};

export const dealHistoryModel: ReadModel = {
  name: 'deal-history',
  version: 2,
  columns: {
    revision: 'integer',
    type: 'symbol',
    recordedAt: 'integer',
    dated: 'integer',
    actor: 'symbol',
    actorKind: 'symbol',
    processVersion: 'symbol',
    target: 'text',
  } satisfies Record<keyof DealHistoryColumns, ColumnType>,
  // Read in the order of the log: one deal's events are read in the log itself.
  indexes: [],
  byEntity: false,
};

function targetOf(event: RecordedEvent): string | null {
  if (event.type !== 'HistoryCorrected') return null;
  const { target, after } = event.data as { target?: string; after?: string }; // of a correction, checked by the catalog
  return target ?? after ?? null;
}

function rowOf(event: RecordedEvent): Row {
  const { metadata } = event;
  // One literal, nothing spread: this runs for every event of a rebuild.
  return {
    entity: idOf(event.stream),
    openedBy: positionNumber(event.position),
    ordinal: 0,
    validFrom: event.effectiveAt,
    validTo: null,
    endedBy: null,
    withdrawnBy: null,
    revision: event.revision,
    type: event.type,
    recordedAt: event.recordedAt,
    dated: metadata.dated === false ? 0 : 1,
    actor: metadata.actor.id,
    actorKind: metadata.actor.kind,
    processVersion: metadata.processVersion ?? null,
    target: targetOf(event),
  } satisfies DealHistoryRow;
}

/** One row per event of a deal, corrections and what they correct alike: nothing is ever taken out of it. */
export const dealHistory: Projection<null> = {
  model: dealHistoryModel,
  categories: ['deal'],
  handles: ONLY_DEALS,
  initial: null,
  entityOf: idOf,
  apply: (_state, event) => ({ state: null, changes: [{ kind: 'insert', row: rowOf(event) }] }),
};
