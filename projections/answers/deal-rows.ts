import { DEAL_STATUSES } from '../../libs/domain/deal/deal.evolve.js';
import type { EpochMs } from '../../libs/domain/shared/instant.js';
import type { Condition, ReadStore, Row } from '../../libs/read-store/read-store.port.js';
import { rowCounts } from '../../libs/read-store/read-store.port.js';
import type { PipelineQuestion, PipelineState } from '../../libs/reporting/pipeline/tally.js';
import { pipelineTally } from '../../libs/reporting/pipeline/tally.js';
import type { Filters, Grouping } from '../../libs/reporting/queries.js';
import { NOT_KNOWN } from '../../libs/reporting/queries.js';
import { DealColumns } from '../../libs/reporting/deal-columns/deal-columns.js';
import type { DealSelection } from '../../libs/reporting/deal-columns/selection.js';
import { isSelected } from '../../libs/reporting/deal-columns/selection.js';
import { isClosed } from '../../libs/reporting/paths/milestones.js';
import type { DealHistory } from '../../libs/reporting/paths/deal-history.js';
import type { DealInterval } from '../../libs/reporting/rows.js';
import { historiesOf } from '../../libs/reporting/waterfall/histories.js';
import { dealDirectoryModel } from '../deal-directory/deal-directory.js';
import { pipelineSnapshotModel } from '../pipeline-snapshot/pipeline-snapshot.js';
import { scanDeals } from './deal-scan.js';
import type { KeptRows } from './kept-rows.js';
import type { PipelineStates, StatePoint } from './sources.js';
import { modelInUse } from './model-in-use.js';

/** Filters that a column answers by itself, so that the store can leave rows out. */
const COLUMNS: readonly Grouping[] = [
  ...(['status', 'pipeline', 'owner', 'department', 'source', 'origin', 'campaign', 'product', 'company', 'currency'] as const),
];

function conditionsOf(filters: Filters): readonly Condition[] {
  return COLUMNS.flatMap((column) => {
    const values = filters[column];
    if (values === undefined || values.length === 0) return [];
    return [{ column, in: values.map((value) => (value === NOT_KNOWN ? null : value)) }];
  });
}

/** The rows of `pipeline-snapshot`, typed: those kept in memory where there are any, else from the read store. Filters are a hint: rows outside them may come too. */
export class DealRows {
  constructor(
    private readonly readStore: ReadStore,
    private readonly kept?: KeptRows,
    /** Selections are left aside: every row is read, whatever is asked. */
    private readonly everyRow = false,
  ) {}

  /** A scan for one instant then costs little: no row is made that does not count. */
  get areKept(): boolean {
    return (this.kept?.size.rows ?? 0) > 0;
  }

  async *asOf(asOf: EpochMs, knownAt: number, filters: Filters = {}): AsyncIterable<Iterable<DealInterval>> {
    const kept = await this.kept?.asOf(asOf, knownAt);
    if (kept !== undefined) yield kept;
    else yield* this.storedAsOf(asOf, knownAt, conditionsOf(filters));
  }

  /** When the first of all deals known at K was registered; null where none was. */
  async firstInstant(knownAt: number): Promise<EpochMs | null> {
    let first: EpochMs | null = null;
    for await (const page of this.storedKnownAt(knownAt))
      for (const row of page) if (first === null || row.validFrom < first) first = row.validFrom;
    return first;
  }

  /** Ids of the deals that an import made of a source's own key. */
  async idsOfKey(bareKey: string): Promise<readonly string[]> {
    const model = await modelInUse(this.readStore, dealDirectoryModel);
    const query = { where: [{ column: 'bareKey', in: [bareKey] }], knownAt: Number.MAX_SAFE_INTEGER, orderBy: 'registeredAt', limit: 10 };
    const { rows } = await this.readStore.list(model, query);
    return [...new Set(rows.map((row) => row.entity))].sort();
  }

  /** The histories, as known at K, of the deals that a question looks at, in the order of their ids. */
  async histories(knownAt: number, selection?: DealSelection): Promise<readonly DealHistory[]> {
    const kept = await this.kept?.histories(knownAt, selection);
    if (kept !== undefined) return kept;
    if (this.everyRow) return historiesOf(await this.known(knownAt));
    if (selection === undefined) return this.all(knownAt);
    return historiesOf(await this.selected(knownAt, selection)).filter(({ rows }) => isSelected(rows, selection));
  }

  /** In columns, though only for this once: as rows of their own they would take eight times the memory. */
  private async all(knownAt: number): Promise<readonly DealHistory[]> {
    const columns = new DealColumns();
    await columns.load(scanDeals(this.readStore, await modelInUse(this.readStore, pipelineSnapshotModel), knownAt), Infinity);
    return columns.histories(knownAt);
  }

  /**
   * Rows of deals among which are those selected: as few as conditions of the store can tell. A row that the store passes over costs a fiftieth of one that it gives; only of those that it
   * gives are the undated left aside here, since a condition on them would have the store sort by another order than it reads in.
   */
  private async selected(knownAt: number, selection: DealSelection): Promise<readonly DealInterval[]> {
    const undated = await this.known(knownAt, [{ column: 'dated', in: [0] }]);
    const rows = selection.by === 'between' ? await this.between(knownAt, selection) : await this.registered(knownAt, selection);
    return [...undated, ...rows.filter(({ dated }) => dated === 1)];
  }

