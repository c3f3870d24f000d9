import type { DealsBehindQuery } from '../../libs/reporting/queries.js';
import { choice, given, number, one } from './given.js';
import { asOf, knowledge, knownAt, scope, scopeOf, timeZone } from './parameters.js';
import type { Parameter, Question } from './question.js';
import { mode } from './reports/cohorts.js';

/** The deals behind a step of a funnel, or behind the cohort of any report. */
const ofFunnel: readonly Parameter[] = [
  { name: 'cohort', about: 'only deals that came to the milestone in this period', example: '2017-Q2' },
  { name: 'milestone', about: 'of the cohort: registered (default), contacted, qualified, or a stage', example: 'qualified' },
  { name: 'reached', about: 'only those that the funnel counts at this step', example: 'proposal' },
  mode,
  { name: 'within', about: 'of the funnel: only what happened within this age of each deal', example: '90d' },
];

const deals: Question = {
  command: 'report deals',
  operationId: 'ListDeals',
  path: '/v1/deals',
  summary: 'The deals behind a figure, page by page: asked with the same scope and instants as the report.',
  parameters: [
    asOf,
    { name: 'undated', about: 'those counted in `undated` instead', example: 'true', shape: 'flag' },
    ...ofFunnel,
    { name: 'limit', about: 'deals of a page; default 50, at most 1000', example: '50' },
    { name: 'cursor', about: "the page before's `next`", example: 'eyJ…' },
    ...scope,
    ...knowledge,
  ],
  ask: (answers, said, asker) =>
    answers.deals(
      given<DealsBehindQuery>({
        ...scopeOf(said),
        asOf: one(said, 'asOf'),
        undated: one(said, 'undated') === 'true' ? true : undefined,
        ...{ cohort: one(said, 'cohort'), milestone: one(said, 'milestone'), reached: one(said, 'reached') },
        ...{ mode: choice(said, mode), within: one(said, 'within') },
        limit: number(said, 'limit'),
        cursor: one(said, 'cursor'),
      }),
      asker,
    ),
};

const dealShow: Question = {
  command: 'deal show',
  operationId: 'ShowDeal',
  path: '/v1/deals/{id}',
  about: 'deal',
  summary: 'One deal as of an instant, as known at an instant; by its id, or by the key of its source where only one deal has it.',
  parameters: [asOf, knownAt, timeZone],
  ask: (answers, said, asker, id) => answers.deal(id, given({ asOf: one(said, 'asOf'), knownAt: one(said, 'knownAt') }), asker),
};

const dealHistory: Question = {
  command: 'deal history',
  operationId: 'DealHistory',
  path: '/v1/deals/{id}/history',
  about: 'deal',
  summary: 'Every event of a deal in the order of its recording: who, what, when, and which correction replaced it.',
  parameters: [knownAt, timeZone],
  ask: (answers, said, asker, id) => answers.dealHistory(id, given({ knownAt: one(said, 'knownAt') }), asker),
};

/** Single deals, and the deals behind any figure. */
export const DEAL_QUESTIONS: readonly Question[] = [deals, dealShow, dealHistory];
