import type { DealFact } from '../../libs/domain/deal/deal.events.js';
import type { Deal, DealFactAt } from '../../libs/domain/deal/deal.evolve.js';
import { evolve, noDeal } from '../../libs/domain/deal/deal.evolve.js';
import type { RecordedEvent } from '../../libs/domain/shared/envelope.js';
import type { Fact } from '../../libs/domain/shared/history.js';
import { factsAsOf } from '../../libs/domain/shared/history.js';
import type { EpochMs } from '../../libs/domain/shared/instant.js';
import type { Position } from '../../libs/domain/shared/position.js';
import { positionNumber } from '../../libs/domain/shared/position.js';
import { handlingOf } from '../../libs/projection-engine/projection.js';
import { rowCounts } from '../../libs/read-store/read-store.port.js';
import { pipelineReport } from '../../libs/reporting/pipeline/pipeline.js';
import { pipelineTally } from '../../libs/reporting/pipeline/tally.js';
import type { Grouping } from '../../libs/reporting/queries.js';
import type { DealInterval, DimensionInterval } from '../../libs/reporting/rows.js';
import { NOTHING_KNOWN } from '../../libs/reporting/rows.js';
import { dimensionView } from '../../libs/reporting/scope/dimension-view.js';
import { EVERYTHING } from '../../libs/reporting/scope/scope.js';
import { UTC } from '../../libs/reporting/time/report-zone.js';
import { RowBook } from '../../libs/testing/row-book.js';
import { dimensionTimelines } from '../../projections/dimension-timelines/dimension-timelines.js';
import { dealRow } from '../../projections/pipeline-snapshot/pipeline-snapshot.js';

export interface FoldQuestion {
  readonly groupBy: readonly Grouping[];
  readonly asOf: EpochMs;
  readonly position: Position;
}

/** Told a log event by event, it answers at where it has come to: every deal by the law of history.ts, with no row, read store or index between. */
export class SlowFold {
  private readonly deals = new Map<string, RecordedEvent[]>();
  private readonly streams = new Map<string, RecordedEvent[]>();
  private readonly states = new Map<string, typeof dimensionTimelines.initial>();
  private readonly dimensions = new RowBook();

  take(event: RecordedEvent): void {
    if (event.stream.startsWith('deal-')) return push(this.deals, event);
    if (handlingOf(dimensionTimelines, event) !== 'handle') return;
    push(this.streams, event);
    const history = (): readonly RecordedEvent[] => this.streams.get(event.stream) ?? [];
    const { state, changes } = dimensionTimelines.apply(this.states.get(event.stream) ?? dimensionTimelines.initial, event, history);
    this.states.set(event.stream, state);
    this.dimensions.take(changes);
  }

  /** The report without its basis; the log has been told up to the question's position and no further. */
  answer({ groupBy, asOf, position }: FoldQuestion): ReturnType<typeof pipelineReport> {
    const knownAt = positionNumber(position);
    const rows = this.dimensions.all() as unknown as DimensionInterval[]; // the model's columns
    const view = dimensionView(rows.filter((row) => rowCounts(row, asOf, knownAt)));
    const tally = pipelineTally({ groupBy, scope: EVERYTHING, zone: UTC }, view);
    for (const [stream, events] of this.deals) {
      const row = stateAt(stream, events, position, asOf);
      if (row !== null) tally.add(row);
      const [first] = events;
      if (first?.metadata.dated === false && asOf < first.recordedAt) {
        const undated = stateAt(stream, events, position, first.recordedAt);
        if (undated !== null) tally.addUndated(undated);
      }
    }
    return pipelineReport(tally.state(), view);
  }
}

function stateAt(stream: string, events: readonly RecordedEvent[], position: Position, asOf: EpochMs): DealInterval | null {
  const facts = factsAsOf<DealFact>(events, position, asOf);
  const last = facts.at(-1);
  if (last === undefined) return null;
  const deal = facts.reduce<Deal>((state, fact) => evolve(state, fact as DealFactAt), noDeal);
  return dealRow(deal, last as Fact<DealFact>, { ...NOTHING_KNOWN, entity: stream });
}

function push(streams: Map<string, RecordedEvent[]>, event: RecordedEvent): void {
  const stream = streams.get(event.stream);
  if (stream === undefined) streams.set(event.stream, [event]);
  else stream.push(event);
}
