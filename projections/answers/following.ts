import { LOG_START } from '../../libs/domain/shared/position.js';
import { isoInstant } from '../../libs/domain/shared/instant.js';
import type { EpochMs } from '../../libs/domain/shared/instant.js';
import { rowCounts } from '../../libs/read-store/read-store.port.js';
import type { DealSelection } from '../../libs/reporting/deal-columns/selection.js';
import type { FlowBasis } from '../../libs/reporting/flow-queries.js';
import type { DealPath } from '../../libs/reporting/paths/deal-path.js';
import { lastRow, pathsOf } from '../../libs/reporting/paths/deal-path.js';
import type { FlowDeals } from '../../libs/reporting/paths/grouped.js';
import { flowDeals } from '../../libs/reporting/paths/grouped.js';
import type { StageOrder } from '../../libs/reporting/paths/spells.js';
import { stageOrder, stagesKnown } from '../../libs/reporting/paths/stage-order.js';
import { pipelineTally } from '../../libs/reporting/pipeline/tally.js';
import { FirmDealings } from '../../libs/reporting/paths/own-groupings.js';
import type { FlowGrouping, Grouping, PipelineQuery } from '../../libs/reporting/queries.js';
import { FLOW_GROUPINGS, isOwnGrouping } from '../../libs/reporting/queries.js';
import { parseGroupings } from '../../libs/reporting/scope/groupings.js';
import type { DimensionView } from '../../libs/reporting/scope/dimension-view.js';
import { parseInstant } from '../../libs/reporting/time/instant.js';
import type { Period } from '../../libs/reporting/time/period.js';
import { parsePeriod } from '../../libs/reporting/time/period.js';
import type { Asked, Asking } from './asking.js';
import type { PointSeen } from './basis.js';
import { basisOf } from './basis.js';
import type { ReadQuestion } from './question.js';
import type { Asker } from './sources.js';

/** Deals in scope with their ways up to T, as known at K. */
export interface Cohorts extends Asked {
  readonly asOf: EpochMs;
  readonly view: DimensionView;
  readonly read: ReadQuestion;
  readonly deals: FlowDeals;
  readonly groupBy: readonly FlowGrouping[];
  readonly order: StageOrder;
  /** Labels of all stages that there ever were, by id. */
  readonly stages: ReadonlyMap<string, string>;
  /** The dated deals of every scope. */
  everyone(): readonly DealPath[];
}

/** As every flow question says it; groupings that only these reports have are taken too. */
type FollowQuery = Omit<PipelineQuery, 'groupBy'> & { readonly groupBy?: readonly FlowGrouping[] };

/** Which deals a question looks at, once its periods can be read. */
export type Selecting = (time: Asked['time']) => DealSelection | undefined;

/** Only deals registered in the period are asked for; without one, all. */
export function registeredIn(period: string | undefined): Selecting | undefined {
  if (period === undefined) return undefined;
  return (time) => {
    const { start, end } = parsePeriod(period, time);
    return { by: 'registered', in: { from: start, to: end } };
  };
}

/** Without a grouping there is one row, be it of nobody; with one, a group is there when it has deals. */
export function isOneGroup({ groupBy }: Cohorts): boolean {
  return groupBy.length === 0;
}

/** What every report that follows deals by their own clocks does first and last. */
export class Following {
  constructor(private readonly asking: Asking) {}

  /** `selection`: of deals outside it the question does not ask. */
  async follow(query: FollowQuery, asker: Asker, selection?: Selecting, more: readonly Grouping[] = []): Promise<Cohorts> {
    const { sources } = this.asking;
    const groupBy = parseGroupings(query.groupBy ?? [], FLOW_GROUPINGS);
    const own = groupBy.filter(isOwnGrouping);
    const asked = await this.asking.begin({ ...query, groupBy: groupBy.filter((grouping) => !isOwnGrouping(grouping)) }, []);
    const asOf = query.asOf === undefined ? asked.time.now : parseInstant(query.asOf, asked.time);
    const knownAt = asked.most.number;
    const view = await this.asking.view(asked.question, asOf, asked.most, own.includes('receivedBy') ? [...more, 'owner'] : more);
    const read = await this.asking.byId(asked.question, view, asker);
    // What a firm was to us is told by its other deals, too.
    const ofFirms = own.some((grouping) => grouping === 'relationship' || grouping === 'purchase');
    const histories = await sources.dealRows.histories(knownAt, ofFirms ? undefined : selection?.(asked.time));
    const everyone = (): readonly DealPath[] => pathsOf(histories, asOf).filter((path) => lastRow(path).dated === 1);
    let known: FirmDealings | undefined;
    const firms = (): FirmDealings => (known ??= new FirmDealings(everyone()));
    const deals = flowDeals(histories, { question: read, groupBy, view, asOf, firms });
    const processes = await sources.dimensions.known(knownAt, ['process']);
    return {
      ...asked,
      asOf,
      view,
      read,
      deals,
      groupBy,
      order: stageOrder(processes, knownAt),
      stages: stagesKnown(processes, knownAt),
      everyone,
    };
  }

  async basis(
    { asOf, most, view, read, deals }: Cohorts,
    method: string,
    period: Period | null,
    members: readonly DealPath[],
    marks: readonly string[],
  ): Promise<FlowBasis> {
    const { eventStore } = this.asking.sources;
    const tally = pipelineTally(read, view);
    for (const path of members) for (const row of path.rows) if (rowCounts(row, asOf, most.number)) tally.add(row);
    const point: PointSeen = {
      asOf,
      knowledge: most,
      state: most.position === LOG_START ? null : { ...tally.state(), undated: deals.undated },
    };
    const input = await this.asking.basisInput(method, read, [point]);
    const basis = basisOf(eventStore, { ...input, marks: [...input.marks, ...marks] }, point);
    return {
      ...basis,
      period: period === null ? null : { label: period.label, from: isoInstant(period.start), to: isoInstant(period.end) },
    };
  }
}
