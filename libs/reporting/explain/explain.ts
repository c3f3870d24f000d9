import type { EpochMs } from '../../domain/shared/instant.js';
import { isoInstant } from '../../domain/shared/instant.js';
import { positionOf } from '../../domain/shared/position.js';
import type { Sums } from '../figures.js';
import { addDeal, addSums, figuresOf, moneyTexts, noSums, subtractSums } from '../figures.js';
import type { PipelineQuestion } from '../pipeline/tally.js';
import type { ExplainAnswer, ExplainRow, Figures, Group } from '../queries.js';
import { NOT_KNOWN_YET } from '../queries.js';
import type { DealHistory } from '../paths/deal-history.js';
import type { DealInterval, History } from '../rows.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { keyReader, labelsOf } from '../scope/groupings.js';
import { worthIn } from '../scope/conversion.js';
import { inScope } from '../scope/scope.js';
import { byDeal, stateAt } from '../waterfall/histories.js';
import type { KnownDeals } from '../waterfall/waterfall.js';

export const EXPLAIN_METHOD = 'explain/1';

export interface ExplainInput {
  readonly question: PipelineQuestion;
  readonly then: EpochMs;
  readonly now: EpochMs;
  readonly known: KnownDeals;
  /** `then` as it was known then; null: nothing was known yet. */
  readonly knownThen?: KnownDeals | null;
  /** So many rows are told one by one, the others as one sum. */
  readonly limit: number;
}

/** A sum that does not come out is a fault of ours, and no report. */
export class ExplanationDoesNotSum extends Error {
  override readonly name = 'ExplanationDoesNotSum';
}

/** So many steps are kept beyond those that are told, before the latest are dropped. */
const MOST_KEPT = 10_000;

/** What one deal adds to the figures of its group. */
interface Share {
  readonly group: string;
  readonly sums: Sums;
}

type ShareOf = (row: DealInterval | undefined, view: DimensionView) => Share | null;

/** How a deal's row is read by one view: its group (null: out of scope), and what it adds to sums. */
interface RowReader {
  groupOf(row: DealInterval): string | null;
  book(sums: Sums, row: DealInterval): void;
}
type ReaderOf = (view: DimensionView) => RowReader;

function readersOf({ groupBy, scope, zone, convertTo }: PipelineQuestion): ReaderOf {
  const made = new WeakMap<DimensionView, RowReader>();
  function reader(view: DimensionView): RowReader {
    const isIn = inScope(scope, view, zone);
    const worth = worthIn(convertTo, view);
    const keys = groupBy.map((grouping) => keyReader(grouping, view, zone));
    return {
      groupOf: (row) => (isIn(row) ? JSON.stringify(keys.map((read) => read(row))) : null),
      book(sums, row) {
        addDeal(sums, worth(row), row.status === 'open' ? view.weightOf(row.pipeline, row.stage) : null);
      },
    };
  }
  return (view) => {
    let read = made.get(view);
    if (read === undefined) made.set(view, (read = reader(view)));
    return read;
  };
}

function shares(readerOf: ReaderOf): ShareOf {
  return (row, view) => {
    if (row === undefined) return null;
    const read = readerOf(view);
    const group = read.groupOf(row);
    if (group === null) return null;
    const sums = noSums();
    read.book(sums, row);
    return { group, sums };
  };
}

function isNothing({ deals, unvalued, value, weighted }: Sums): boolean {
  return deals === 0 && unvalued === 0 && [...value.values(), ...weighted.values()].every((minor) => minor === 0);
}

/** What one step changes, by group: what left the one, what came to the other. */
function changes(before: Share | null, after: Share | null): readonly Share[] {
  if (before !== null && after !== null && before.group === after.group) {
    const sums = subtractSums(after.sums, before.sums);
    return isNothing(sums) ? [] : [{ group: after.group, sums }];
  }
  return [
    ...(before === null ? [] : [{ group: before.group, sums: subtractSums(noSums(), before.sums) }]),
    ...(after === null ? [] : [after]),
  ];
}

