import { BEGINNING_OF_TIME, END_OF_TIME, isoInstant } from '../../libs/domain/shared/instant.js';
import { behindOf } from '../../libs/reporting/behind/behind.js';
import type {
  FunnelAnswer,
  FunnelQuery,
  InflowAnswer,
  InflowQuery,
  LeadTimesAnswer,
  LeadTimesQuery,
  TimeInStageAnswer,
  TimeInStageQuery,
  VelocityAnswer,
  VelocityQuery,
  WinRateAnswer,
  WinRateQuery,
} from '../../libs/reporting/flow-queries.js';
import { counted } from '../../libs/reporting/figures.js';
import { FUNNEL_METHOD, funnelOf, funnelSteps } from '../../libs/reporting/funnel/funnel-report.js';
import type { FunnelQuestion } from '../../libs/reporting/funnel/funnel.js';
import { FunnelFold } from '../../libs/reporting/funnel/funnel.js';
import { INFLOW_METHOD, inflowOf, inflowPeriods } from '../../libs/reporting/inflow/inflow.js';
import type { LeadTime } from '../../libs/reporting/leadtimes/lead-times.js';
import { LEAD_TIME_ENDS, LEAD_TIMES_METHOD, leadTimeOf, leadTimesByAge } from '../../libs/reporting/leadtimes/lead-times.js';
import { TIME_IN_STAGE_METHOD, timeInStage } from '../../libs/reporting/leadtimes/time-in-stage.js';
import { lastRow } from '../../libs/reporting/paths/deal-path.js';
import type { DealPath } from '../../libs/reporting/paths/deal-path.js';
import type { Milestone } from '../../libs/reporting/paths/milestones.js';
import { isReachedUndated, milestoneOf } from '../../libs/reporting/paths/milestones.js';
import { dealBehind, DEALS_METHOD, inGroup, pageOfDeals } from '../../libs/reporting/pipeline/deals-behind.js';
import { QuestionNotUnderstood } from '../../libs/reporting/queries.js';
import type { DealsBehindAnswer, DealsBehindQuery } from '../../libs/reporting/queries.js';
import { labelsOf, parseGroupings } from '../../libs/reporting/scope/groupings.js';
import { parseAge } from '../../libs/reporting/time/age.js';
import { parseFlowBounds } from '../../libs/reporting/time/instant.js';
import type { Period } from '../../libs/reporting/time/period.js';
import { parsePeriod, periodAround } from '../../libs/reporting/time/period.js';
import { VELOCITY_METHOD, velocityOf } from '../../libs/reporting/winrate/velocity.js';
import { WIN_RATE_METHOD, winRateOf } from '../../libs/reporting/winrate/win-rate-report.js';
import type { WinRateScope } from '../../libs/reporting/winrate/win-rate.js';
import { countsForWinRate } from '../../libs/reporting/winrate/win-rate.js';
import type { Asking } from './asking.js';
import { isOneGroup, registeredIn } from './following.js';
import { maturityMarks, recordedInMarks, smallMarks, undatedEndMarks, undatedStayMarks } from './cohort-marks.js';
import type { Cohorts, Following, Selecting } from './following.js';
import { NAMED, pageLimit } from './pages.js';
import type { Asker } from './sources.js';

const ALWAYS = { from: BEGINNING_OF_TIME, to: END_OF_TIME };

/** Reports that follow deals by their own clocks: funnel, lead times, time in stage, win rates. Each is asked as of one T, known at one K. */
export class CohortAnswers {
  constructor(
    private readonly asking: Asking,
    private readonly following: Following,
  ) {}

  async funnel(query: FunnelQuery, asker: Asker): Promise<FunnelAnswer> {
    const cohorts = await this.following.follow(query, asker, cohortOf(query.cohort, query.milestone));
    const { period, question, members } = askedFunnel(query, cohorts);
    const { milestone, mode, withinMs } = question;
    const behind = behindOf(query, cohorts.view);
    const funnels = cohorts.deals.groups
      .map((group) => funnelOf(group, question, cohorts.view, behind))
      .filter(({ maturity }) => maturity.n > 0 || isOneGroup(cohorts));
    const maturity = funnels.map((funnel) => funnel.maturity);
    const basis = {
      ...(await this.following.basis(cohorts, `${FUNNEL_METHOD}/${mode}`, period, members, [
        ...maturityMarks(maturity, withinMs !== null),
        ...smallMarks(maturity.map(({ n }) => n)),
      ])),
      ...{ milestone, mode, within: query.within ?? null },
    };
    const answer = {
      report: 'funnel',
      basis,
      rows: funnels.flatMap(({ rows }) => rows),
      maturity,
      undated: cohorts.deals.undated,
      ...behind?.answer(),
    } as const;
    return this.asking.sources.personal.open(answer, asker);
  }

