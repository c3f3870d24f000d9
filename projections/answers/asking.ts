import type { EpochMs } from '../../libs/domain/shared/instant.js';
import { isoInstant } from '../../libs/domain/shared/instant.js';
import type { ReadModel } from '../../libs/read-store/read-store.port.js';
import type { Grouping } from '../../libs/reporting/queries.js';
import { NOT_KNOWN_YET } from '../../libs/reporting/queries.js';
import type { DimensionView } from '../../libs/reporting/scope/dimension-view.js';
import type { ReportZone } from '../../libs/reporting/time/report-zone.js';
import { dimensionTimelinesModel } from '../dimension-timelines/dimension-timelines.js';
import { pipelineSnapshotModel } from '../pipeline-snapshot/pipeline-snapshot.js';
import type { AnswerSources } from './answer-sources.js';
import type { BasisInput, PointSeen } from './basis.js';
import { parkedDeals } from './basis.js';
import type { Knowledge } from './known-at.js';
import type { ReadQuestion, ScopeAsked } from './question.js';
import { filtersById, groupingsRead, kindsConverted, readQuestion } from './question.js';
import type { Asker } from './sources.js';

/** What a report about deals reads, and so what K may not lie beyond. */
export const DEAL_MODELS: readonly ReadModel[] = [pipelineSnapshotModel, dimensionTimelinesModel];

export interface Asked {
  readonly time: { readonly now: EpochMs; readonly zone: ReportZone };
  /** Filters are still as they were said. */
  readonly question: ReadQuestion;
  /** K, or under `--known then` what no point may know more than. */
  readonly most: Knowledge;
}

/** The steps that every question about deals takes before its report and after it. */
export class Asking {
  constructor(readonly sources: AnswerSources) {}

  async begin(query: ScopeAsked, groupBy: readonly Grouping[], models: readonly ReadModel[] = DEAL_MODELS): Promise<Asked> {
    const time = this.sources.time();
    const question = readQuestion(query, time, groupBy);
    return { time, question, most: await this.sources.knownAt.resolve(question.known, models) };
  }

  view(question: ReadQuestion, asOf: EpochMs, { number }: Knowledge, more: readonly Grouping[] = []): Promise<DimensionView> {
    const kinds = this.sources.dimensions.kindsFor([...groupingsRead(question), ...more], kindsConverted(question));
    return this.sources.dimensions.view(asOf, number, kinds, question.organisedAt);
  }

  /** The question with every name in its filters looked up. */
  async byId(question: ReadQuestion, view: DimensionView, asker: Asker): Promise<ReadQuestion> {
    const filters = await filtersById(question.scope.filters, view, (names) => this.sources.personal.names(names, asker));
    return { ...question, scope: { ...question.scope, filters } };
  }

  async basisInput(method: string, question: ReadQuestion, points: readonly PointSeen[]): Promise<BasisInput> {
    const parked = await parkedDeals(this.sources.readStore, DEAL_MODELS);
    return { method, question, organisedAt: question.organisedAt, points, parked, marks: await this.emptyMarks(points) };
  }

  /** Why there is nothing to see: an instant before the first event reads like an empty pipeline otherwise, and so does a name that nobody has. */
  private async emptyMarks(points: readonly PointSeen[]): Promise<readonly string[]> {
    const marks: string[] = [];
    if (points.some(({ state }) => state === null)) {
      const first = (await this.sources.eventStore.readAll({ limit: 1 })).events[0];
      const when = first === undefined ? 'nothing has been recorded yet' : `the first event was recorded ${isoInstant(first.recordedAt)}`;
      marks.push(`${NOT_KNOWN_YET}: ${when}`);
    }
    const empty = points.find(({ state }) => state !== null && state.all.deals === 0);
    if (empty !== undefined) {
      const first = await this.sources.firstInstant(empty.knowledge.number);
      if (first === null) marks.push('no deal had been recorded by then');
      else if (empty.asOf < first) marks.push(`${isoInstant(empty.asOf)} is before the first event of any deal, ${isoInstant(first)}`);
      else marks.push(`no deal in scope counts here as of ${isoInstant(empty.asOf)}`);
    }
    return marks;
  }
}
