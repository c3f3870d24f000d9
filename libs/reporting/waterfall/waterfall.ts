import type { EpochMs } from '../../domain/shared/instant.js';
import { moneyTexts } from '../figures.js';
import type { PipelineQuestion } from '../pipeline/tally.js';
import type { Group, OpenFigures, WaterfallAnswer, WaterfallMethod, WaterfallRow } from '../queries.js';
import { QuestionNotUnderstood } from '../queries.js';
import type { DealHistory } from '../paths/deal-history.js';
import type { DealInterval, History } from '../rows.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { groupOrder, keyReader, labelsOf } from '../scope/groupings.js';
import type { WorthOf } from '../scope/conversion.js';
import { worthIn } from '../scope/conversion.js';
import { inScope } from '../scope/scope.js';
import type { ContributionOf, Seen } from './booking.js';
import { bookEnds, bookStep } from './booking.js';
import type { Booking, Bucket, Contribution } from './buckets.js';
import { BUCKETS, entering, leaving } from './buckets.js';
import type { DimensionTimeline } from './histories.js';
import { byDeal, stateAt } from './histories.js';
import type { Flow } from './ledger.js';
import { addFlow, isFlow, Ledger, lessFlow, noFlow, Stock } from './ledger.js';
import type { Origin } from './moves.js';
import { Moves } from './moves.js';

export const WATERFALL_METHOD = 'waterfall/1';

/** What is known of all deals at one K, through time. */
export interface KnownDeals {
  readonly histories: readonly DealHistory[];
  readonly dimensions: DimensionTimeline;
}

export interface WaterfallInput {
  readonly question: PipelineQuestion;
  /** State(T1) opens, State(T2) closes; flows are the moves in (T1, T2]. */
  readonly opening: EpochMs;
  readonly closing: EpochMs;
  readonly known: KnownDeals;
  /** The opening as it was known then, where the two ends are seen with what was known then; null: nothing was known yet. */
  readonly knownThen?: KnownDeals | null;
  /** Whose moves are told too, and how many of them. */
  readonly moves?: { readonly bucket: Bucket; readonly limit: number };
}

/** A sum that does not come out is a fault of ours, and no report. */
export class WaterfallDoesNotBalance extends Error {
  override readonly name = 'WaterfallDoesNotBalance';
}

/** Made once per view: what it needs of a view is the same for every row. */
function perView<T extends object>(make: (view: DimensionView) => T): (view: DimensionView) => T {
  const made = new WeakMap<DimensionView, T>();
  return (view) => {
    let one = made.get(view);
    if (one === undefined) made.set(view, (one = make(view)));
    return one;
  };
}

function contributions({ groupBy, scope, zone, convertTo }: PipelineQuestion): ContributionOf {
  /** The group of an open row in scope. */
  const groupIn = perView((view): ((row: DealInterval) => string | null) => {
    const isIn = inScope(scope, view, zone);
    const keys = groupBy.map((grouping) => keyReader(grouping, view, zone));
    return (row) => (row.status !== 'open' || !isIn(row) ? null : JSON.stringify(keys.map((read) => read(row))));
  });
  const worthAt = perView((view): WorthOf => worthIn(convertTo, view));
  return ({ row, view, rates }) => {
    const group = groupIn(view)(row);
    if (group === null) return null;
    const { valueMinor: minor, currency } = worthAt(rates)(row);
    return { group, money: minor === null || currency === null ? null : { minor, currency } };
  };
}

function seenAt(history: History, dimensions: DimensionTimeline, at: EpochMs): Seen | undefined {
  const row = stateAt(history, at);
  if (row === undefined) return undefined;
  const view = dimensions.at(at);
  return { row, view, rates: view };
}

/** The instants in (from, to] at which a deal, or what its ids mean, changes. */
function instantsOf(history: History, changes: readonly EpochMs[], from: EpochMs, to: EpochMs): readonly EpochMs[] {
  const own = history.flatMap(({ validFrom }) => (validFrom > from && validFrom <= to ? [validFrom] : []));
  return [...new Set([...own, ...changes])].sort((a, b) => a - b);
}

