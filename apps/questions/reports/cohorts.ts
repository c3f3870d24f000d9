import {
  FUNNEL_FIGURES,
  INFLOW_FIGURES,
  LEAD_TIMES_FIGURES,
  REEMERGENCE_FIGURES,
  TIME_IN_STAGE_FIGURES,
  VELOCITY_FIGURES,
  WIN_RATE_FIGURES,
} from '../../../libs/reporting/behind/figures.js';
import type {
  FunnelQuery,
  InflowQuery,
  LeadTimesQuery,
  ReemergenceQuery,
  TimeInStageQuery,
  WinRateQuery,
} from '../../../libs/reporting/flow-queries.js';
import { DISQUALIFICATIONS, INFLOW_STEPS, REEMERGENCE_BY } from '../../../libs/reporting/flow-queries.js';
import type { FlowGrouping } from '../../../libs/reporting/queries.js';
import { FLOW_GROUPINGS } from '../../../libs/reporting/queries.js';
import { choice, given, needed, one } from '../given.js';
import { asOf, behind, behindLimit, behindSaid, groupBy, groupings, knowledge, oneOf, scope, scopeOf } from '../parameters.js';
import type { Given, Parameter, Question } from '../question.js';

const MILESTONES = 'registered, contacted, qualified, won (signed), lost, marketing, filed, closed, postponed, reopened, or a stage';

/** What every question about deals' own ways takes after its own parameters. */
const common: readonly Parameter[] = [asOf, groupBy('none', FLOW_GROUPINGS), ...scope, ...knowledge];

function flowOf(said: Given) {
  return {
    ...scopeOf(said),
    ...given<Pick<FunnelQuery, 'asOf' | 'groupBy'>>({ asOf: one(said, 'asOf'), groupBy: groupings<FlowGrouping>(said) }),
  };
}

export const mode = oneOf({
  name: 'mode',
  about: 'reached (default): came so far or further; touched: was there; strict: all steps',
  example: 'strict',
  choices: ['reached', 'touched', 'strict'],
});

const behindFunnel = behind(FUNNEL_FIGURES, 'movedBack');

const funnel: Question = {
  command: 'report funnel',
  operationId: 'FunnelReport',
  path: '/v1/reports/funnel',
  summary: 'How far the deals of a cohort came, stage by stage.',
  parameters: [
    { name: 'cohort', about: 'the period in which a deal comes to the milestone', example: '2017-Q2', required: true },
    { name: 'milestone', about: 'registered (default), contacted, qualified, or a stage', example: 'qualified' },
    mode,
    { name: 'within', about: 'only what happened within this age of each deal', example: '90d' },
    behindFunnel,
    behindLimit,
    ...common,
  ],
  ask: (answers, said, asker) => {
    const optional = { milestone: one(said, 'milestone'), mode: choice(said, mode), within: one(said, 'within') };
    return answers.funnel(
      {
        ...flowOf(said),
        ...behindSaid(said, behindFunnel),
        cohort: needed(said, 'cohort'),
        ...given<Pick<FunnelQuery, 'milestone' | 'mode' | 'within'>>(optional),
      },
      asker,
    );
  },
};

const behindLeadTimes = behind(LEAD_TIMES_FIGURES, 'running');

const leadTimes: Question = {
  command: 'report leadtimes',
  operationId: 'LeadTimesReport',
  path: '/v1/reports/leadtimes',
  summary: 'How long deals take from one milestone to another; those still on the way are counted as such.',
  parameters: [
    { name: 'from', about: `the first milestone: ${MILESTONES}`, example: 'registered', required: true },
    { name: 'to', about: 'the second milestone, of the same', example: 'won', required: true },
    { name: 'cohort', about: 'only deals that came to the first milestone in this period; default all', example: '2017-Q2' },
    behindLeadTimes,
    behindLimit,
    ...common,
  ],
  ask: (answers, said, asker) => {
    const ends = { from: needed(said, 'from'), to: needed(said, 'to') };
    return answers.leadTimes(
      {
        ...{ ...flowOf(said), ...ends, ...behindSaid(said, behindLeadTimes) },
        ...given<Pick<LeadTimesQuery, 'cohort'>>({ cohort: one(said, 'cohort') }),
      },
      asker,
    );
  },
};

const postponed = oneOf({
  name: 'postponed',
  about: 'whether postponed time counts as time in the stage: counted (default) or left-out',
  example: 'left-out',
  choices: ['counted', 'left-out'],
});

const behindTimeInStage = behind(TIME_IN_STAGE_FIGURES, 'exits.lost');

const timeInStage: Question = {
  command: 'report time-in-stage',
  operationId: 'TimeInStageReport',
  path: '/v1/reports/time-in-stage',
  summary: 'How long deals stay in each stage; stays that still run are neither left out nor taken for finished.',
  parameters: [
    { name: 'cohort', about: 'only deals registered in this period; default all', example: '2017-Q2' },
    postponed,
    behindTimeInStage,
    behindLimit,
    ...common,
  ],
  ask: (answers, said, asker) => {
    const optional = { cohort: one(said, 'cohort'), postponed: choice(said, postponed) };
    return answers.timeInStage(
      { ...flowOf(said), ...behindSaid(said, behindTimeInStage), ...given<Pick<TimeInStageQuery, 'cohort' | 'postponed'>>(optional) },
      asker,
    );
  },
};

