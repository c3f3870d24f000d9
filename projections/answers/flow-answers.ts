import type { EpochMs } from '../../libs/domain/shared/instant.js';
import { isoInstant } from '../../libs/domain/shared/instant.js';
import { LOG_START } from '../../libs/domain/shared/position.js';
import type { DealSelection } from '../../libs/reporting/deal-columns/selection.js';
import { isClosed } from '../../libs/reporting/paths/milestones.js';
import { pipelineTally } from '../../libs/reporting/pipeline/tally.js';
import type {
  ExplainAnswer,
  ExplainQuery,
  Filters,
  Grouping,
  KnownWhen,
  WaterfallAnswer,
  WaterfallQuery,
} from '../../libs/reporting/queries.js';
import { QuestionNotUnderstood } from '../../libs/reporting/queries.js';
import { EXPLAIN_METHOD, explainReport } from '../../libs/reporting/explain/explain.js';
import { parseFlowBounds, parseInstant } from '../../libs/reporting/time/instant.js';
import { dimensionTimeline, stateAt } from '../../libs/reporting/waterfall/histories.js';
import { parseBucket } from '../../libs/reporting/waterfall/moves.js';
import type { KnownDeals } from '../../libs/reporting/waterfall/waterfall.js';
import { checkWaterfall, WATERFALL_METHOD, waterfallReport } from '../../libs/reporting/waterfall/waterfall.js';
import type { Asked, Asking } from './asking.js';
import type { PointSeen } from './basis.js';
import { comparisonBasis } from './basis.js';
import type { Knowledge } from './known-at.js';
import type { ReadQuestion } from './question.js';
import { groupingsRead, kindsConverted } from './question.js';
import type { Asker } from './sources.js';

const ALL_TOGETHER: readonly Grouping[] = [];
const BY_STATUS_AND_STAGE: readonly Grouping[] = ['status', 'stage'];
const OPEN: Filters = { status: ['open'] };
const MOST_ROWS = 10_000;

/** Reports of what happened between two instants: waterfall and explanation. */
export class FlowAnswers {
  constructor(private readonly asking: Asking) {}

  async waterfall(query: WaterfallQuery, asker: Asker): Promise<WaterfallAnswer> {
    const asked = await this.asking.begin(query, ALL_TOGETHER);
    checkWaterfall(asked.question);
    const { opening, closing } = parseFlowBounds(query.from, query.to ?? 'now', asked.time);
    const knownWhen = query.known ?? 'now';
    const { question, known, knownThen, points } = await this.between(asked, knownWhen, opening, closing, asker, OPEN);
    const moves = query.bucket === undefined ? {} : { moves: { bucket: parseBucket(query.bucket), limit: rowLimit(query.limit) } };
    const report = waterfallReport({ question, opening, closing, known, ...knownThen, ...moves }, query.method ?? 'events');
    const method = `${WATERFALL_METHOD}/${query.method ?? 'events'}`;
    const made = await this.asking.basisInput(method, question, points);
    const input = { ...made, marks: [...made.marks, ...currencyMarks(question)] };
    const basis = {
      ...comparisonBasis(this.asking.sources.eventStore, input, points[1], knownWhen),
      ...{ from: isoInstant(opening), to: isoInstant(closing) },
    };
    return this.asking.sources.personal.open({ report: 'waterfall', basis, ...report } as const, asker);
  }

  async explain(query: ExplainQuery, asker: Asker): Promise<ExplainAnswer> {
    const limit = rowLimit(query.limit);
    const asked = await this.asking.begin(query, BY_STATUS_AND_STAGE);
    const { time } = asked;
    const [then, now] = [parseInstant(query.then, time), query.now === undefined ? time.now : parseInstant(query.now, time)];
    if (now < then) throw new QuestionNotUnderstood(`'${query.now ?? 'now'}' is before '${query.then}'`);
    const knownWhen = query.known ?? 'now';
    const { question, known, knownThen, points } = await this.between(asked, knownWhen, then, now, asker, {});
    const report = explainReport({ question, then, now, known, limit, ...knownThen });
    const input = await this.asking.basisInput(EXPLAIN_METHOD, question, points);
    const basis = comparisonBasis(this.asking.sources.eventStore, input, points[1], knownWhen);
    return this.asking.sources.personal.open({ report: 'explain', basis, ...report } as const, asker);
  }

