import type { Sums } from '../figures.js';
import { addMoney, noSums } from '../figures.js';
import type { GroupSums } from '../pipeline/tally.js';
import type { Grouping } from '../queries.js';
import type { Cells, CellSpace } from './cells.js';
import type { Plan } from './plans.js';
import type { Vocabulary } from './vocabulary.js';

/** Groups as numbers: `numbers` has one column for each axis. */
interface NumberedGroups {
  readonly sums: readonly Sums[];
  readonly numbers: readonly (readonly number[])[];
}

/** The groups of the cells that hold deals, in the order of an answer. Everything is put in order by number; keys are read for what is told. */
export function groupsOf(
  groupBy: readonly Grouping[],
  plans: readonly Plan[],
  space: CellSpace,
  cells: Cells,
  vocabulary: Vocabulary,
): GroupSums[] {
  const { sums, numbers } = numberedGroups(plans, space, cells, vocabulary);
  // Where each grouping's key stands: at which axis, and among the keys that it tells.
  const places = groupBy.map((grouping) => {
    const axis = plans.findIndex(({ groupings }) => groupings.includes(grouping));
    return { grouping, axis, index: plans[axis]!.groupings.indexOf(grouping) }; // every grouping has its plan
  });
  let order = new Uint32Array(sums.length);
  for (let place = 0; place < order.length; place += 1) order[place] = place;
  // By the last grouping first: each pass keeps the order of the one before among equals.
  for (const { axis, index } of places.toReversed()) order = byRank(order, numbers[axis]!, plans[axis]!.ranks(index), plans[axis]!.numbers); // likewise
  const told = places.map(({ grouping, axis, index }) => ({ grouping, index, plan: plans[axis]!, numbers: numbers[axis]! })); // likewise
  const groups: GroupSums[] = [];
  for (let rank = 0; rank < order.length; rank += 1) {
    const place = order[rank]!; // below length, here and below
    const group: Partial<Record<Grouping, string | null>> = {};
    for (let key = 0; key < told.length; key += 1) {
      const { grouping, index, plan, numbers: own } = told[key]!;
      group[grouping] = plan.keyOf(own[place]!, index);
    }
    groups.push({ group, sums: sums[place]! });
  }
  return groups;
}

function numberedGroups(plans: readonly Plan[], space: CellSpace, cells: Cells, vocabulary: Vocabulary): NumberedGroups {
  const sums: Sums[] = [];
  const numbers: number[][] = plans.map(() => []);
  /** Place of each group among those found, plus one; 0: not found yet. */
  const found = new Uint32Array(plans.reduce((product, plan) => product * plan.numbers, 1));
  const codes = new Uint32Array(plans.length);
  for (let cell = 0; cell < space.cells; cell += 1) {
    if (cells.deals[cell] === 0) continue;
    space.codesOf(cell, codes);
    let number = 0;
    for (let axis = 0; axis < plans.length; axis += 1) {
      const { numberOf, numbers: size } = plans[axis]!; // below length, here and below
      if (numberOf !== undefined) codes[axis] = numberOf[codes[axis]!]!;
      number = number * size + codes[axis]!;
    }
    if (found[number] === 0) {
      found[number] = sums.push(noSums());
      for (let axis = 0; axis < plans.length; axis += 1) numbers[axis]!.push(codes[axis]!);
    }
    addCell(sums[found[number]! - 1]!, cells, cell, vocabulary.dictionaries.currency.text(space.currencyAt(cell)));
  }
  return { sums, numbers };
}

/** Counting sort of places by the rank of their numbers. */
function byRank(order: Uint32Array<ArrayBuffer>, numbers: readonly number[], ranks: Uint32Array, size: number): Uint32Array<ArrayBuffer> {
  const counts = new Uint32Array(size + 1);
  for (let index = 0; index < order.length; index += 1) counts[ranks[numbers[order[index]!]!]! + 1]! += 1; // ranks are below size, here and below
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

function addCell(sums: Sums, cells: Cells, cell: number, currency: string | null): void {
  const deals = cells.deals[cell]!; // cell is in range, here and below
  const unvalued = cells.unvalued[cell]!;
  sums.deals += deals;
  sums.unvalued += unvalued;
  sums.weighing += cells.weighing[cell]!;
  sums.weightless += cells.weightless[cell]!;
  if (currency === null) return;
  if (deals > unvalued) addMoney(sums.value, currency, cells.value[cell]!);
  if (cells.weighed[cell]! > 0) addMoney(sums.weighted, currency, cells.weighted[cell]!);
}