  /** The deals of a cohort, or those of them that a funnel counts at a step. */
  async deals(query: DealsBehindQuery & { readonly cohort: string }, asker: Asker): Promise<DealsBehindAnswer> {
    const limit = pageLimit(query.limit);
    if (query.undated === true) throw new QuestionNotUnderstood('deals without a date of their own belong to no cohort');
    const { reached, group = {}, ...asked } = query;
    const cohorts = await this.following.follow(
      { ...asked, groupBy: parseGroupings(Object.keys(group)) },
      asker,
      cohortOf(query.cohort, query.milestone),
      NAMED,
    );
    const { period, question, members } = askedFunnel(asked, cohorts);
    const step = reached === undefined ? undefined : milestoneOf(reached, cohorts.stages);
    const counted = step === undefined ? members : dealsAtStep(members, question, step);
    const ofGroup = inGroup(group, cohorts.view, cohorts.read.zone);
    const rows = counted.map(lastRow).filter(ofGroup);
    const page = pageOfDeals(rows, limit, query.cursor);
    const paths = counted.filter((path) => ofGroup(lastRow(path)));
    const basis = await this.following.basis(cohorts, `${DEALS_METHOD}/${FUNNEL_METHOD}/${question.mode}`, period, paths, []);
    const deals = page.rows.map((row) => dealBehind(row, cohorts.view));
    return this.asking.sources.personal.open({ report: 'deals', basis, deals, next: page.next } as const, asker);
  }

  async leadTimes(query: LeadTimesQuery, asker: Asker): Promise<LeadTimesAnswer> {
    const cohorts = await this.following.follow(query, asker, cohortOf(query.cohort, query.from));
    const [from, to] = [milestoneOf(query.from, cohorts.stages), milestoneOf(query.to, cohorts.stages)];
    const period = query.cohort === undefined ? null : parsePeriod(query.cohort, cohorts.time);
    const bounds = period === null ? ALWAYS : { from: period.start, to: period.end };
    const sample = (path: DealPath) => leadTimeOf(path, from, to, bounds);
    const members = cohorts.deals.all.filter((path) => sample(path) !== undefined);
    const behind = behindOf(query, cohorts.view);
    const rows = cohorts.deals.groups
      .map(({ group, paths }) => {
        const taken = samples(paths, sample, (path, of) =>
          behind?.take(LEAD_TIME_ENDS[of.end], path, () => ({ group, from: of.from, to: of.to, days: of.days, event: of.event() })),
        );
        return { group, labels: labelsOf(group, cohorts.view), ...leadTimesByAge(taken) };
      })
      .filter(({ n }) => n > 0 || isOneGroup(cohorts));
    const begun = cohorts.deals.all.filter((path) => FunnelFold.startOf(path, { ...bounds, milestone: from }) !== null);
    const leftOut = begun.filter((path) => !sample(path));
    const undatedTo = leftOut.filter((path) => isReachedUndated(path, to)).length;
    const marks = [
      ...(undatedTo === 0 ? [] : [`deals that came to ${query.to} without a date of their own, in no lead time: ${counted(undatedTo)}`]),
      ...undatedEndMarks(leftOut.filter((path) => !isReachedUndated(path, to)).map(lastRow), 'in no lead time'),
      ...smallMarks(rows.map(({ n }) => n)),
    ];
    const basis = {
      ...(await this.following.basis(cohorts, LEAD_TIMES_METHOD, period, members, marks)),
      from,
      to,
      unit: 'days of 24 hours' as const,
    };
    return this.asking.sources.personal.open(
      { report: 'leadtimes', basis, rows, undated: cohorts.deals.undated, ...behind?.answer() } as const,
      asker,
    );
  }