/**
 * What a deal comes to at one instant, state after state. Facts of one instant are one step, as no T lies between them (a deal is new with the value that it is given at once);
 * but where one closes the deal and another opened it, each is a step: who was won on the day of the request, in a source that knows days alone, was new and was won.
 */
function* statesAt(history: History, dimensions: DimensionTimeline, at: EpochMs): Generator<Seen> {
  const last = seenAt(history, dimensions, at);
  if (last === undefined) return;
  const rows = history.filter(({ validFrom, status }) => validFrom === at && status !== 'requested' && status !== 'contacted');
  for (const [index, row] of rows.entries()) {
    const next = rows[index + 1];
    // What is not open adds nothing, but is why a deal came or went.
    if (next !== undefined && (next.status !== 'open' || row.status !== 'open')) yield { ...last, row };
  }
  yield last;
}

interface Walked {
  readonly opening: Stock;
  readonly closing: Stock;
  readonly events: Ledger;
  readonly ends: Ledger;
  readonly moves: Moves;
}

function walk({ question, opening, closing, known, knownThen, moves }: WaterfallInput, method: WaterfallMethod): Walked {
  const of = contributions(question);
  const walked: Walked = {
    opening: new Stock(),
    closing: new Stock(),
    events: new Ledger(),
    ends: new Ledger(),
    moves: new Moves(moves?.bucket),
  };
  const byEvents = (bookings: readonly Booking[], origin: Origin): void => {
    walked.events.take(bookings);
    if (method === 'events') walked.moves.take(bookings, origin);
  };
  const byEnds = (bookings: readonly Booking[], origin: Origin): void => {
    walked.ends.take(bookings);
    if (method === 'ends') walked.moves.take(bookings, origin);
  };
  const changes = known.dimensions.changesIn(opening, closing);
  const seenThen = byDeal(knownThen?.histories ?? []);
  const isThere = new Set(seenThen.size === 0 ? [] : known.histories.map(({ deal }) => deal));
  const restate = (deal: string, was: Contribution | null, is: Contribution | null): void => {
    if (was?.group === is?.group && was?.money?.minor === is?.money?.minor && was?.money?.currency === is?.money?.currency) return;
    const bookings = [...(was === null ? [] : [leaving('restated', was)]), ...(is === null ? [] : [entering('restated', is)])];
    const origin = { deal, at: opening, row: undefined };
    byEvents(bookings, origin);
    byEnds(bookings, origin);
  };
  for (const { deal, rows: history } of known.histories) {
    const first = seenAt(history, known.dimensions, opening);
    const last = seenAt(history, known.dimensions, closing);
    walked.closing.add(last === undefined ? null : of(last));
    const opened = first === undefined ? null : of(first);
    if (knownThen === undefined) walked.opening.add(opened);
    else {
      const then = knownThen === null ? undefined : seenAt(seenThen.get(deal)?.rows ?? [], knownThen.dimensions, opening);
      const was = then === undefined ? null : of(then);
      walked.opening.add(was);
      restate(deal, was, opened);
    }
    const changed = last?.row ?? first?.row;
    byEnds(bookEnds(first, last, of), { deal, at: changed?.validFrom ?? closing, row: changed });
    for (const at of instantsOf(history, changes, opening, closing)) {
      let before = seenAt(history, known.dimensions, at - 1);
      for (const after of statesAt(history, known.dimensions, at)) {
        byEvents(bookStep(before, after, of), { deal, at, row: after.row });
        before = after;
      }
    }
  }
  // Deals that were known then and are withdrawn by now.
  for (const [deal, { rows: history }] of seenThen) {
    if (isThere.has(deal) || knownThen === undefined || knownThen === null) continue;
    const then = seenAt(history, knownThen.dimensions, opening);
    const was = then === undefined ? null : of(then);
    walked.opening.add(was);
    restate(deal, was, null);
  }
  return walked;
}

function mustBalance(name: string, group: string, walked: Walked, ledger: Ledger): void {
  const sum = noFlow();
  addFlow(sum, walked.opening.of(group));
  for (const bucket of BUCKETS) addFlow(sum, ledger.flow(group, bucket));
  const { deals, unvalued, value } = walked.closing.of(group);
  const currencies = new Set([...sum.value.keys(), ...value.keys()]);
  const even = [...currencies].every((currency) => (sum.value.get(currency) ?? 0) === (value.get(currency) ?? 0));
  if (!even || sum.deals !== deals || sum.unvalued !== unvalued) {
    throw new WaterfallDoesNotBalance(
      `the waterfall by ${name} does not balance in ${group}: ${JSON.stringify([sum, { deals, unvalued }])}`,
    );
  }
}

