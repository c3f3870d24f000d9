import { behindOf } from '../../libs/reporting/behind/behind.js';
import type { EpochMs } from '../../libs/domain/shared/instant.js';
import { LOG_START } from '../../libs/domain/shared/position.js';
import { AGING_GROUPS, AGING_METHOD, agingReport, checkAging, parseClock } from '../../libs/reporting/aging/aging.js';
import { COVERAGE_GROUPS, COVERAGE_METHOD, checkCoverage, coverageReport, elapsedShare } from '../../libs/reporting/coverage/coverage.js';
import type { DealPath } from '../../libs/reporting/paths/deal-path.js';
import { lastRow, pathsOf } from '../../libs/reporting/paths/deal-path.js';
import { pipelineTally } from '../../libs/reporting/pipeline/tally.js';
import type { Filters } from '../../libs/reporting/queries.js';
import type { AgingAnswer, AgingQuery, CoverageAnswer, CoverageQuery } from '../../libs/reporting/standing-queries.js';
import type { DealInterval } from '../../libs/reporting/rows.js';
import type { DimensionView } from '../../libs/reporting/scope/dimension-view.js';
import { inScope } from '../../libs/reporting/scope/scope.js';
import { parseInstant } from '../../libs/reporting/time/instant.js';
import { parsePeriod } from '../../libs/reporting/time/period.js';
import { dimensionTimeline } from '../../libs/reporting/waterfall/histories.js';
import type { Asking } from './asking.js';
import type { PointSeen } from './basis.js';
import { basisOf, noExpectedDateMarks } from './basis.js';
import { recordedInMarks } from './cohort-marks.js';
import type { Knowledge } from './known-at.js';
import { listLimit, NAMED } from './pages.js';
import type { ReadQuestion } from './question.js';
import { groupingsRead } from './question.js';
import type { Asker } from './sources.js';
import { counted } from '../../libs/reporting/figures.js';

const OPEN: Filters = { status: ['open'] };

/** What is recorded of contacts is that of the request: silence since then says less than it seems to. */
function contactMarks({ deals, ageUnknown }: AgingAnswer['totals']): string[] {
  if (deals === 0) return [];
  return [
    'contacts are recorded until a request is qualified: what was said to the customer since is not known, so that deals look more silent than they are',
    ...(ageUnknown === 0 ? [] : [`deals without a recorded contact, of no known age: ${counted(ageUnknown)} of ${counted(deals)}`]),
  ];
}

/** One at a time: a million of them need not be there at once. */
function* lastRows(paths: readonly DealPath[]): Iterable<DealInterval> {
  for (const path of paths) yield lastRow(path);
}

/** Reports of how things stand at one (T, K) beside the pipeline itself: aging and coverage. */
export class StandingAnswers {
  constructor(private readonly asking: Asking) {}

  async aging(query: AgingQuery, asker: Asker): Promise<AgingAnswer> {
    const limit = listLimit(query, 20);
    const clock = parseClock(query.clock ?? 'since_stage_entry');
    const { time, question: asked, most } = await this.asking.begin(query, AGING_GROUPS);
    checkAging(asked);
    const asOf = query.asOf === undefined ? time.now : parseInstant(query.asOf, time);
    const { dealRows, dimensions, eventStore, personal } = this.asking.sources;
    const kinds = dimensions.kindsFor([...groupingsRead(asked), ...NAMED]);
    const timeline = dimensionTimeline(await dimensions.known(most.number, kinds), most.number, asked.organisedAt);
    const view = timeline.at(asOf);
    const question = await this.asking.byId(asked, view, asker);
    const histories = await dealRows.histories(most.number);
    const paths = pathsOf(histories, asOf);
    const behind = behindOf(query, view);
    const report = agingReport({ question, clock, asOf, paths, view, viewAt: (at) => timeline.at(at), limit, behind });
    const point = await this.point(question, asOf, most, view, lastRows(paths), OPEN);
    const input = await this.asking.basisInput(`${AGING_METHOD}/${clock}`, question, [point]);
    const marks = clock === 'since_customer_contact' ? contactMarks(report.totals) : [];
    const basis = basisOf(eventStore, { ...input, marks: [...input.marks, ...marks] }, point);
    return personal.open({ report: 'aging', basis: { ...basis, clock }, ...report, ...behind?.answer() } as const, asker);
  }

  async coverage(query: CoverageQuery, asker: Asker): Promise<CoverageAnswer> {
    const { time, question: asked, most } = await this.asking.begin(query, COVERAGE_GROUPS);
    const period = parsePeriod(query.period, time);
    const asOf = query.asOf === undefined ? time.now : parseInstant(query.asOf, time);
    checkCoverage(asked);
    const { dealRows, dimensions, eventStore, personal } = this.asking.sources;
    const kinds = dimensions.kindsFor(groupingsRead(asked), ['employee', 'quota']);
    const view = await dimensions.view(asOf, most.number, kinds, asked.organisedAt);
    const question = await this.asking.byId(asked, view, asker);
    const rows: DealInterval[] = [];
    for await (const page of dealRows.asOf(asOf, most.number, question.scope.filters)) for (const row of page) rows.push(row);
    const report = coverageReport({ question, period, rows, view, asOf });
    const seen = await this.point(question, asOf, most, view, rows, { status: ['open', 'won'] });
    const { deals, unvalued } = report.totals;
    const state = seen.state === null ? null : { ...seen.state, all: { ...seen.state.all, deals, unvalued } };
    const point = { ...seen, state };
    const input = await this.asking.basisInput(COVERAGE_METHOD, question, [point]);
    const isIn = inScope(question.scope, view, question.zone);
    const won = rows.filter((row) => row.status === 'won' && isIn(row));
    const marks = [...noExpectedDateMarks(report.totals.noExpectedDate), ...recordedInMarks(won, period)];
    const basis = basisOf(eventStore, { ...input, marks: [...input.marks, ...marks] }, point);
    return personal.open(
      { report: 'coverage', basis: { ...basis, period: period.label, elapsed: elapsedShare(period, asOf) }, ...report } as const,
      asker,
    );
  }

  private async point(
    question: ReadQuestion,
    asOf: EpochMs,
    knowledge: Knowledge,
    view: DimensionView,
    rows: Iterable<DealInterval>,
    counted: Filters,
  ): Promise<PointSeen> {
    if (knowledge.position === LOG_START) return { asOf, knowledge, state: null };
    const tally = pipelineTally({ ...question, scope: { ...question.scope, filters: { ...question.scope.filters, ...counted } } }, view);
    for (const row of rows) tally.add(row);
    for (const row of await this.asking.sources.dealRows.undated(asOf, knowledge.number)) tally.addUndated(row);
    return { asOf, knowledge, state: tally.state() };
  }
}
