import { AGING_FIGURES, SLIPPAGE_FIGURES, STANDSTILLS_FIGURES } from '../../../libs/reporting/behind/figures.js';
import type { AgingQuery, CoverageQuery } from '../../../libs/reporting/standing-queries.js';
import type { SlippageQuery, StandstillsQuery } from '../../../libs/reporting/flow-queries.js';
import { SLIPPAGE_GRAINS } from '../../../libs/reporting/flow-queries.js';
import { AGING_CLOCKS } from '../../../libs/reporting/standing-queries.js';
import type { FlowGrouping } from '../../../libs/reporting/queries.js';
import { FLOW_GROUPINGS } from '../../../libs/reporting/queries.js';
import { choice, given, needed, one } from '../given.js';
import {
  asOf,
  behind,
  behindLimit,
  behindSaid,
  groupBy,
  groupings,
  knowledge,
  oneOf,
  scope,
  scopeOf,
  scopeWithout,
} from '../parameters.js';
import type { Question } from '../question.js';

const clock = oneOf({
  name: 'clock',
  about: 'what standing still is counted from; default since_stage_entry',
  example: 'since_any_activity',
  choices: AGING_CLOCKS,
});

const behindAging = behind(AGING_FIGURES, 'stagnant.deals');

const aging: Question = {
  command: 'report aging',
  operationId: 'AgingReport',
  path: '/v1/reports/aging',
  summary: 'How long open deals stand, and which stand still longer than their stage allows.',
  parameters: [
    clock,
    behindAging,
    {
      name: 'limit',
      about: `how many of the oldest deals are listed; default 20, at most 1000; with --behind, ${behindLimit.about}`,
      example: '20',
    },
    asOf,
    groupBy('stage'),
    ...scopeWithout('status'),
    ...knowledge,
  ],
  ask: (answers, said, asker) => {
    const optional = { clock: choice(said, clock), asOf: one(said, 'asOf'), groupBy: groupings(said) };
    return answers.aging(
      { ...scopeOf(said), ...behindSaid(said, behindAging), ...given<Pick<AgingQuery, 'clock' | 'asOf' | 'groupBy'>>(optional) },
      asker,
    );
  },
};

const coverage: Question = {
  command: 'report coverage',
  operationId: 'CoverageReport',
  path: '/v1/reports/coverage',
  summary: 'Open deals of a period beside what is still to be won of its quota.',
  parameters: [
    { name: 'period', about: 'the period of the quota', example: '2017-Q4', required: true },
    asOf,
    groupBy('none', ['owner', 'team']),
    ...scopeWithout('status', 'closing'),
    ...knowledge,
  ],
  ask: (answers, said, asker) => {
    const optional = { asOf: one(said, 'asOf'), groupBy: groupings(said) };
    return answers.coverage(
      { ...scopeOf(said), period: needed(said, 'period'), ...given<Pick<CoverageQuery, 'asOf' | 'groupBy'>>(optional) },
      asker,
    );
  },
};

const grain = oneOf({
  name: 'grain',
  about: 'a move to another of these is a push or a pull; default month',
  example: 'quarter',
  choices: SLIPPAGE_GRAINS,
});

const behindSlippage = behind(SLIPPAGE_FIGURES, 'pushes');

const slippage: Question = {
  command: 'report slippage',
  operationId: 'SlippageReport',
  path: '/v1/reports/slippage',
  summary: 'How often and how far expected dates were put off, and which have passed without a word.',
  parameters: [
    { name: 'from', about: 'the first day, or an exact instant', example: '2017-07-01', required: true },
    { name: 'to', about: 'the last day, or an exact instant, and the T of the question; default now', example: '2017-09-30' },
    grain,
    behindSlippage,
    {
      name: 'limit',
      about: `how many of the deals put off most are listed; default 10, at most 1000; with --behind, ${behindLimit.about}`,
      example: '10',
    },
    groupBy('none', FLOW_GROUPINGS),
    ...scope,
    ...knowledge,
  ],
  ask: (answers, said, asker) => {
    const optional = { to: one(said, 'to'), grain: choice(said, grain), groupBy: groupings<FlowGrouping>(said) };
    return answers.slippage(
      {
        ...scopeOf(said),
        ...behindSaid(said, behindSlippage),
        from: needed(said, 'from'),
        ...given<Pick<SlippageQuery, 'to' | 'grain' | 'groupBy'>>(optional),
      },
      asker,
    );
  },
};

const behindStandstills = behind(STANDSTILLS_FIGURES, 'standing');

const standstills: Question = {
  command: 'report standstills',
  operationId: 'StandstillsReport',
  path: '/v1/reports/standstills',
  summary: 'In which deals, and for how long, the sale stood still between two facts.',
  parameters: [
    { name: 'over', about: 'a silence longer than this age is a standstill; default 30d', example: '6w' },
    { name: 'cohort', about: 'deals registered in this period; default all', example: '2017-Q2' },
    behindStandstills,
    {
      name: 'limit',
      about: `how many of the longest are listed; default 20, at most 1000; with --behind, ${behindLimit.about}`,
      example: '20',
    },
    asOf,
    groupBy('none', FLOW_GROUPINGS),
    ...scope,
    ...knowledge,
  ],
  ask: (answers, said, asker) => {
    const optional = {
      ...{ over: one(said, 'over'), cohort: one(said, 'cohort'), asOf: one(said, 'asOf') },
      groupBy: groupings<FlowGrouping>(said),
    };
    return answers.standstills(
      {
        ...scopeOf(said),
        ...behindSaid(said, behindStandstills),
        ...given<Pick<StandstillsQuery, 'over' | 'cohort' | 'asOf' | 'groupBy'>>(optional),
      },
      asker,
    );
  },
};

/** How things stand at one instant, beside the pipeline itself. */
export const STANDING_QUESTIONS: readonly Question[] = [aging, slippage, standstills, coverage];
