import type { DealInterval } from '../rows.js';
import { plainRow } from '../rows.js';
import type { DimensionView } from '../scope/dimension-view.js';
import type { Booking, Bucket, Contribution } from './buckets.js';
import { entering, leaving, reRating, revaluing } from './buckets.js';

/** A deal's row and what its ids mean at that moment. */
export interface Seen {
  readonly row: DealInterval;
  readonly view: DimensionView;
  /** Whose exchange rates count: the view's own, but in the step that takes the rates first. */
  readonly rates: DimensionView;
}

/** What a deal seen so adds to the open pipeline in scope; null: nothing. */
export type ContributionOf = (seen: Seen) => Contribution | null;

const DATE_FIELDS = ['decisionDate'] as const;
const VALUE_FIELDS = ['valueMinor', 'currency'] as const;
const STATUS_FIELDS = ['status', 'closedAt'] as const;
const KEPT_IN_SCOPE = [...VALUE_FIELDS, ...DATE_FIELDS, ...STATUS_FIELDS];
type Field = (typeof DATE_FIELDS)[number] | (typeof VALUE_FIELDS)[number] | (typeof STATUS_FIELDS)[number];

/** `seen` with some fields as they are in `other`; itself where they are the same, which most are in most steps. */
function withFields(seen: Seen, other: Seen, fields: readonly Field[]): Seen {
  if (fields.every((field) => seen.row[field] === other.row[field])) return seen;
  const row = plainRow(seen.row);
  for (const field of fields) copyField(row, other.row, field);
  return { view: seen.view, rates: seen.rates, row };
}

function copyField<F extends Field>(to: Pick<ReturnType<typeof plainRow>, F>, from: Pick<DealInterval, F>, field: F): void {
  to[field] = from[field];
}

/** Everything else, and what it means: owner, pipeline, stage, team, … */
function withScope(seen: Seen, other: Seen): Seen {
  const kept = withFields(other, seen, KEPT_IN_SCOPE);
  return { row: kept.row, view: other.view, rates: seen.rates };
}

/** Why a deal that was not there is: by what it was before. */
function arrival(before: DealInterval | undefined, after: DealInterval): Bucket {
  switch (before?.status) {
    case undefined:
      return after.dated === 1 ? 'new' : 'undated';
    case 'requested':
    case 'contacted':
      return 'new';
    case 'postponed':
      return 'resumed';
    default:
      return 'reopened';
  }
}

function departure(after: DealInterval): Bucket {
  switch (after.status) {
    case 'won':
      return 'won';
    case 'lost':
      return 'lost';
    case 'marketing':
      return 'toMarketing';
    case 'postponed':
      return 'postponed';
    default:
      return 'filed';
  }
}

/** Between two states of which one thing differs. */
function move(before: Contribution | null, after: Contribution | null, into: Bucket, outOf: Bucket): Booking[] {
  if (before === null) return after === null ? [] : [entering(into, after)];
  if (after === null) return [leaving(outOf, before)];
  if (before.group !== after.group) return [leaving(outOf, before), entering(into, after)];
  return revaluing(before, after);
}

/**
 * One step of a deal, booked in the order of metrics.md section 5: value, expected date, scope, status; each with what the one before has left. Exchange
 * rates come first: what else happens is counted at the new ones.
 * A deal enters the window by `pulledIn` and leaves it by `pushedOut`, whichever way the date went.
 */
export function bookStep(earlier: Seen | undefined, after: Seen, of: ContributionOf): Booking[] {
  const arrived = of(after);
  // What was not open added nothing, whatever else changes before its status does.
  if (earlier?.row.status !== 'open') return arrived === null ? [] : [entering(arrival(earlier?.row, after.row), arrived)];
  const before = { ...earlier, rates: after.rates };
  const valued = withFields(before, after, VALUE_FIELDS);
  const dated = withFields(valued, after, DATE_FIELDS);
  const scoped = withScope(dated, after);
  return [
    ...reRating(of(earlier), of(before)),
    ...move(of(before), of(valued), 'transferredIn', 'transferredOut'),
    ...move(of(valued), of(dated), 'pulledIn', 'pushedOut'),
    ...move(of(dated), of(scoped), 'transferredIn', 'transferredOut'),
    ...move(of(scoped), arrived, arrival(before.row, after.row), departure(after.row)),
  ];
}

/**
 * Two states of a deal, whatever lay between: the amount's change apart, one reason for coming or going. The rank: status (won, lost, new, reopened, …),
 * then scope (transferred), then the expected date (pulled in, pushed out).
 */
export function bookEnds(earlier: Seen | undefined, after: Seen | undefined, of: ContributionOf): Booking[] {
  if (after === undefined || earlier === undefined) {
    // Histories do not end: a deal with a first state has one at every later instant.
    const is = after === undefined ? null : of(after);
    return after === undefined || is === null ? [] : [entering(arrival(undefined, after.row), is)];
  }
  const before = { ...earlier, rates: after.rates };
  return [...reRating(of(earlier), of(before)), ...bookDifference(before, after, of)];
}

function bookDifference(before: Seen, after: Seen, of: ContributionOf): Booking[] {
  const [was, is] = [of(before), of(after)];
  if (was === null && is === null) return [];
  if (is === null && was !== null) {
    const valued = of(withFields(before, after, VALUE_FIELDS)) ?? was;
    const stays = after.row.status === before.row.status;
    const outOf = !stays
      ? departure(after.row)
      : of(withScope(withFields(before, after, VALUE_FIELDS), after)) === null
        ? 'transferredOut'
        : 'pushedOut';
    return [...(valued.group === was.group ? revaluing(was, valued) : []), leaving(outOf, valued.group === was.group ? valued : was)];
  }
  if (was === null && is !== null) {
    const stays = after.row.status === before.row.status;
    const into = !stays ? arrival(before.row, after.row) : of(withScope(before, after)) === null ? 'pulledIn' : 'transferredIn';
    return [entering(into, is)];
  }
  if (was === null || is === null || was.group === is.group) return was === null || is === null ? [] : revaluing(was, is);
  const scoped = of(withScope(before, after));
  const byScope = scoped === null || scoped.group !== was.group;
  return byScope ? [leaving('transferredOut', was), entering('transferredIn', is)] : [leaving('pushedOut', was), entering('pulledIn', is)];
}