  async timeInStage(query: TimeInStageQuery, asker: Asker): Promise<TimeInStageAnswer> {
    const cohorts = await this.following.follow(query, asker, registeredIn(query.cohort));
    const period = query.cohort === undefined ? null : parsePeriod(query.cohort, cohorts.time);
    const postponed = query.postponed ?? 'counted';
    const question = { period: period === null ? null : { from: period.start, to: period.end }, postponed, order: cohorts.order };
    const behind = behindOf(query, cohorts.view);
    const stays = cohorts.deals.groups.map((group) => timeInStage(group, question, cohorts.view, behind));
    const rows = stays.flatMap((of) => of.rows);
    const members = cohorts.deals.all.filter(
      (path) => period === null || FunnelFold.startOf(path, { milestone: 'registered', from: period.start, to: period.end }) !== null,
    );
    const marks = [...undatedStayMarks(stays.reduce((sum, { undated }) => sum + undated, 0)), ...smallMarks(rows.map(({ n }) => n))];
    const basis = {
      ...(await this.following.basis(cohorts, TIME_IN_STAGE_METHOD, period, members, marks)),
      postponed,
      unit: 'days of 24 hours' as const,
    };
    return this.asking.sources.personal.open(
      { report: 'time-in-stage', basis, rows, undated: cohorts.deals.undated, ...behind?.answer() } as const,
      asker,
    );
  }

  async winRate(query: WinRateQuery, asker: Asker): Promise<WinRateAnswer> {
    if (query.cohort !== undefined && query.closed !== undefined) {
      throw new QuestionNotUnderstood('a win rate is asked by cohort or by closing, not by both: take --cohort or --closed');
    }
    const milestone = query.milestone ?? 'qualified';
    if (milestone !== 'qualified' && milestone !== 'registered')
      throw new QuestionNotUnderstood(`'${milestone}' begins no cohort of a win rate; take registered or qualified`);
    const cohorts = await this.following.follow(
      query,
      asker,
      cohortOf(query.cohort ?? query.closed, query.cohort === undefined ? 'closed' : milestone),
    );
    const asked = query.cohort ?? query.closed;
    const period = asked === undefined ? null : parsePeriod(asked, cohorts.time);
    const by = query.closed === undefined ? 'cohort' : 'closed';
    const oldAfter = query.oldAfter ?? '180d';
    const scope: WinRateScope = {
      ...{ by, milestone, oldAfterMs: parseAge(oldAfter), today: periodAround(cohorts.asOf, 'day', cohorts.read.zone).from },
      ...(period === null ? ALWAYS : { from: period.start, to: period.end }),
    };
    const members = cohorts.deals.all.filter((path) => countsForWinRate(path, scope));
    const behind = behindOf(query, cohorts.view);
    const rows = cohorts.deals.groups
      .map((group) => winRateOf(group, scope, cohorts.view, behind))
      .filter(({ n }) => n > 0 || isOneGroup(cohorts));
    const undatedEnds =
      by === 'closed'
        ? recordedInMarks(cohorts.deals.all.map(lastRow), period ?? { start: BEGINNING_OF_TIME, end: END_OF_TIME })
        : undatedEndMarks(members.map(lastRow), 'in the rates and at no age');
    const basis = {
      ...(await this.following.basis(cohorts, WIN_RATE_METHOD, period, members, [...undatedEnds, ...smallMarks(rows.map(({ n }) => n))])),
      by,
      milestone,
      oldAfter,
    } as const;
    return this.asking.sources.personal.open(
      { report: 'winrate', basis, rows, undated: cohorts.deals.undated, ...behind?.answer() } as const,
      asker,
    );
  }

