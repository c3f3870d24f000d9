import type { GroupSums } from '../pipeline/tally.js';
import type { Grouping } from '../queries.js';
import type { Cells } from './cells.js';
import { CellSpace } from './cells.js';
import { FoldBook } from './fold-book.js';
import { frameShare } from './frame-shares.js';
import { GroupOrder, placesOf, placesWithDeals } from './group-order.js';
import type { Plan } from './plans.js';
import { columnsOf, foldedPlan, framedSize, isSamePlan, plainPlan, statePlan } from './plans.js';
import type { StateQuestion } from './state-question.js';
import type { CodedColumn, Vocabulary } from './vocabulary.js';

/** Of a layout without an order. */
const LEAST = 512;
/** Places of all layouts that are kept, some sixty bytes each, by those of one. */
const ALL_KEPT = 8;

/** Columns that the standard groupings are told by. */
const STANDARD_COLUMNS = ['state', 'owner', 'product', 'source', 'currency'] as const;

/** How an answer by some groupings is summed and told. */
export class Layout {
  readonly space: CellSpace;
  /** Of a small space, as soon as it is told. */
  private order: GroupOrder | undefined;

  constructor(
    readonly groupBy: readonly Grouping[],
    readonly plans: readonly Plan[],
    private readonly vocabulary: Vocabulary,
    private readonly keptPlaces: number,
  ) {
    this.space = new CellSpace(
      plans.map(({ axis }) => axis),
      vocabulary.dictionaries.currency.size,
    );
  }

  /** The groups of the cells that hold deals, in the order of an answer. */
  tell(cells: Cells): GroupSums[] {
    const { groupBy, plans, space } = this;
    const order = this.isKept
      ? (this.order ??= new GroupOrder(groupBy, plans, space, placesOf(plans, space)))
      : new GroupOrder(groupBy, plans, space, placesWithDeals(cells, space));
    return order.tell(cells, space, this.vocabulary);
  }

  get columns(): ReturnType<typeof columnsOf> {
    return this.plans.map(({ axis, groupings }) => [axis.column, groupings] as const);
  }

  /** Whether it is the layout of these plans too. */
  holds(plans: readonly Plan[]): boolean {
    const currencies = CellSpace.currenciesOf(this.vocabulary.dictionaries.currency.size);
    return this.space.currencies === currencies && this.plans.every((plan, index) => isSamePlan(plan, plans[index]!)); // of the same groupings
  }

  /** What it takes to be kept, in places: something in any case. */
  get places(): number {
    return Math.max(LEAST, this.isKept ? this.space.cells / this.space.currencies : 0);
  }

  private get isKept(): boolean {
    return this.space.cells / this.space.currencies <= this.keptPlaces;
  }
}

/**
 * Layouts kept between questions, each as long as its plans hold: what a question then takes is what its deals take. A layout of many places is put in order for each
 * question, for the places that hold deals.
 */
export class LayoutBook {
  readonly folds: FoldBook;
  private readonly kept = new Map<string, Layout>();

  /** `keptPlaces`: the most places of a layout whose order is kept. */
  constructor(
    readonly vocabulary: Vocabulary,
    private readonly keptPlaces: number,
  ) {
    this.folds = new FoldBook(vocabulary);
  }

  /**
   * `framed`: as keyframes are, by what is the same at every T and whatever grouping told by the column is asked for. Otherwise the space is as small as it can be.
   */
  of(asked: StateQuestion, groupBy: readonly Grouping[], framed: boolean): Layout {
    const name = `${framed ? 'framed' : 'folded'} ${groupBy.join(' ')}`;
    const known = this.kept.get(name);
    const plans = (known?.columns ?? columnsOf(groupBy)).map(([column, groupings]) => this.plan(asked, column, groupings, framed));
    if (known?.holds(plans) === true) {
      this.kept.delete(name);
      this.kept.set(name, known); // the last used is the last to go
      return known;
    }
    const layout = new Layout(groupBy, plans, this.vocabulary, this.keptPlaces);
    this.kept.delete(name);
    this.kept.set(name, layout);
    this.forget();
    return layout;
  }

  /** The part of the keyframes' memory that a space gets. */
  shareOf({ axes, cells, currencies }: CellSpace, asked: StateQuestion): number {
    const singles = STANDARD_COLUMNS.map((column) => ({ columns: [column], cells: currencies * framedSize(asked, this, column) }));
    const pairs = singles.flatMap((one, index) =>
      singles
        .slice(index + 1)
        .map((other) => ({ columns: [...one.columns, ...other.columns], cells: (one.cells * other.cells) / currencies })),
    );
    return frameShare({ columns: axes.map(({ column }) => column), cells }, [...singles, ...pairs]);
  }

  private plan(asked: StateQuestion, column: CodedColumn, groupings: readonly Grouping[], framed: boolean): Plan {
    if (!framed) return foldedPlan(asked, this, column, groupings);
    return column === 'state' ? statePlan(asked, this, groupings) : plainPlan(asked, this, column, groupings);
  }

  private forget(): void {
    let places = 0;
    for (const layout of this.kept.values()) places += layout.places;
    for (const [name, layout] of this.kept) {
      if (places <= this.keptPlaces * ALL_KEPT || this.kept.size === 1) return;
      this.kept.delete(name);
      places -= layout.places;
    }
  }
}