interface Told {
  readonly at: EpochMs;
  readonly deal: string;
  readonly cause: ExplainRow['cause'];
  readonly what: { readonly eventId: string | null; readonly eventType: string | null; readonly openedBy: number };
  readonly share: Share;
}

/** Every event of one deal in (then, now] that changes a figure; what its ids mean changes before what happens at the same instant. */
function* told(
  deal: string,
  history: History,
  { then, now, known }: ExplainInput,
  changesOfMeaning: readonly EpochMs[],
  of: ShareOf,
): Generator<Told> {
  const { dimensions } = known;
  // Most deals rest between two instants.
  if (changesOfMeaning.length === 0 && (history.at(-1)?.validFrom ?? then) <= then) return;
  let row = stateAt(history, then);
  let share = of(row, dimensions.at(then));
  const rows = history.filter(({ validFrom }) => validFrom > then && validFrom <= now);
  const instants = [...new Set([...rows.map(({ validFrom }) => validFrom), ...changesOfMeaning])].sort((a, b) => a - b);
  for (const at of instants) {
    const view = dimensions.at(at);
    const meant = of(row, view);
    const cause = row === undefined ? undefined : dimensions.causeAt(at, row);
    for (const change of changes(share, meant)) {
      yield {
        at,
        deal,
        cause: 'meaning',
        what: { eventId: null, eventType: cause?.entity ?? null, openedBy: cause?.openedBy ?? 0 },
        share: change,
      };
    }
    share = meant;
    for (const next of rows.filter(({ validFrom }) => validFrom === at)) {
      const after = of(next, view);
      for (const change of changes(share, after)) yield { at, deal, cause: 'event', what: next, share: change };
      share = after;
      row = next;
    }
  }
}

/** What is seen otherwise today of the state then. */
function* restated(input: ExplainInput, of: ShareOf): Generator<Told> {
  const { then, known, knownThen } = input;
  if (knownThen === undefined) return;
  const [histories, before] = [byDeal(known.histories), byDeal(knownThen?.histories ?? [])];
  for (const deal of [...new Set([...before.keys(), ...histories.keys()])].sort()) {
    const was = stateAt(before.get(deal)?.rows ?? [], then);
    const is = stateAt(histories.get(deal)?.rows ?? [], then);
    const seen = knownThen === null ? null : of(was, knownThen.dimensions.at(then));
    const what = is ?? was;
    if (what === undefined) continue;
    for (const change of changes(seen, of(is, known.dimensions.at(then)))) yield { at: then, deal, cause: 'restated', what, share: change };
  }
}

/** All deals at one instant: booked into the sums of their groups, without sums of each. */
function stateOf(histories: readonly DealHistory[], at: EpochMs, { groupOf, book }: RowReader): Map<string, Sums> {
  const groups = new Map<string, Sums>();
  for (const history of histories) {
    const row = history.stateAt(at);
    const group = row === undefined ? null : groupOf(row);
    if (row === undefined || group === null) continue;
    let sums = groups.get(group);
    if (sums === undefined) groups.set(group, (sums = noSums()));
    book(sums, row);
  }
  return groups;
}

function addTo(groups: Map<string, Sums>, { group, sums }: Share): void {
  const sum = groups.get(group) ?? noSums();
  groups.set(group, sum);
  addSums(sum, sums);
}

function together(groups: ReadonlyMap<string, Sums>): Sums {
  const all = noSums();
  for (const sums of groups.values()) addSums(all, sums);
  return all;
}

/** Steps in the order of time, of which so many are told one by one and the others as one sum: of those no more is kept than what they come to. */
class Earliest {
  /** What all of them change, by group. */
  readonly moved = new Map<string, Sums>();
  private kept: Told[] = [];
  private readonly rest = { rows: 0, sums: noSums() };

  constructor(private readonly limit: number) {}

  take(step: Told): void {
    addTo(this.moved, step.share);
    this.kept.push(step);
    if (this.kept.length > 2 * this.limit + MOST_KEPT) this.drop();
  }

