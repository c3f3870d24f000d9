import type { EpochMs } from '../../libs/domain/shared/instant.js';
import { LOG_START } from '../../libs/domain/shared/position.js';
import { compareReport, COMPARE_METHOD } from '../../libs/reporting/pipeline/compare.js';
import { dealBehind, DEALS_METHOD, inGroup, pageOfDeals } from '../../libs/reporting/pipeline/deals-behind.js';
import { PIPELINE_METHOD, pipelineReport } from '../../libs/reporting/pipeline/pipeline.js';
import { SERIES_METHOD, seriesReport } from '../../libs/reporting/pipeline/series.js';
import type { PipelineState } from '../../libs/reporting/pipeline/tally.js';
import { pipelineTally } from '../../libs/reporting/pipeline/tally.js';
import type {
  CompareAnswer,
  CompareQuery,
  DealsBehindAnswer,
  DealsBehindQuery,
  Grouping,
  KnownWhen,
  PipelineAnswer,
  PipelineQuery,
  SeriesAnswer,
  SeriesQuery,
} from '../../libs/reporting/queries.js';
import { NOT_KNOWN_YET, QuestionNotUnderstood } from '../../libs/reporting/queries.js';
import type { DealInterval } from '../../libs/reporting/rows.js';
import { parseGroupings } from '../../libs/reporting/scope/groupings.js';
import type { DimensionView } from '../../libs/reporting/scope/dimension-view.js';
import { inScope } from '../../libs/reporting/scope/scope.js';
import { parseInstant } from '../../libs/reporting/time/instant.js';
import { seriesPoints } from '../../libs/reporting/time/steps.js';
import type { PointSeen } from './basis.js';
import { basisOf, comparisonBasis } from './basis.js';
import type { AnswerSources } from './answer-sources.js';
import type { Asking } from './asking.js';
import type { Knowledge } from './known-at.js';
import { NAMED, pageLimit } from './pages.js';
import type { ReadQuestion } from './question.js';
import type { Asker } from './sources.js';

const BY_STATUS_AND_STAGE: readonly Grouping[] = ['status', 'stage'];

interface Seen extends PointSeen {
  readonly state: PipelineState | null;
  readonly view: DimensionView;
}

/** Pipeline, comparison, series, and the deals behind a figure. */
export class PipelineAnswers {
  private readonly sources: AnswerSources;

  constructor(private readonly asking: Asking) {
    this.sources = asking.sources;
  }

  async pipeline(query: PipelineQuery, asker: Asker): Promise<PipelineAnswer> {
    const { time, question, most } = await this.asking.begin(query, BY_STATUS_AND_STAGE);
    const asOf = query.asOf === undefined ? time.now : parseInstant(query.asOf, time);
    const { seen, read } = await this.see(question, [asOf], 'now', most, asker);
    const [point] = seen;
    if (point === undefined) throw new TypeError('one point was asked for');
    const basis = basisOf(this.sources.eventStore, await this.asking.basisInput(PIPELINE_METHOD, read, seen), point);
    const report: Pick<PipelineAnswer, 'rows' | 'undated' | 'totals'> =
      point.state === null ? { rows: [], undated: NOT_KNOWN_YET, totals: NOT_KNOWN_YET } : pipelineReport(point.state, point.view);
    return this.sources.personal.open({ report: 'pipeline', basis, ...report } as const, asker);
  }

  async compare(query: CompareQuery, asker: Asker): Promise<CompareAnswer> {
    const { time, question, most } = await this.asking.begin(query, BY_STATUS_AND_STAGE);
    const instants = [parseInstant(query.then, time), query.now === undefined ? time.now : parseInstant(query.now, time)];
    const known = query.known ?? 'now';
    const { seen, read } = await this.see(question, instants, known, most, asker);
    const [then, now] = seen;
    if (then === undefined || now === undefined) throw new TypeError('two points were asked for');
    const basis = comparisonBasis(this.sources.eventStore, await this.asking.basisInput(COMPARE_METHOD, read, seen), now, known);
    return this.sources.personal.open({ report: 'compare', basis, ...compareReport(then, now, read.groupBy) } as const, asker);
  }

