import type { DomainEvent, RecordedEvent } from '../domain/shared/envelope.js';
import type { Fact } from '../domain/shared/history.js';
import { factOf, factsAsKnown } from '../domain/shared/history.js';
import type { EpochMs } from '../domain/shared/instant.js';
import { positionNumber } from '../domain/shared/position.js';
import type { Row, RowChange, RowLife } from '../read-store/read-store.port.js';
import type { Projection } from './projection.js';

/** What one stream shows now: one row, in versions. */
export interface CurrentRow<S, R extends RowLife, E extends DomainEvent = DomainEvent> extends Pick<
  Projection,
  'model' | 'categories' | 'handles' | 'entityOf'
> {
  readonly nothing: S;
  evolve(state: S, fact: Fact<E>): S;
  /** The row that shows `state`, with this life; null where there is nothing to show. One literal: it runs for every event of a rebuild. */
  row(state: S, life: RowLife): R | null;
  /** Whether both show the same, whatever their lives. */
  same(before: R, after: R): boolean;
}

export interface CurrentState<S, R> {
  readonly folded: S;
  readonly latestAt: EpochMs;
  readonly withdrawn: boolean;
  /** May be the very row that was handed out: only what it shows and what opened it is looked at here. */
  readonly shown: R | null;
}

/**
 * The state at the end of time, as known: a new version of the row withdraws the one before. Readers ask for the versions at a checkpoint, so of several
 * versions within one page only the last is kept (`onlyLatest`).
 */
export function currentRowProjection<S, R extends RowLife, E extends DomainEvent = DomainEvent>(
  rows: CurrentRow<S, R, E>,
): Projection<CurrentState<S, R>> {
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

function goOn<S, R extends RowLife, E extends DomainEvent>(rows: CurrentRow<S, R, E>, state: Folded<S>, event: RecordedEvent): Folded<S> {
  const fact = factOf(event) as Fact<E>; // the projection's own category: its events are E
  return { folded: rows.evolve(state.folded, fact), latestAt: event.effectiveAt, withdrawn: false };
}

function foldAgain<S, R extends RowLife, E extends DomainEvent>(
  rows: CurrentRow<S, R, E>,
  event: RecordedEvent,
  history: readonly RecordedEvent[],
): Folded<S> {
  const { facts, withdrawn } = factsAsKnown<E>(history, event.position);
  const standing = withdrawn ? [] : facts;
  const folded = standing.reduce((state, fact) => rows.evolve(state, fact), rows.nothing);
  return { folded, latestAt: standing.at(-1)?.effectiveAt ?? Number.NEGATIVE_INFINITY, withdrawn };
}

function show<S, R extends RowLife, E extends DomainEvent>(
  rows: CurrentRow<S, R, E>,
  shown: CurrentState<S, R>['shown'],
  next: Folded<S>,
  event: RecordedEvent,
): { state: CurrentState<S, R>; changes: RowChange[] } {
  const entity = rows.entityOf(event.stream);
  const position = positionNumber(event.position);
  const validFrom = event.effectiveAt;
  const life: RowLife = { entity, openedBy: position, ordinal: 0, validFrom, validTo: null, endedBy: null, withdrawnBy: null };
  const row = rows.row(next.folded, life);
  const { folded, latestAt, withdrawn } = next;
  if (shown !== null && row !== null && rows.same(shown, row)) return { state: { folded, latestAt, withdrawn, shown }, changes: [] };
  const changes: RowChange[] = [];
  if (shown !== null) changes.push({ kind: 'withdraw', key: { entity, openedBy: shown.openedBy, ordinal: 0 }, withdrawnBy: position });
  if (row !== null) changes.push({ kind: 'insert', row: row as RowLife as Row }); // its columns are the model's
  return { state: { folded, latestAt, withdrawn, shown: row }, changes };
}
