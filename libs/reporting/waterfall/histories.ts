import type { EpochMs } from '../../domain/shared/instant.js';
import { compareLife } from '../paths/order.js';
import type { DealHistory } from '../paths/deal-history.js';
import { PlainHistory } from '../paths/deal-history.js';
import type { DealInterval, DimensionInterval, DimensionValues, History } from '../rows.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { dimensionView } from '../scope/dimension-view.js';

/** Rows known at one K, deal by deal in the order of the deals' ids, each deal's in the order of its corrected history. */
export function historiesOf(rows: Iterable<DealInterval>): DealHistory[] {
  const deals = new Map<string, DealInterval[]>();
  for (const row of rows) {
    const own = deals.get(row.entity);
    if (own === undefined) deals.set(row.entity, [row]);
    else own.push(row);
  }
  for (const own of deals.values()) own.sort(compareLife);
  return [...deals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, own]) => new PlainHistory(own));
}

/** By the deal's id. */
export function byDeal(histories: readonly DealHistory[]): ReadonlyMap<string, DealHistory> {
  return new Map(histories.map((history) => [history.deal, history]));
}

/** The state of a history at T; undefined before its first row. Rows of no length are behind the state that stood at their instant's end. */
export function stateAt(history: History, asOf: EpochMs): DealInterval | undefined {
  let state: DealInterval | undefined;
  for (const row of history) {
    if (row.validFrom > asOf) break;
    state = row;
  }
  return state;
}

/** What ids mean through time, all at one K: constant between two instants at which something joined changes. */
export interface DimensionTimeline {
  /** Instants in (from, to] at which a value changes, in order. */
  changesIn(from: EpochMs, to: EpochMs): readonly EpochMs[];
  at(instant: EpochMs): DimensionView;
  /** The row that begins at this instant for one of the things that a deal's row refers to: what moved the deal. */
  causeAt(instant: EpochMs, row: DealInterval): DimensionInterval | undefined;
}

function isOfPair({ from, to }: DimensionValues['rate'], currency: string | null): boolean {
  return from === currency || to === currency;
}

/** `frozenAt`: teams, managers and offices as of one instant whatever the time (`--organised now`). */
export function dimensionTimeline(rows: readonly DimensionInterval[], knownAt: number, frozenAt?: EpochMs): DimensionTimeline {
  const known = rows.filter((row) => row.openedBy <= knownAt && (row.withdrawnBy === null || row.withdrawnBy > knownAt));
  const moving = frozenAt === undefined ? known : known.filter(({ kind }) => kind !== 'employee');
  const endOf = (row: DimensionInterval): EpochMs | null => (row.endedBy !== null && row.endedBy > knownAt ? null : row.validTo);
  const countsAt = (row: DimensionInterval, at: EpochMs): boolean => {
    const end = endOf(row);
    return row.validFrom <= at && (end === null || at < end);
  };
  const instants = [...new Set(moving.flatMap((row) => [row.validFrom, endOf(row) ?? row.validFrom]))].sort((a, b) => a - b);
  const views = new Map<EpochMs, DimensionView>();
  const organisation = frozenAt === undefined ? undefined : known.filter((row) => row.kind === 'employee' && countsAt(row, frozenAt));
  return {
    changesIn: (from, to) => instants.filter((instant) => instant > from && instant <= to),
    at(instant) {
      const since = instants.findLast((change) => change <= instant) ?? Number.NEGATIVE_INFINITY;
      let view = views.get(since);
      if (view === undefined) {
        view = dimensionView(
          known.filter((row) => countsAt(row, instant)),
          organisation,
          known.filter((row) => row.kind === 'process' && row.validFrom <= instant),
        );
        views.set(since, view);
      }
      return view;
    },
    causeAt: (instant, row) =>
      moving.find(
        ({ kind, id, validFrom, values }) =>
          validFrom === instant &&
          ((kind === 'rate' && isOfPair(values as DimensionValues['rate'], row.currency)) ||
            (kind === 'employee' && id === row.owner) ||
            (kind === 'company' && id === row.company) ||
            (kind === 'process' && id === row.pipeline)),
      ),
  };
}
