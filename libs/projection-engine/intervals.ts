import type { DomainEvent, RecordedEvent } from '../domain/shared/envelope.js';
import type { Fact } from '../domain/shared/history.js';
import { factOf, factsAsKnown } from '../domain/shared/history.js';
import type { EpochMs } from '../domain/shared/instant.js';
import { positionNumber } from '../domain/shared/position.js';
import type { Row, RowChange, RowLife } from '../read-store/read-store.port.js';
import type { Projection } from './projection.js';

/** What the rows of one stream show: `evolve` and a comparison. */
export interface IntervalRows<S, R extends RowLife, E extends DomainEvent = DomainEvent> extends Pick<
  Projection,
  'model' | 'categories' | 'handles' | 'entityOf'
> {
  readonly nothing: S;
  evolve(state: S, fact: Fact<E>): S;
  /** The row that shows `state`, reached by `fact`, with this life; null where there is nothing to show. One literal: it runs for every event of a rebuild. */
  row(state: S, fact: Fact<E>, life: RowLife): R | null;
  /** Whether both show the same state, whatever their lives: a fact that changes nothing opens no row. */
  same(before: R, after: R): boolean;
}

/**
 * A row that is not withdrawn; it ends where the next begins. `row` is null over a time in which there is nothing to show. It may be the very row that was handed out, whose end belongs to
 * who was given it: only what it shows is looked at here.
 */
interface Standing<R> {
  readonly row: R | null;
  readonly validFrom: EpochMs;
  readonly openedBy: number;
  readonly ordinal: number;
}

/** Standing rows, the latest first: links are never changed, and states share them. */
interface Chain<R> {
  readonly standing: Standing<R>;
  readonly before: Chain<R> | null;
}

export interface IntervalState<S, R> {
  readonly folded: S;
  /** The latest fact's instant: what comes at it or later goes on from `folded`, what comes earlier needs the stream folded again. */
  readonly latestAt: EpochMs;
  readonly withdrawn: boolean;
  readonly last: Standing<R> | null;
  /** All standing rows. Undefined until the stream is first folded again: most never are, and with their rows a page of states would fill the memory. */
  readonly chain: Chain<R> | null | undefined;
}

/**
 * Interval rows that are never overwritten (design section 6). An event in order ends the open row and opens the next. A correction, or a fact dated
 * before others, folds the stream again by the law: rows that no longer hold are withdrawn, their replacements opened, all others left as they are.
 */
export function intervalProjection<S, R extends RowLife, E extends DomainEvent = DomainEvent>(
  rows: IntervalRows<S, R, E>,
): Projection<IntervalState<S, R>> {
  return {
    model: rows.model,
    categories: rows.categories,
    handles: rows.handles,
    entityOf: (stream) => rows.entityOf(stream),
    initial: { folded: rows.nothing, latestAt: Number.NEGATIVE_INFINITY, withdrawn: false, last: null, chain: undefined },
    apply: (state, event, history) => step(rows, state, event, history),
  };
}

interface Step<S, R> {
  readonly state: IntervalState<S, R>;
  readonly changes: RowChange[];
}

function step<S, R extends RowLife, E extends DomainEvent>(
  rows: IntervalRows<S, R, E>,
  state: IntervalState<S, R>,
  event: RecordedEvent,
  history: () => readonly RecordedEvent[],
): Step<S, R> {
  const inOrder = event.type !== 'HistoryCorrected' && !state.withdrawn && event.effectiveAt >= state.latestAt;
  return inOrder ? goOn(rows, state, event) : foldAgain(rows, state, event, history());
}

function insertion(row: RowLife): RowChange {
  return { kind: 'insert', row: row as Row }; // its columns are the model's
}

function goOn<S, R extends RowLife, E extends DomainEvent>(
  rows: IntervalRows<S, R, E>,
  state: IntervalState<S, R>,
  event: RecordedEvent,
): Step<S, R> {
  const fact = factOf<E>(event);
  const at = event.effectiveAt;
  const folded = rows.evolve(state.folded, fact);
  const { last, chain } = state;
  const shown = last === null ? null : last.row;
  const entity = rows.entityOf(event.stream);
  const openedBy = positionNumber(event.position);
  const life: RowLife = { entity, openedBy, ordinal: 0, validFrom: at, validTo: null, endedBy: null, withdrawnBy: null };
  const row = folded === state.folded ? shown : rows.row(folded, fact, life);
  if (sameRow(rows, shown, row)) return { state: { folded, latestAt: at, withdrawn: false, last, chain }, changes: [] };

  const changes: RowChange[] = [];
  if (last !== null && shown !== null) {
    changes.push({ kind: 'end', key: { entity, openedBy: last.openedBy, ordinal: last.ordinal }, validTo: at, endedBy: openedBy });
  }
  if (row !== null) changes.push(insertion(row));
  const standing: Standing<R> = { row, validFrom: at, openedBy, ordinal: 0 };
  const next = chain === undefined ? undefined : { standing, before: chain };
  return { state: { folded, latestAt: at, withdrawn: false, last: standing, chain: next }, changes };
}

function latest<R>(chain: Chain<R> | null): Standing<R> | null {
  return chain === null ? null : chain.standing;
}

