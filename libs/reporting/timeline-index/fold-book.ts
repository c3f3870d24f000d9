import type { Grouping } from '../queries.js';
import type { DealInterval } from '../rows.js';
import { NOTHING_KNOWN } from '../rows.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { dimensionOf, isOrderedByView, keyReader, valueOrder } from '../scope/groupings.js';
import type { KeysReader } from './fold.js';
import { Fold } from './fold.js';
import type { StateQuestion } from './state-question.js';
import type { CodedColumn, Vocabulary } from './vocabulary.js';

/** Folds kept between questions. */
const KEPT = 24;

/** A fold, and the order of its keys by each of its groupings. */
export class RankedFold {
  readonly fold: Fold;
  private readonly ranks: Uint32Array[] = [];
  private finer: { readonly of: Uint32Array; readonly to: Uint32Array; readonly numbers: Uint32Array } | undefined;

  constructor(private readonly groupings: readonly Grouping[]) {
    this.fold = new Fold(groupings.length);
  }

  /** Place of each number in the order of an answer by the grouping at `index`; the same array as long as it is the same order. */
  ranksOf(index: number, view: DimensionView): Uint32Array {
    const grouping = this.groupings[index]!; // a grouping of the fold
    const { keys } = this.fold;
    const known = this.ranks[index];
    if (known?.length === keys.length && !isOrderedByView(grouping)) return known;
    const values = keys.map((told) => told[index] ?? null);
    const places = new Map([...new Set(values)].sort(valueOrder(grouping, view)).map((value, place) => [value, place]));
    const ranks = Uint32Array.from(values, (value) => places.get(value) ?? 0); // every value has its place
    if (known?.length === ranks.length && known.every((rank, number) => rank === ranks[number])) return known;
    this.ranks[index] = ranks;
    return ranks;
  }

  /** The number of each number of a finer fold of the same column; the same array as long as it is the same fold with as many codes. */
  numbersOf({ table: of, keys }: Fold): Uint32Array {
    const { table: to } = this.fold;
    if (this.finer?.of === of && this.finer.to === to) return this.finer.numbers;
    const numbers = new Uint32Array(keys.length);
    for (let code = 0; code < of.length; code += 1) numbers[of[code]!] = to[code]!; // both have every code of the column
    this.finer = { of, to, numbers };
    return numbers;
  }
}

/**
 * What the codes of columns come to by groupings, kept between questions as long as it is the same: what an owner's team is may be another at another (T, K), when a
 * deal closes is told by the calendar alone. There are hundreds of thousands of closings: they are read once.
 */
export class FoldBook {
  private readonly kept = new Map<string, RankedFold>();

  constructor(private readonly vocabulary: Vocabulary) {}

  of({ question, view }: StateQuestion, column: CodedColumn, groupings: readonly Grouping[]): RankedFold {
    const name = `${column} ${column === 'closing' ? question.zone : ''} ${groupings.join(' ')}`;
    const reader = (): KeysReader => this.reader(question.zone, view, column, groupings);
    let ranked = this.kept.get(name);
    if (ranked !== undefined) this.kept.delete(name);
    if (ranked === undefined || (isToldByView(groupings) && !ranked.fold.agrees(reader()))) ranked = new RankedFold(groupings);
    this.kept.set(name, ranked); // the last used is the last to go
    const [first] = this.kept.keys();
    if (first !== undefined && this.kept.size > KEPT) this.kept.delete(first);
    ranked.fold.extend(this.vocabulary.sizeOf(column), reader);
    return ranked;
  }

  private reader(
    zone: StateQuestion['question']['zone'],
    view: DimensionView,
    column: CodedColumn,
    groupings: readonly Grouping[],
  ): KeysReader {
    const { vocabulary } = this;
    const readers = groupings.map((grouping) => keyReader(grouping, view, zone));
    // One row is filled anew for every code: groupings read, and keep nothing of it.
    const row: { -readonly [Name in keyof DealInterval]: DealInterval[Name] } = { ...NOTHING_KNOWN };
    return {
      turnTo: (code) => vocabulary.fill(row, column, code),
      key: (index) => readers[index]!(row), // one reader per grouping
    };
  }
}

function isToldByView(groupings: readonly Grouping[]): boolean {
  return groupings.some((grouping) => dimensionOf(grouping) !== undefined);
}
