import type { CalendarDate } from '../../domain/shared/instant.js';
import type { Filters, Grouping } from '../queries.js';
import { NOT_KNOWN } from '../queries.js';
import type { DealInterval } from '../rows.js';
import { periodAround } from '../time/period.js';
import type { ReportZone } from '../time/report-zone.js';
import type { DimensionView } from './dimension-view.js';
import { keyReader } from './groupings.js';

/** Which deals a question is about: the predicate of metrics.md section 5. */
export interface Scope {
  /** Values are ids here: names were looked up before. */
  readonly filters: Filters;
  /** Calendar dates [from, to) in which a deal closes or is expected to. */
  readonly closing: { readonly from: CalendarDate; readonly to: CalendarDate } | null;
}

export const EVERYTHING: Scope = { filters: {}, closing: null };

export type InScope = (row: DealInterval) => boolean;

/** The filters that a scope really has, in the order of GROUPINGS, each with its values sorted and once: what a basis shows. */
export function filterEntries(filters: Filters): readonly (readonly [Grouping, readonly string[]])[] {
  return Object.entries(filters).flatMap(([name, values]) =>
    // Keys of Filters are groupings.
    values === undefined || values.length === 0 ? [] : [[name as Grouping, [...new Set(values)].sort()] as const],
  );
}

/** The calendar date on which a deal closed, or is expected to be decided. */
export function closingDate(row: DealInterval, zone: ReportZone): string | null {
  return row.closedAt === null ? row.decisionDate : periodAround(row.closedAt, 'day', zone).from;
}

export function inScope(scope: Scope, view: DimensionView, zone: ReportZone): InScope {
  const tests: InScope[] = filterEntries(scope.filters).map(([grouping, values]) => {
    const read = keyReader(grouping, view, zone);
    const wanted = new Set<string | null>(values.map((value) => (value === NOT_KNOWN ? null : value)));
    return (row) => wanted.has(read(row));
  });
  const { closing } = scope;
  if (closing !== null) {
    tests.push((row) => {
      const date = closingDate(row, zone);
      return date !== null && date >= closing.from && date < closing.to;
    });
  }
  const [only] = tests;
  if (only === undefined) return () => true;
  return tests.length === 1 ? only : (row) => tests.every((test) => test(row));
}