function withoutZeros(value: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map([...value].filter(([, minor]) => minor !== 0));
}

function openFigures({ deals, unvalued, value }: Flow): OpenFigures {
  return { deals, unvalued, value: moneyTexts(value) };
}

type Named = Pick<WaterfallRow, 'group' | 'labels'>;

function flowRow({ group, labels }: Named, bucket: Bucket, { deals, unvalued, moves, value }: Flow): WaterfallRow {
  return { group, labels, bucket, moves, deals, unvalued, value: moneyTexts(withoutZeros(value)) };
}

/** Event-sum less end-points: what went and came back between the two instants. */
function roundTrips(named: Named, key: string, { events, ends }: Walked): readonly WaterfallRow[] {
  return BUCKETS.flatMap((bucket) => {
    const difference = lessFlow(events.flow(key, bucket), ends.flow(key, bucket));
    return isFlow(difference) ? [flowRow(named, bucket, difference)] : [];
  });
}

/** @throws QuestionNotUnderstood: a waterfall is of the open pipeline, so a status is neither asked for nor grouped by */
export function checkWaterfall({ groupBy, scope }: PipelineQuestion): void {
  if (groupBy.includes('status') || (scope.filters.status ?? []).length > 0) {
    throw new QuestionNotUnderstood('a waterfall is of the open pipeline: it takes no status');
  }
}

/**
 * opening + flows = closing, exactly, in money and in deals, for every group (metrics.md section 5). `events` books every move at its cause,
 * `ends` compares the two states; both balance or the report fails.
 * @throws WaterfallDoesNotBalance
 */
export function waterfallReport(input: WaterfallInput, method: WaterfallMethod): Omit<WaterfallAnswer, 'report' | 'basis'> {
  const { question } = input;
  const walked = walk(input, method);
  const view = input.known.dimensions.at(input.closing);
  const keys = new Set([
    ...[walked.opening, walked.closing].flatMap((stock) => [...stock.groups.keys()]),
    ...[walked.events, walked.ends].flatMap((ledger) => [...ledger.groups.keys()]),
  ]);
  if (question.groupBy.length === 0) keys.add('[]');
  const order = groupOrder(question.groupBy, view);
  const groups = [...keys]
    .map((key) => {
      const values = JSON.parse(key) as (string | null)[]; // as `contributions` wrote it
      return { key, group: Object.fromEntries(question.groupBy.map((grouping, index) => [grouping, values[index] ?? null])) as Group };
    })
    .sort((a, b) => order(a.group, b.group));
  const [opening, closing] = [noFlow(), noFlow()];
  const rows: WaterfallRow[] = [];
  const trips: WaterfallRow[] = [];
  for (const { key, group } of groups) {
    mustBalance('events', key, walked, walked.events);
    mustBalance('end points', key, walked, walked.ends);
    const named: Named = { group, labels: labelsOf(group, view) };
    const ledger = method === 'events' ? walked.events : walked.ends;
    rows.push({ ...named, bucket: 'opening', ...openFigures(walked.opening.of(key)) });
    rows.push(...BUCKETS.map((bucket) => flowRow(named, bucket, ledger.flow(key, bucket))));
    rows.push({ ...named, bucket: 'closing', ...openFigures(walked.closing.of(key)) });
    trips.push(...roundTrips(named, key, walked));
    addFlow(opening, walked.opening.of(key));
    addFlow(closing, walked.closing.of(key));
  }
  const totals = { opening: openFigures(opening), closing: openFigures(closing), difference: openFigures(lessFlow(closing, opening)) };
  if (input.moves === undefined) return { rows, roundTrips: trips, totals };
  const { bucket, limit } = input.moves;
  const told = walked.moves.told(question.groupBy, view);
  return { rows, roundTrips: trips, moves: { bucket, told: told.slice(0, limit), more: Math.max(0, told.length - limit) }, totals };
}
