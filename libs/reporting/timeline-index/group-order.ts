import type { DealSums } from '../figures.js';
import { NO_MONEY, withMoney } from '../money-sums.js';
import type { GroupSums } from '../pipeline/tally.js';
import type { Group, Grouping } from '../queries.js';
import type { Cells, CellSpace } from './cells.js';
import type { Plan } from './plans.js';
import type { Vocabulary } from './vocabulary.js';

/**
 * Places of a space in the order of an answer, those of a group one behind the other. Everything is put in order by number; keys are read for what is told. It holds as long
 * as the plans do: a small space has all its places in order once, and every answer goes through them.
 */
export class GroupOrder {
  /** In the order of the answer. A place is a cell without its currency. */
  private readonly places: Uint32Array;
  /** Where each group's places begin, and where the last's end. */
  private readonly bounds: Uint32Array;
  /** Numbers of the first place of each group, by axis. */
  private readonly numbers: readonly Uint32Array[];
  /** Each grouping with where its key stands: at which axis, and among the keys that it tells. */
  private readonly keys: readonly { readonly grouping: Grouping; readonly axis: number; readonly index: number }[];
  /** Groups told so far: the same every time. */
  private readonly groups: (Group | undefined)[];

  /** `places`: ascending, each once. */
  constructor(
    groupBy: readonly Grouping[],
    private readonly plans: readonly Plan[],
    space: CellSpace,
    places: Uint32Array,
  ) {
    this.keys = groupBy.map((grouping) => {
      const axis = plans.findIndex(({ groupings }) => groupings.includes(grouping));
      return { grouping, axis, index: plans[axis]!.groupings.indexOf(grouping) }; // every grouping has its plan
    });
    const numbers = numbersOf(plans, space, places);
    let order = Uint32Array.from(places, (_, index) => index);
    // By the last grouping first: each pass keeps the order of the one before among equals.
    for (const { axis, index } of this.keys.toReversed()) order = byRank(order, numbers[axis]!, plans[axis]!.ranks[index]!); // likewise
    this.places = order.map((index) => places[index]!); // below length, here and below
    const firsts = order.filter((index, rank) => rank === 0 || numbers.some((own) => own[index] !== own[order[rank - 1]!]));
    this.numbers = numbers.map((own) => firsts.map((index) => own[index]!));
    this.bounds = boundsOf(order, firsts);
    this.groups = Array.from({ length: firsts.length }, () => undefined);
  }

  /** The groups that hold deals. */
  tell(cells: Cells, space: CellSpace, { dictionaries }: Vocabulary): GroupSums[] {
    const { bounds, places } = this;
    const currencies = Array.from({ length: space.currencies }, (_, place) => dictionaries.currency.text(place + 1));
    const told: GroupSums[] = [];
    let from = bounds[0]!; // one bound more than groups, here and below
    for (let group = 0; group < this.groups.length; group += 1) {
      const to = bounds[group + 1]!;
      const isOneCell = to === from + 1 && currencies.length === 1;
      const sums = isOneCell ? sumsOfCell(cells, places[from]!, currencies[0] ?? null) : sumsOf(cells, places, from, to, currencies);
      if (sums !== undefined) told.push({ group: this.group(group), sums });
      from = to;
    }
    return told;
  }

  private group(at: number): Group {
    return (this.groups[at] ??= Object.fromEntries(
      this.keys.map(({ grouping, axis, index }) => [grouping, this.plans[axis]!.keyOf(this.numbers[axis]![at]!, index)]),
    ));
  }
}

/** Sums of a cell, as `sumsOf` tells them: most groups are of one cell. */
function sumsOfCell(
  { deals, unvalued, weighing, weightless, weighed, value, weighted }: Cells,
  cell: number,
  currency: string | null,
): DealSums | undefined {
  const all = deals[cell]!; // a cell of the space, here and below
  if (all === 0) return undefined;
  const hasValue = currency !== null && all > unvalued[cell]!;
  const hasWeighed = currency !== null && weighed[cell]! > 0;
  return {
    deals: all,
    unvalued: unvalued[cell]!,
    value: hasValue ? withMoney(NO_MONEY, currency, value[cell]!) : NO_MONEY,
    weighted: hasWeighed ? withMoney(NO_MONEY, currency, weighted[cell]!) : NO_MONEY,
    weighing: weighing[cell]!,
    weightless: weightless[cell]!,
  };
}