  end(): { readonly first: readonly Told[]; readonly rest: { readonly rows: number; readonly sums: Sums } } {
    this.drop();
    return { first: this.kept, rest: this.rest };
  }

  private drop(): void {
    // Stable: at one instant by deal, each deal's steps in their order.
    const ordered = this.kept.sort((a, b) => a.at - b.at);
    for (let place = this.limit; place < ordered.length; place += 1) {
      this.rest.rows += 1;
      addSums(this.rest.sums, ordered[place]!.share.sums); // below its length
    }
    this.kept = ordered.slice(0, this.limit);
  }
}

/** Signed figures of a change: currencies that do not change are left out. */
function changeFigures(sums: Sums): Pick<Figures, 'deals' | 'unvalued' | 'value' | 'weighted'> {
  const nonZero = (money: ReadonlyMap<string, number>): ReadonlyMap<string, number> =>
    new Map([...money].filter(([, minor]) => minor !== 0));
  const weighted = nonZero(sums.weighted);
  const { deals, unvalued } = sums;
  return { deals, unvalued, value: moneyTexts(nonZero(sums.value)), ...(weighted.size === 0 ? {} : { weighted: moneyTexts(weighted) }) };
}

function mustSum(then: ReadonlyMap<string, Sums>, now: ReadonlyMap<string, Sums>, moved: ReadonlyMap<string, Sums>): void {
  for (const group of new Set([...then.keys(), ...now.keys(), ...moved.keys()])) {
    const expected = subtractSums(now.get(group) ?? noSums(), then.get(group) ?? noSums());
    if (!isNothing(subtractSums(expected, moved.get(group) ?? noSums()))) {
      throw new ExplanationDoesNotSum(`the events of ${group} do not add up to its difference`);
    }
  }
}

/**
 * The events whose contributions add up to the difference between two pipeline answers exactly, group by group (the same scope and groupings).
 * `cause`: an `event` of the deal; a change of what its ids mean (its owner's team, its company's industry, a stage's weight); or `restated`,
 * what was recorded late or corrected, where both ends are seen as they were known then.
 * @throws ExplanationDoesNotSum
 */
export function explainReport(input: ExplainInput): Pick<ExplainAnswer, 'rows' | 'rest' | 'totals'> {
  const { question, known, knownThen } = input;
  const readerOf = readersOf(question);
  const of = shares(readerOf);
  const changesOfMeaning = known.dimensions.changesIn(input.then, input.now);
  const all = new Earliest(input.limit);
  for (const each of restated(input, of)) all.take(each);
  for (const { deal, rows } of known.histories) for (const each of told(deal, rows, input, changesOfMeaning, of)) all.take(each);
  const seenThen = knownThen === undefined ? known : knownThen;
  const then =
    seenThen === null ? new Map<string, Sums>() : stateOf(seenThen.histories, input.then, readerOf(seenThen.dimensions.at(input.then)));
  const now = stateOf(known.histories, input.now, readerOf(known.dimensions.at(input.now)));
  mustSum(then, now, all.moved);

  const { first, rest } = all.end();
  const [before, after] = [together(then), together(now)];
  return {
    rows: first.map((each) => rowOf(each, question, known.dimensions.at(each.at))),
    rest: { rows: rest.rows, ...changeFigures(rest.sums) },
    totals: {
      then: seenThen === null ? NOT_KNOWN_YET : figuresOf(before),
      now: figuresOf(after),
      difference: figuresOf(subtractSums(after, before)),
    },
  };
}

function rowOf({ at, deal, cause, what, share }: Told, { groupBy }: PipelineQuestion, view: DimensionView): ExplainRow {
  const values = JSON.parse(share.group) as (string | null)[]; // as `shares` wrote it
  const group: Group = Object.fromEntries(groupBy.map((grouping, index) => [grouping, values[index] ?? null]));
  return {
    ...{ at: isoInstant(at), deal, cause },
    ...{ eventId: what.eventId, eventType: what.eventType, position: positionOf(what.openedBy) },
    ...{ group, labels: labelsOf(group, view) },
    ...changeFigures(share.sums),
  };
}