  async inflow(query: InflowQuery, asker: Asker): Promise<InflowAnswer> {
    const cohorts = await this.following.follow(query, asker, cameIn(query));
    const { time, asOf, view, deals, stages, read } = cohorts;
    const { opening, closing } = parseFlowBounds(query.from, query.to ?? 'now', time);
    const milestone = milestoneOf(query.milestone ?? 'registered', stages);
    const step = query.step ?? 'month';
    const question = { milestone, step, from: opening + 1, to: closing + 1, zone: read.zone };
    const periods = inflowPeriods(question, asOf);
    const members = deals.all.filter((path) => FunnelFold.startOf(path, question) !== null);
    const behind = behindOf(query, view);
    const rows = inflowOf(deals, question, periods, view, behind);
    const ended = deals.all.map(lastRow).filter(({ status }) => milestone === 'closed' || milestone === status);
    const marks = [
      ...(periods.partial.length === 0 ? [] : [`told in part, as they are not over or cut: ${periods.partial.join(', ')}`]),
      ...recordedInMarks(ended, { start: opening + 1, end: closing + 1 }),
    ];
    const basis = {
      ...(await this.following.basis(cohorts, INFLOW_METHOD, null, members, marks)),
      period: { label: `${query.from}..${query.to ?? 'now'}`, from: isoInstant(question.from), to: isoInstant(question.to) },
      ...{ milestone, step },
    };
    return this.asking.sources.personal.open(
      { report: 'inflow', basis, rows, undated: deals.undated, ...behind?.answer() } as const,
      asker,
    );
  }

  async velocity(query: VelocityQuery, asker: Asker): Promise<VelocityAnswer> {
    const cohorts = await this.following.follow(query, asker);
    const behind = behindOf(query, cohorts.view);
    const rows = cohorts.deals.groups.flatMap((group) => velocityOf(group, cohorts.view, behind));
    const basis = await this.following.basis(cohorts, VELOCITY_METHOD, null, cohorts.deals.all, []);
    return this.asking.sources.personal.open(
      { report: 'velocity', basis, rows, undated: cohorts.deals.undated, ...behind?.answer() } as const,
      asker,
    );
  }
}

function* samples(
  paths: readonly DealPath[],
  of: (path: DealPath) => LeadTime | undefined,
  taken: (path: DealPath, sample: LeadTime) => void,
): Iterable<LeadTime> {
  for (const path of paths) {
    const sample = of(path);
    if (sample === undefined) continue;
    taken(path, sample);
    yield sample;
  }
}

/** Only deals that came to the milestone in the period are asked for. */
function cohortOf(period: string | undefined, milestone = 'registered'): Selecting | undefined {
  if (period === undefined) return undefined;
  return (time) => {
    const { start, end } = parsePeriod(period, time);
    return { by: milestone === 'registered' ? 'registered' : 'moved', in: { from: start, to: end } };
  };
}

function cameIn({ from, to = 'now', milestone = 'registered' }: InflowQuery): Selecting {
  return (time) => {
    const { opening, closing } = parseFlowBounds(from, to, time);
    return { by: milestone === 'registered' ? 'registered' : 'moved', in: { from: opening + 1, to: closing + 1 } };
  };
}

interface AskedFunnel {
  readonly period: Period;
  readonly question: FunnelQuestion;
  readonly members: readonly DealPath[];
}

/** @throws QuestionNotUnderstood, TimeNotUnderstood */
function askedFunnel(query: Pick<FunnelQuery, 'cohort' | 'milestone' | 'mode' | 'within'>, cohorts: Cohorts): AskedFunnel {
  const period = parsePeriod(query.cohort, cohorts.time);
  const milestone = milestoneOf(query.milestone ?? 'registered', cohorts.stages);
  const mode = query.mode ?? 'reached';
  if (!['reached', 'touched', 'strict'].includes(mode))
    throw new QuestionNotUnderstood(`'${String(mode)}' is no mode; take reached, touched or strict`);
  const bounds = { milestone, from: period.start, to: period.end };
  const members = cohorts.deals.all.filter((path) => FunnelFold.startOf(path, bounds) !== null);
  const steps = funnelSteps(milestone, members, cohorts.view);
  const withinMs = query.within === undefined ? null : parseAge(query.within);
  return { period, members, question: { ...bounds, mode, withinMs, steps, order: cohorts.order } };
}

/** Those that the funnel counts at the step; of a stage that several pipelines have, in any of them. */
function dealsAtStep(members: readonly DealPath[], question: FunnelQuestion, step: Milestone): DealPath[] {
  const fold = new FunnelFold(question);
  for (const path of members) fold.add(path);
  const counted = fold.result().steps.filter(({ step: of }) => ('stage' in of ? `stage:${of.stage}` : of.milestone) === step);
  if (counted.length === 0) throw new QuestionNotUnderstood(`'${step}' is no step of this funnel`);
  const ids = new Set(counted.flatMap(({ dealIds }) => dealIds));
  return members.filter(({ deal }) => ids.has(deal));
}
