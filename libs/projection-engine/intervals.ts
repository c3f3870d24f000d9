import type { DomainEvent, RecordedEvent } from '../domain/shared/envelope.js';
import type { Fact } from '../domain/shared/history.js';
import { factOf, factsAsKnown } from '../domain/shared/history.js';
import type { EpochMs } from '../domain/shared/instant.js';
import { positionNumber } from '../domain/shared/position.js';
import type { ColumnValue, Row, RowChange } from '../read-store/read-store.port.js';
import type { Projection } from './projection.js';

/** Columns of a row without its life. */
export type Columns = { readonly [column: string]: ColumnValue };

/** What the rows of one stream show: `evolve` and a comparison. */
export interface IntervalRows<S, C extends Columns, E extends DomainEvent = DomainEvent> extends Pick<
  Projection,
  'model' | 'categories' | 'handles' | 'entityOf'
> {
  readonly nothing: S;
  evolve(state: S, fact: Fact<E>): S;
  /** The row that shows `state`, reached by `fact`; null where there is nothing to show. */
  columns(state: S, fact: Fact<E>, id: string): C | null;
  /** Whether both show the same state: a fact that changes nothing opens no row. */
  same(before: C, after: C): boolean;
}

/** A row that is not withdrawn; it ends where the next begins. `columns` is null over a time in which there is nothing to show. */
interface Standing<C> {
  readonly columns: C | null;
  readonly validFrom: EpochMs;
  readonly openedBy: number;
  readonly ordinal: number;
}

/** Standing rows, the latest first: links are never changed, and states share them. */
interface Chain<C> {
  readonly row: Standing<C>;
  readonly before: Chain<C> | null;
}

export interface IntervalState<S, C> {
  readonly folded: S;
  /** The latest fact's instant: what comes at it or later goes on from `folded`, what comes earlier needs the stream folded again. */
  readonly latestAt: EpochMs;
  readonly withdrawn: boolean;
  readonly last: Standing<C> | null;
  /** All standing rows. Undefined until the stream is first folded again: most never are, and with their rows a page of states would fill the memory. */
  readonly standing: Chain<C> | null | undefined;
}

/**
 * Interval rows that are never overwritten (design section 6). An event in order ends the open row and opens the next. A correction, or a fact dated
 * before others, folds the stream again by the law: rows that no longer hold are withdrawn, their replacements opened, all others left as they are.
 */
export function intervalProjection<S, C extends Columns, E extends DomainEvent = DomainEvent>(
  rows: IntervalRows<S, C, E>,
): Projection<IntervalState<S, C>> {
  return {
    model: rows.model,
    categories: rows.categories,
    handles: rows.handles,
    entityOf: (stream) => rows.entityOf(stream),
    initial: { folded: rows.nothing, latestAt: Number.NEGATIVE_INFINITY, withdrawn: false, last: null, standing: undefined },
    apply: (state, event, history) => step(rows, state, event, history),
  };
}

interface Step<S, C> {
  readonly state: IntervalState<S, C>;
  readonly changes: RowChange[];
}

function step<S, C extends Columns, E extends DomainEvent>(
  rows: IntervalRows<S, C, E>,
  state: IntervalState<S, C>,
  event: RecordedEvent,
  history: () => readonly RecordedEvent[],
): Step<S, C> {
  const inOrder = event.type !== 'HistoryCorrected' && !state.withdrawn && event.effectiveAt >= state.latestAt;
  return inOrder ? goOn(rows, state, event) : foldAgain(rows, state, event, history());
}

function insert<C extends Columns>(
  entity: string,
  row: Standing<C>,
  columns: C,
  validTo: EpochMs | null,
  endedBy: number | null,
): RowChange {
  const { validFrom, openedBy, ordinal } = row;
  // Its life first: properties added behind a spread of so many make V8 keep the object as a dictionary, at twenty times the cost.
  const inserted: Row = { entity, openedBy, ordinal, validFrom, validTo, endedBy, withdrawnBy: null, ...columns };
  return { kind: 'insert', row: inserted };
}

function goOn<S, C extends Columns, E extends DomainEvent>(
  rows: IntervalRows<S, C, E>,
  state: IntervalState<S, C>,
  event: RecordedEvent,
): Step<S, C> {
  const fact = factOf<E>(event);
  const at = event.effectiveAt;
  const folded = rows.evolve(state.folded, fact);
  const { last, standing } = state;
  const changes: RowChange[] = [];
  const entity = rows.entityOf(event.stream);
  const columns = folded === state.folded ? (last?.columns ?? null) : rows.columns(folded, fact, entity);
  if (sameColumns(rows, last?.columns ?? null, columns))
    return { state: { folded, latestAt: at, withdrawn: false, last, standing }, changes };

  const position = positionNumber(event.position);
  if (last !== null && last.columns !== null) {
    const key = { entity, openedBy: last.openedBy, ordinal: last.ordinal };
    changes.push({ kind: 'end', key, validTo: at, endedBy: position });
  }
  const row: Standing<C> = { columns, validFrom: at, openedBy: position, ordinal: 0 };
  if (columns !== null) changes.push(insert(entity, row, columns, null, null));
  const chain = standing === undefined ? undefined : { row, before: standing };
  return { state: { folded, latestAt: at, withdrawn: false, last: row, standing: chain }, changes };
}

