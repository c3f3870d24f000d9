import type { DomainEvent, RecordedEvent } from '../domain/shared/envelope.js';
import type { Fact } from '../domain/shared/history.js';
import { factOf, factsAsKnown } from '../domain/shared/history.js';
import type { EpochMs } from '../domain/shared/instant.js';
import { positionNumber } from '../domain/shared/position.js';
import type { ColumnValue, Row, RowChange } from '../read-store/read-store.port.js';
import type { Projection } from './projection.js';

/** Columns of a row without its life. */
type Columns = { readonly [column: string]: ColumnValue };

/** What one stream shows now: one row, in versions. */
export interface CurrentRow<S, C extends Columns, E extends DomainEvent = DomainEvent> extends Pick<
  Projection,
  'model' | 'categories' | 'handles' | 'entityOf'
> {
  readonly nothing: S;
  evolve(state: S, fact: Fact<E>): S;
  /** Null where there is nothing to show. `event` is the one that opens this version; `id` what the row describes. */
  columns(state: S, id: string): C | null;
  same(before: C, after: C): boolean;
}

export interface CurrentState<S, C> {
  readonly folded: S;
  readonly latestAt: EpochMs;
  readonly withdrawn: boolean;
  readonly shown: { readonly columns: C; readonly openedBy: number } | null;
}

/**
 * The state at the end of time, as known: a new version of the row withdraws the one before. Readers ask for the versions at a checkpoint, so of several
 * versions within one page only the last is kept (`onlyLatest`).
 */
export function currentRowProjection<S, C extends Columns, E extends DomainEvent = DomainEvent>(
  rows: CurrentRow<S, C, E>,
): Projection<CurrentState<S, C>> {
  return {
    model: rows.model,
    categories: rows.categories,
    handles: rows.handles,
    onlyLatest: true,
    entityOf: (stream) => rows.entityOf(stream),
    initial: { folded: rows.nothing, latestAt: Number.NEGATIVE_INFINITY, withdrawn: false, shown: null },
    apply(state, event, history) {
      const inOrder = event.type !== 'HistoryCorrected' && !state.withdrawn && event.effectiveAt >= state.latestAt;
      const next = inOrder ? goOn(rows, state, event) : foldAgain(rows, event, history());
      return show(rows, state.shown, next, event);
    },
  };
}

type Folded<S> = Omit<CurrentState<S, never>, 'shown'>;

function goOn<S, C extends Columns, E extends DomainEvent>(rows: CurrentRow<S, C, E>, state: Folded<S>, event: RecordedEvent): Folded<S> {
  const fact = factOf(event) as Fact<E>; // the projection's own category: its events are E
  return { folded: rows.evolve(state.folded, fact), latestAt: event.effectiveAt, withdrawn: false };
}

function foldAgain<S, C extends Columns, E extends DomainEvent>(
  rows: CurrentRow<S, C, E>,
  event: RecordedEvent,
  history: readonly RecordedEvent[],
): Folded<S> {
  const { facts, withdrawn } = factsAsKnown<E>(history, event.position);
  const standing = withdrawn ? [] : facts;
  const folded = standing.reduce((state, fact) => rows.evolve(state, fact), rows.nothing);
  return { folded, latestAt: standing.at(-1)?.effectiveAt ?? Number.NEGATIVE_INFINITY, withdrawn };
}

function show<S, C extends Columns, E extends DomainEvent>(
  rows: CurrentRow<S, C, E>,
  shown: CurrentState<S, C>['shown'],
  next: Folded<S>,
  event: RecordedEvent,
): { state: CurrentState<S, C>; changes: RowChange[] } {
  const entity = rows.entityOf(event.stream);
  const columns = rows.columns(next.folded, entity);
  if (shown !== null && columns !== null && rows.same(shown.columns, columns)) return { state: { ...next, shown }, changes: [] };
  const position = positionNumber(event.position);
  const changes: RowChange[] = [];
  if (shown !== null) changes.push({ kind: 'withdraw', key: { entity, openedBy: shown.openedBy, ordinal: 0 }, withdrawnBy: position });
  if (columns !== null) {
    const validFrom = event.effectiveAt;
    // Its life first: properties added behind a spread of so many make V8 keep the object as a dictionary, at twenty times the cost.
    const row: Row = { entity, openedBy: position, ordinal: 0, validFrom, validTo: null, endedBy: null, withdrawnBy: null, ...columns };
    changes.push({ kind: 'insert', row });
  }
  return { state: { ...next, shown: columns === null ? null : { columns, openedBy: position } }, changes };
}