const startOfCohort = oneOf({
  name: 'milestone',
  about: 'whose date makes the cohort and the age: qualified (default) or registered',
  example: 'registered',
  choices: ['qualified', 'registered'],
});

const behindWinRate = behind(WIN_RATE_FIGURES, 'lost');

const winRate: Question = {
  command: 'report winrate',
  operationId: 'WinRateReport',
  path: '/v1/reports/winrate',
  summary: 'The five figures that are all called win rate, each by its name, with the deals they are of.',
  parameters: [
    { name: 'cohort', about: 'only deals that came to the milestone in this period …', example: '2017-Q2' },
    { name: 'closed', about: '… or only deals closed in this period; neither: all', example: '2017-Q4' },
    startOfCohort,
    { name: 'oldAfter', about: 'the age at which an open deal counts as old in the form `overdue`; default 180d', example: '180d' },
    behindWinRate,
    behindLimit,
    ...common,
  ],
  ask: (answers, said, asker) => {
    const optional = {
      ...{ cohort: one(said, 'cohort'), closed: one(said, 'closed') },
      ...{ milestone: choice(said, startOfCohort), oldAfter: one(said, 'oldAfter') },
    };
    return answers.winRate(
      {
        ...{ ...flowOf(said), ...behindSaid(said, behindWinRate) },
        ...given<Pick<WinRateQuery, 'cohort' | 'closed' | 'milestone' | 'oldAfter'>>(optional),
      },
      asker,
    );
  },
};

const behindVelocity = behind(VELOCITY_FIGURES, 'won');

const velocity: Question = {
  command: 'report velocity',
  operationId: 'VelocityReport',
  path: '/v1/reports/velocity',
  summary: 'Money a day that the open deals bring at the rates so far, with its four levers.',
  parameters: [behindVelocity, behindLimit, ...common],
  ask: (answers, said, asker) => answers.velocity({ ...flowOf(said), ...behindSaid(said, behindVelocity) }, asker),
};

const inflowStep = oneOf({
  name: 'step',
  about: 'periods one after the other (default month), or patterns that come back: weekday, calendar-month, calendar-quarter',
  example: 'week',
  choices: INFLOW_STEPS,
});

const behindInflow = behind(INFLOW_FIGURES, 'deals');

const inflow: Question = {
  command: 'report inflow',
  operationId: 'InflowReport',
  path: '/v1/reports/inflow',
  summary: 'How many deals came to a milestone, period by period, and what share of them each group has.',
  parameters: [
    { name: 'from', about: 'the first day, or an exact instant', example: '2017-01-01', required: true },
    { name: 'to', about: 'the last day, or an exact instant; default now', example: '2017-12-31' },
    inflowStep,
    { name: 'milestone', about: `what they came to; default registered: ${MILESTONES}`, example: 'qualified' },
    behindInflow,
    behindLimit,
    ...common,
  ],
  ask: (answers, said, asker) => {
    const optional = { to: one(said, 'to'), step: choice(said, inflowStep), milestone: one(said, 'milestone') };
    return answers.inflow(
      {
        ...flowOf(said),
        ...behindSaid(said, behindInflow),
        from: needed(said, 'from'),
        ...given<Pick<InflowQuery, 'to' | 'step' | 'milestone'>>(optional),
      },
      asker,
    );
  },
};

const endedAs = {
  name: 'ended',
  about: 'how they ended without a deal; default marketing,filed',
  example: 'filed',
  choices: DISQUALIFICATIONS,
  shape: 'list',
} as const;
const again = oneOf({
  name: 'by',
  about: 'whose later request counts as asking again: company (default) or contact',
  example: 'contact',
  choices: REEMERGENCE_BY,
});

const behindReemergence = behind(REEMERGENCE_FIGURES, 'askedAgain');

const reemergence: Question = {
  command: 'report reemergence',
  operationId: 'ReemergenceReport',
  path: '/v1/reports/reemergence',
  summary: 'How many of those whose request was turned away asked again, after how long, and were won after all.',
  parameters: [
    { name: 'cohort', about: 'only requests turned away in this period; default all', example: '2017-Q2' },
    endedAs,
    again,
    behindReemergence,
    behindLimit,
    ...common,
  ],
  ask: (answers, said, asker) => {
    const ended = DISQUALIFICATIONS.filter((each) => said['ended']?.includes(each));
    const optional = { cohort: one(said, 'cohort'), ended: ended.length === 0 ? undefined : ended, by: choice(said, again) };
    return answers.reemergence(
      { ...flowOf(said), ...behindSaid(said, behindReemergence), ...given<Pick<ReemergenceQuery, 'cohort' | 'ended' | 'by'>>(optional) },
      asker,
    );
  },
};

/** Deals followed by their own clocks. */
export const COHORT_QUESTIONS: readonly Question[] = [funnel, inflow, leadTimes, timeInStage, winRate, velocity, reemergence];