  async series(query: SeriesQuery, asker: Asker): Promise<SeriesAnswer> {
    const { time, question, most } = await this.asking.begin(query, BY_STATUS_AND_STAGE);
    const to = query.to === undefined ? time.now : parseInstant(query.to, time);
    const instants = seriesPoints(parseInstant(query.from, time), to, query.step, time.zone);
    const known = query.known ?? 'now';
    const { seen, read } = await this.see(question, instants, known, most, asker);
    const last = seen.at(-1);
    if (last === undefined) throw new TypeError('a series has a point');
    const basis = comparisonBasis(this.sources.eventStore, await this.asking.basisInput(SERIES_METHOD, read, seen), last, known);
    const points = seen.map(({ asOf, state, view }) => ({ at: asOf, state, view }));
    return this.sources.personal.open({ report: 'series', basis: { ...basis, step: query.step }, ...seriesReport(points) } as const, asker);
  }

  async deals(query: DealsBehindQuery, asker: Asker): Promise<DealsBehindAnswer> {
    const stray = (['milestone', 'reached', 'mode', 'within'] as const).find((name) => query[name] !== undefined);
    if (stray !== undefined) throw new QuestionNotUnderstood(`'${stray}' is of a cohort: say which with cohort`);
    const limit = pageLimit(query.limit);
    const group = query.group ?? {};
    const { time, question, most } = await this.asking.begin({ ...query, groupBy: parseGroupings(Object.keys(group)) }, []);
    const asOf = query.asOf === undefined ? time.now : parseInstant(query.asOf, time);
    const view = await this.asking.view(question, asOf, most, NAMED);
    const read = await this.asking.byId(question, view, asker);
    const isIn = inScope(read.scope, view, read.zone);
    const ofGroup = inGroup(group, view, read.zone);
    const tally = pipelineTally({ ...read, groupBy: [] }, view);
    const rows: DealInterval[] = [];
    const take = (row: DealInterval, undated: boolean): void => {
      if (!isIn(row) || !ofGroup(row)) return;
      if (undated) tally.addUndated(row);
      else tally.add(row);
      if (undated === (query.undated ?? false)) rows.push(row);
    };
    for await (const page of this.sources.dealRows.asOf(asOf, most.number, read.scope.filters)) for (const row of page) take(row, false);
    for (const row of await this.sources.dealRows.undated(asOf, most.number)) take(row, true);
    const point: PointSeen = { asOf, knowledge: most, state: most.position === LOG_START ? null : tally.state() };
    const basis = basisOf(this.sources.eventStore, await this.asking.basisInput(DEALS_METHOD, read, [point]), point);
    const page = pageOfDeals(rows, limit, query.cursor);
    const deals = page.rows.map((row) => dealBehind(row, view));
    return this.sources.personal.open({ report: 'deals', basis, deals, next: page.next } as const, asker);
  }

  /** The states at all instants: with one K, or each with K = T and never beyond `most`. */
  private async see(
    question: ReadQuestion,
    instants: readonly EpochMs[],
    known: KnownWhen,
    most: Knowledge,
    asker: Asker,
  ): Promise<{ readonly seen: readonly Seen[]; readonly read: ReadQuestion }> {
    const points: { asOf: EpochMs; knowledge: Knowledge; view: DimensionView }[] = [];
    for (const asOf of instants) {
      const knowledge = known === 'now' ? most : await this.sources.knownAt.at(asOf, most);
      points.push({ asOf, knowledge, view: await this.asking.view(question, asOf, knowledge) });
    }
    const last = points.at(-1);
    const read = last === undefined ? question : await this.asking.byId(question, last.view, asker);
    if (known === 'now') {
      const states = most.position === LOG_START ? [] : await this.sources.states(read, points, most.number);
      return { read, seen: points.map((point, index) => ({ ...point, state: states[index] ?? null })) };
    }
    const seen: Seen[] = [];
    for (const point of points) {
      const [state] = point.knowledge.position === LOG_START ? [] : await this.sources.states(read, [point], point.knowledge.number);
      seen.push({ ...point, state: state ?? null });
    }
    return { read, seen };
  }
}