  private registered(
    knownAt: number,
    { by, in: { from, to } }: Exclude<DealSelection, { by: 'between' }>,
  ): Promise<readonly DealInterval[]> {
    return this.known(knownAt, [{ column: 'registeredAt', ...(by === 'registered' ? { from } : {}), below: to }]);
  }

  private async between(
    knownAt: number,
    { opening, closing }: Extract<DealSelection, { by: 'between' }>,
  ): Promise<readonly DealInterval[]> {
    const began = await this.known(knownAt, [{ column: 'validFrom', from: opening + 1, below: closing + 1 }]);
    const standing: DealInterval[] = [];
    const where: readonly Condition[] = [{ column: 'status', in: DEAL_STATUSES.filter((status) => !isClosed(status)) }];
    for await (const page of this.storedAsOf(opening, knownAt, where)) standing.push(...page);
    // What was closed at the opening and moved since: its state then is among the rows of the deal.
    const stood = new Set(standing.map(({ entity }) => entity));
    const reopened = new Set(
      began.filter(({ entity, registeredAt }) => registeredAt <= opening && !stood.has(entity)).map(({ entity }) => entity),
    );
    const model = await modelInUse(this.readStore, pipelineSnapshotModel);
    const whole: DealInterval[] = [];
    for (const entity of reopened) whole.push(...((await this.readStore.rowsOf(model, entity)) as unknown as readonly DealInterval[])); // the model's columns are DealInterval's
    const isKnown = ({ openedBy, withdrawnBy }: DealInterval): boolean =>
      openedBy <= knownAt && (withdrawnBy === null || withdrawnBy > knownAt);
    return [...standing, ...began.filter(({ entity }) => !reopened.has(entity)), ...whole.filter(isKnown)];
  }

  /**
   * Of each deal registered without a date: its state at the end of its undated facts, which all carry the import's instant. The deal is
   * counted in `undated` at every T before that instant (design section 2); `after` is the earliest such T of the question.
   */
  async undated(after: EpochMs, knownAt: number): Promise<readonly DealInterval[]> {
    const where: readonly Condition[] = [
      { column: 'dated', in: [0] },
      { column: 'registeredAt', from: after + 1 },
    ];
    return (await this.known(knownAt, where)).filter((row) => rowCounts(row, row.registeredAt, knownAt));
  }

  private async known(knownAt: number, where?: readonly Condition[]): Promise<readonly DealInterval[]> {
    const rows: DealInterval[] = [];
    for await (const page of this.storedKnownAt(knownAt, where)) rows.push(...page);
    return rows;
  }

  async *storedKnownAt(knownAt: number, where?: readonly Condition[]): AsyncIterable<readonly DealInterval[]> {
    const model = await modelInUse(this.readStore, pipelineSnapshotModel);
    yield* this.readStore.rowsKnownAt(model, knownAt, where) as AsyncIterable<readonly DealRow[]>; // the model's columns are DealInterval's
  }

  private async *storedAsOf(asOf: EpochMs, knownAt: number, where: readonly Condition[]): AsyncIterable<readonly DealInterval[]> {
    const model = await modelInUse(this.readStore, pipelineSnapshotModel);
    yield* this.readStore.rowsAsOf(model, { asOf, knownAt, where }) as AsyncIterable<readonly DealRow[]>; // likewise
  }
}

type DealRow = Row & DealInterval;

/** Up to here a scan for each point reads less than one pass over every row ever known. */
const FEW_POINTS = 4;

/** Without an index: one scan for one point, one pass over all rows for several. */
export class StatesFromRows implements PipelineStates {
  constructor(private readonly rows: DealRows) {}

  firstInstant(knownAt: number): Promise<EpochMs | null> {
    return this.rows.firstInstant(knownAt);
  }

  async states(question: PipelineQuestion, points: readonly StatePoint[], knownAt: number): Promise<readonly PipelineState[]> {
    const tallies = points.map(({ asOf, view }) => ({ asOf, tally: pipelineTally(question, view) }));
    if (tallies.length <= FEW_POINTS || this.rows.areKept) {
      for (const { asOf, tally } of tallies) {
        for await (const page of this.rows.asOf(asOf, knownAt, question.scope.filters)) for (const row of page) tally.add(row);
      }
    } else {
      for await (const page of this.rows.storedKnownAt(knownAt)) {
        for (const row of page) for (const { asOf, tally } of tallies) if (rowCounts(row, asOf, knownAt)) tally.add(row);
      }
    }
    const earliest = Math.min(...points.map(({ asOf }) => asOf));
    for (const row of await this.rows.undated(earliest, knownAt)) {
      for (const { asOf, tally } of tallies) if (asOf < row.registeredAt) tally.addUndated(row);
    }
    return tallies.map(({ tally }) => tally.state());
  }
}