  /** Everything known at both ends, the names in the filters looked up. */
  private async between(
    asked: Asked,
    knownWhen: KnownWhen,
    then: EpochMs,
    now: EpochMs,
    asker: Asker,
    counted: Filters,
  ): Promise<{
    readonly question: ReadQuestion;
    readonly known: KnownDeals;
    readonly knownThen: { readonly knownThen?: KnownDeals | null };
    readonly points: readonly [PointSeen, PointSeen];
  }> {
    const ends = await this.ends(asked, knownWhen, then, now);
    const question = await this.asking.byId(asked.question, await this.asking.view(asked.question, now, ends.now), asker);
    const selection = selectionBetween(question, counted, then, now);
    const known = await this.known(question, ends.now, selection);
    const knownThen =
      knownWhen === 'now' ? known : ends.then.position === LOG_START ? null : await this.known(question, ends.then, selection);
    return {
      ...{ question, known, knownThen: knownWhen === 'now' ? {} : { knownThen } },
      points: [
        point(question, counted, then, ends.then, ends.then.position === LOG_START ? null : knownThen),
        point(question, counted, now, ends.now, ends.now.position === LOG_START ? null : known),
      ],
    };
  }

  /** K at both ends. */
  private async ends({ most }: Asked, known: 'now' | 'then', then: EpochMs, now: EpochMs): Promise<{ then: Knowledge; now: Knowledge }> {
    const { knownAt } = this.asking.sources;
    return known === 'now' ? { then: most, now: most } : { then: await knownAt.at(then, most), now: await knownAt.at(now, most) };
  }

  private async known(question: ReadQuestion, { number }: Knowledge, selection: DealSelection | undefined): Promise<KnownDeals> {
    const { dealRows, dimensions } = this.asking.sources;
    const kinds = dimensions.kindsFor(groupingsRead(question), kindsConverted(question));
    const timeline = dimensionTimeline(await dimensions.known(number, kinds), number, question.organisedAt);
    return { histories: await dealRows.histories(number, selection), dimensions: timeline };
  }
}

/** A deal has a currency from its first known value on, and so it is in the scope of one from then on. */
function currencyMarks({ scope }: ReadQuestion): readonly string[] {
  if ((scope.filters.currency ?? []).length === 0) return [];
  return [
    'one currency alone: a deal comes into it with its first known value, as transferredIn and not as new or valued, and leaves it with its last',
  ];
}

/** @throws QuestionNotUnderstood */
function rowLimit(limit = 1_000): number {
  if (!Number.isInteger(limit) || limit < 0 || limit > MOST_ROWS) throw new QuestionNotUnderstood(`the limit is 0 to ${MOST_ROWS} rows`);
  return limit;
}

/** Where deals that are closed do not count, those that were closed at the opening and did not move are none of the question's. */
function selectionBetween({ scope }: ReadQuestion, counted: Filters, opening: EpochMs, closing: EpochMs): DealSelection | undefined {
  const { status = [] } = { ...scope.filters, ...counted };
  return status.length === 0 || status.some(isClosed) ? undefined : { by: 'between', opening, closing };
}

/** What the basis says of one end: the deals that are counted there. */
function point(question: ReadQuestion, counted: Filters, asOf: EpochMs, knowledge: Knowledge, known: KnownDeals | null): PointSeen {
  if (known === null) return { asOf, knowledge, state: null };
  const scope = { ...question.scope, filters: { ...question.scope.filters, ...counted } };
  const tally = pipelineTally({ ...question, scope }, known.dimensions.at(asOf));
  for (const { rows: history } of known.histories) {
    const state = stateAt(history, asOf);
    if (state !== undefined) tally.add(state);
    const [first] = history;
    const recorded = first?.dated === 0 && asOf < first.registeredAt ? stateAt(history, first.registeredAt) : undefined;
    if (recorded !== undefined) tally.addUndated(recorded);
  }
  return { asOf, knowledge, state: tally.state() };
}