function latest<C>(chain: Chain<C> | null): Standing<C> | null {
  return chain === null ? null : chain.row;
}

function sameColumns<S, C extends Columns, E extends DomainEvent>(rows: IntervalRows<S, C, E>, a: C | null, b: C | null): boolean {
  return a === b || (a !== null && b !== null && rows.same(a, b));
}

interface Wanted<C> {
  readonly columns: C | null;
  readonly validFrom: EpochMs;
}

/** The slow, plain way from known facts to rows. */
function wantedRows<S, C extends Columns, E extends DomainEvent>(
  rows: IntervalRows<S, C, E>,
  facts: readonly Fact<E>[],
  entity: string,
): { folded: S; wanted: Wanted<C>[] } {
  let folded = rows.nothing;
  const wanted: Wanted<C>[] = [];
  for (const fact of facts) {
    folded = rows.evolve(folded, fact);
    const columns = rows.columns(folded, fact, entity);
    if (!sameColumns(rows, wanted.at(-1)?.columns ?? null, columns)) wanted.push({ columns, validFrom: fact.effectiveAt });
  }
  return { folded, wanted };
}

/** Equal keys mean rows equal in everything but their end. */
function rowKey<C>({ columns, validFrom }: Wanted<C>): string {
  return `${validFrom} ${JSON.stringify(columns)}`;
}

/** The rows that stood before the event, as the stream's events made them. */
function standingBefore<S, C extends Columns, E extends DomainEvent>(
  rows: IntervalRows<S, C, E>,
  event: RecordedEvent,
  history: readonly RecordedEvent[],
): Chain<C> | null {
  const handles: Readonly<Record<string, 'handle' | 'ignore'>> = rows.handles;
  let state: IntervalState<S, C> = { ...intervalProjection(rows).initial, standing: null };
  history.forEach((earlier, index) => {
    if (earlier.position >= event.position || handles[earlier.type] !== 'handle') return;
    state = step(rows, state, earlier, () => history.slice(0, index + 1)).state;
  });
  return state.standing ?? null;
}

function foldAgain<S, C extends Columns, E extends DomainEvent>(
  rows: IntervalRows<S, C, E>,
  state: IntervalState<S, C>,
  event: RecordedEvent,
  history: readonly RecordedEvent[],
): Step<S, C> {
  const entity = rows.entityOf(event.stream);
  const position = positionNumber(event.position);
  const known = factsAsKnown<E>(history, event.position);
  const facts = known.withdrawn ? [] : known.facts;
  const { folded, wanted } = wantedRows(rows, facts, entity);

  const standing = new Map<string, { row: Standing<C>; validTo: EpochMs | null }[]>();
  let validTo: EpochMs | null = null;
  let chain = state.standing === undefined ? standingBefore(rows, event, history) : state.standing;
  for (; chain !== null; chain = chain.before) {
    const { row } = chain;
    const key = rowKey(row);
    const rest = standing.get(key);
    if (rest === undefined) standing.set(key, [{ row, validTo }]);
    else rest.unshift({ row, validTo });
    validTo = row.validFrom;
  }

  const ends: RowChange[] = [];
  const inserts: RowChange[] = [];
  let now: Chain<C> | null = null;
  let ordinal = 0;
  wanted.forEach((want, index) => {
    const validTo = wanted[index + 1]?.validFrom ?? null;
    const same = standing.get(rowKey(want)) ?? [];
    // A row still open can be ended now; one that has its end can only be kept with that end.
    let keep = same.findIndex((one) => one.validTo === validTo);
    if (keep === -1) keep = same.findIndex((one) => one.validTo === null);
    const kept = keep === -1 ? undefined : same.splice(keep, 1)[0];
    if (kept !== undefined) {
      const { openedBy, ordinal: kept0 } = kept.row;
      if (want.columns !== null && kept.validTo === null && validTo !== null) {
        ends.push({ kind: 'end', key: { entity, openedBy, ordinal: kept0 }, validTo, endedBy: position });
      }
      now = { row: { ...want, openedBy, ordinal: kept0 }, before: now };
    } else {
      const row = { ...want, openedBy: position, ordinal };
      now = { row, before: now };
      ordinal += 1;
      if (want.columns !== null) inserts.push(insert(entity, row, want.columns, validTo, validTo === null ? null : position));
    }
  });
  const withdrawals: RowChange[] = [];
  for (const { row } of [...standing.values()].flat()) {
    if (row.columns === null) continue;
    withdrawals.push({ kind: 'withdraw', key: { entity, openedBy: row.openedBy, ordinal: row.ordinal }, withdrawnBy: position });
  }
  const latestAt = facts.at(-1)?.effectiveAt ?? Number.NEGATIVE_INFINITY;
  return {
    state: { folded, latestAt, withdrawn: known.withdrawn, last: latest(now), standing: now },
    changes: [...withdrawals, ...ends, ...inserts],
  };
}