function sameRow<S, R extends RowLife, E extends DomainEvent>(rows: IntervalRows<S, R, E>, a: R | null, b: R | null): boolean {
  return a === b || (a !== null && b !== null && rows.same(a, b));
}

interface Wanted<R> {
  readonly row: R | null;
  readonly validFrom: EpochMs;
}

/** The slow, plain way from known facts to rows: as if `openedBy` had opened all that it makes, ends left open. */
function wantedRows<S, R extends RowLife, E extends DomainEvent>(
  rows: IntervalRows<S, R, E>,
  facts: readonly Fact<E>[],
  opening: Pick<RowLife, 'entity' | 'openedBy'>,
): { folded: S; wanted: Wanted<R>[] } {
  let folded = rows.nothing;
  const wanted: Wanted<R>[] = [];
  for (const fact of facts) {
    folded = rows.evolve(folded, fact);
    const validFrom = fact.effectiveAt;
    const row = rows.row(folded, fact, { ...opening, ordinal: 0, validFrom, validTo: null, endedBy: null, withdrawnBy: null });
    if (!sameRow(rows, wanted.at(-1)?.row ?? null, row)) wanted.push({ row, validFrom });
  }
  return { folded, wanted };
}

/** Of every row: what it has beside what it shows. */
const NO_LIFE = {
  ...{ entity: undefined, openedBy: undefined, ordinal: undefined, validFrom: undefined, validTo: undefined, endedBy: undefined },
  withdrawnBy: undefined,
};

/** Equal keys mean rows equal in everything but their key and their end. */
function rowKey<R extends RowLife>({ row, validFrom }: Wanted<R>): string {
  return `${validFrom} ${row === null ? 'null' : JSON.stringify({ ...row, ...NO_LIFE })}`;
}

/** The rows that stood before the event, as the stream's events made them. */
function standingBefore<S, R extends RowLife, E extends DomainEvent>(
  rows: IntervalRows<S, R, E>,
  event: RecordedEvent,
  history: readonly RecordedEvent[],
): Chain<R> | null {
  const handles: Readonly<Record<string, 'handle' | 'ignore'>> = rows.handles;
  let state: IntervalState<S, R> = { ...intervalProjection(rows).initial, chain: null };
  history.forEach((earlier, index) => {
    if (earlier.position >= event.position || handles[earlier.type] !== 'handle') return;
    state = step(rows, state, earlier, () => history.slice(0, index + 1)).state;
  });
  return state.chain ?? null;
}

function foldAgain<S, R extends RowLife, E extends DomainEvent>(
  rows: IntervalRows<S, R, E>,
  state: IntervalState<S, R>,
  event: RecordedEvent,
  history: readonly RecordedEvent[],
): Step<S, R> {
  const entity = rows.entityOf(event.stream);
  const position = positionNumber(event.position);
  const known = factsAsKnown<E>(history, event.position);
  const facts = known.withdrawn ? [] : known.facts;
  const { folded, wanted } = wantedRows(rows, facts, { entity, openedBy: position });

  const standing = new Map<string, { one: Standing<R>; validTo: EpochMs | null }[]>();
  let validTo: EpochMs | null = null;
  let chain = state.chain === undefined ? standingBefore(rows, event, history) : state.chain;
  for (; chain !== null; chain = chain.before) {
    const one = chain.standing;
    const key = rowKey(one);
    const rest = standing.get(key);
    if (rest === undefined) standing.set(key, [{ one, validTo }]);
    else rest.unshift({ one, validTo });
    validTo = one.validFrom;
  }

  const ends: RowChange[] = [];
  const inserts: RowChange[] = [];
  let now: Chain<R> | null = null;
  let ordinal = 0;
  wanted.forEach((want, index) => {
    const validTo = wanted[index + 1]?.validFrom ?? null;
    const same = standing.get(rowKey(want)) ?? [];
    // A row still open can be ended now; one that has its end can only be kept with that end.
    let keep = same.findIndex((one) => one.validTo === validTo);
    if (keep === -1) keep = same.findIndex((one) => one.validTo === null);
    const kept = keep === -1 ? undefined : same.splice(keep, 1)[0];
    if (kept !== undefined) {
      const { openedBy, ordinal: kept0 } = kept.one;
      if (want.row !== null && kept.validTo === null && validTo !== null) {
        ends.push({ kind: 'end', key: { entity, openedBy, ordinal: kept0 }, validTo, endedBy: position });
      }
      now = { standing: { ...want, openedBy, ordinal: kept0 }, before: now };
    } else {
      now = { standing: { ...want, openedBy: position, ordinal }, before: now };
      if (want.row !== null) inserts.push(insertion({ ...want.row, ordinal, validTo, endedBy: validTo === null ? null : position }));
      ordinal += 1;
    }
  });
  const withdrawals: RowChange[] = [];
  for (const { one } of [...standing.values()].flat()) {
    if (one.row === null) continue;
    withdrawals.push({ kind: 'withdraw', key: { entity, openedBy: one.openedBy, ordinal: one.ordinal }, withdrawnBy: position });
  }
  const latestAt = facts.at(-1)?.effectiveAt ?? Number.NEGATIVE_INFINITY;
  return {
    state: { folded, latestAt, withdrawn: known.withdrawn, last: latest(now), chain: now },
    changes: [...withdrawals, ...ends, ...inserts],
  };
}