/** Sums over places from `from` to before `to`, currency by currency; undefined where they hold no deals. @throws RangeError where a sum leaves the safe integers */
function sumsOf(
  { deals, unvalued, weighing, weightless, weighed, value, weighted }: Cells,
  places: Uint32Array,
  from: number,
  to: number,
  currencies: readonly (string | null)[],
): DealSums | undefined {
  let all = 0;
  let allUnvalued = 0;
  let allWeighing = 0;
  let allWeightless = 0;
  let values = NO_MONEY;
  let weighteds = NO_MONEY;
  for (let currency = 0; currency < currencies.length; currency += 1) {
    let valued = 0;
    let minor = 0;
    let weighs = 0;
    let weightedMinor = 0;
    for (let place = from; place < to; place += 1) {
      const cell = places[place]! * currencies.length + currency; // a cell of the space, here and below
      const own = deals[cell]!;
      if (own === 0) continue;
      all += own;
      allUnvalued += unvalued[cell]!;
      allWeighing += weighing[cell]!;
      allWeightless += weightless[cell]!;
      valued += own - unvalued[cell]!;
      minor += value[cell]!;
      weighs += weighed[cell]!;
      weightedMinor += weighted[cell]!;
    }
    const name = currencies[currency] ?? null;
    if (name === null) continue; // nobody has told an amount yet
    if (valued > 0) values = withMoney(values, name, minor);
    if (weighs > 0) weighteds = withMoney(weighteds, name, weightedMinor);
  }
  if (all === 0) return undefined;
  return { deals: all, unvalued: allUnvalued, value: values, weighted: weighteds, weighing: allWeighing, weightless: allWeightless };
}

/** Which places of a space can hold deals: all but those of codes that are yet to come. */
export function placesOf(plans: readonly Plan[], space: CellSpace): Uint32Array {
  const all = Uint32Array.from({ length: space.cells / space.currencies }, (_, place) => place);
  const codes = new Uint32Array(plans.length);
  return all.filter((place) => {
    space.codesOf(place * space.currencies, codes);
    return plans.every(({ numberOf, numbers }, axis) => codes[axis]! < (numberOf?.length ?? numbers)); // one code per axis
  });
}

/** The places that hold deals. */
export function placesWithDeals({ deals }: Cells, space: CellSpace): Uint32Array {
  const found = new Uint32Array(space.cells / space.currencies);
  let count = 0;
  for (let cell = 0; cell < space.cells; cell += 1) {
    if (deals[cell] === 0) continue;
    const place = Math.floor(cell / space.currencies);
    if (count > 0 && found[count - 1] === place) continue;
    found[count] = place;
    count += 1;
  }
  return found.slice(0, count);
}

/** The number of each place, by axis. */
function numbersOf(plans: readonly Plan[], space: CellSpace, places: Uint32Array): readonly Uint32Array[] {
  const numbers = plans.map(() => new Uint32Array(places.length));
  const codes = new Uint32Array(plans.length);
  for (let index = 0; index < places.length; index += 1) {
    space.codesOf(places[index]! * space.currencies, codes);
    for (let axis = 0; axis < plans.length; axis += 1) {
      const { numberOf } = plans[axis]!;
      const code = codes[axis]!;
      numbers[axis]![index] = numberOf === undefined ? code : numberOf[code]!; // placesOf left out what has none
    }
  }
  return numbers;
}

/** Counting sort of indexes by the rank of their numbers. */
function byRank(order: Uint32Array<ArrayBuffer>, numbers: Uint32Array, ranks: Uint32Array): Uint32Array<ArrayBuffer> {
  const counts = new Uint32Array(ranks.length + 1);
  for (let index = 0; index < order.length; index += 1) counts[ranks[numbers[order[index]!]!]! + 1]! += 1; // ranks are below their count, here and below
  for (let rank = 1; rank < counts.length; rank += 1) counts[rank]! += counts[rank - 1]!;
  const sorted = new Uint32Array(order.length);
  for (let index = 0; index < order.length; index += 1) {
    const place = order[index]!;
    const rank = ranks[numbers[place]!]!;
    sorted[counts[rank]!] = place;
    counts[rank]! += 1;
  }
  return sorted;
}

/** Where each of `firsts`, which stand in `order` in this order, stands there; and the end. */
function boundsOf(order: Uint32Array, firsts: Uint32Array): Uint32Array {
  const bounds = new Uint32Array(firsts.length + 1);
  let next = 0;
  for (let rank = 0; rank < order.length; rank += 1) {
    if (next === firsts.length || order[rank] !== firsts[next]) continue;
    bounds[next] = rank;
    next += 1;
  }
  bounds[firsts.length] = order.length;
  return bounds;
}
