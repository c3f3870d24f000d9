import type { FunnelQuery } from '../../libs/reporting/flow-queries.js';
import type {
  CompareQuery,
  DealsBehindQuery,
  KnownWhen,
  PipelineQuery,
  SeriesQuery,
  WaterfallMethod,
  WaterfallQuery,
} from '../../libs/reporting/queries.js';
import type { SeriesStep } from '../../libs/reporting/time/steps.js';
import { SERIES_STEPS } from '../../libs/reporting/time/steps.js';
import { given, number, one } from './given.js';
import { asOf, convertTo, groupBy, groupings, known, knowledge, knownAt, scope, scopeOf, timeZone } from './parameters.js';
import type { Question } from './question.js';

const pipeline: Question = {
  command: 'report pipeline',
  operationId: 'PipelineReport',
  path: '/v1/reports/pipeline',
  summary: 'The pipeline as of an instant, as known at an instant: deals, value and weighted value.',
  parameters: [asOf, groupBy('status,stage'), ...scope, convertTo, ...knowledge],
  ask: (answers, said, asker) =>
    answers.pipeline(given<PipelineQuery>({ ...scopeOf(said), asOf: one(said, 'asOf'), groupBy: groupings(said) }), asker),
};

const compare: Question = {
  command: 'report compare',
  operationId: 'CompareReport',
  path: '/v1/reports/pipeline/compare',
  summary: 'The pipeline then and now, and what lies between.',
  parameters: [
    { name: 'then', about: 'the first instant', example: '2017-06-30', required: true },
    { name: 'now', about: 'the second instant; default now', example: '2017-10-15' },
    known,
    groupBy('status,stage'),
    ...scope,
    convertTo,
    ...knowledge,
  ],
  ask: (answers, said, asker) =>
    answers.compare(
      {
        ...scopeOf(said),
        then: one(said, 'then') ?? '', // required
        ...given<Omit<CompareQuery, 'then'>>({
          now: one(said, 'now'),
          known: one(said, 'known') as KnownWhen | undefined,
          groupBy: groupings(said),
        }),
      },
      asker,
    ),
};

const series: Question = {
  command: 'report series',
  operationId: 'SeriesReport',
  path: '/v1/reports/pipeline/series',
  summary: 'The pipeline at the end of every day, week or month between two instants.',
  parameters: [
    { name: 'from', about: 'the first instant', example: '2017-01-01', required: true },
    { name: 'to', about: 'the last instant; default now', example: '2017-12-31' },
    { name: 'step', about: 'how far apart the points are', example: 'month', choices: SERIES_STEPS, required: true },
    known,
    groupBy('status,stage'),
    ...scope,
    convertTo,
    ...knowledge,
  ],
  ask: (answers, said, asker) =>
    answers.series(
      {
        ...scopeOf(said),
        from: one(said, 'from') ?? '', // required
        step: one(said, 'step') as SeriesStep, // required, one of the choices
        ...given<Omit<SeriesQuery, 'from' | 'step'>>({
          to: one(said, 'to'),
          known: one(said, 'known') as KnownWhen | undefined,
          groupBy: groupings(said),
        }),
      },
      asker,
    ),
};

const deals: Question = {
  command: 'report deals',
  operationId: 'ListDeals',
  path: '/v1/deals',
  summary: 'The deals behind a figure, page by page: asked with the same scope and instants as the report.',
  parameters: [
    asOf,
    { name: 'undated', about: 'those counted in `undated` instead', example: 'true', shape: 'flag' },
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

const funnel: Question = {
  command: 'report funnel',
  operationId: 'FunnelReport',
  path: '/v1/reports/funnel',
  summary: 'How far the deals of a cohort came, stage by stage.',
  parameters: [
    { name: 'cohort', about: 'the period in which a deal comes to the milestone', example: '2017-Q2', required: true },
    { name: 'milestone', about: 'registered (default), contacted, qualified, or a stage', example: 'qualified' },
    {
      name: 'mode',
      about: 'reached (default): came so far or further; touched: was there; strict: all steps',
      example: 'strict',
      choices: ['reached', 'touched', 'strict'],
    },
    { name: 'within', about: 'only what happened within this age of each deal', example: '90d' },
    asOf,
    groupBy('none'),
    ...scope,
    ...knowledge,
  ],
  ask: (answers, said, asker) =>
    answers.funnel(
      {
        ...scopeOf(said),
        cohort: one(said, 'cohort') ?? '', // required
        ...given<Omit<FunnelQuery, 'cohort'>>({
          milestone: one(said, 'milestone'),
          mode: one(said, 'mode') as FunnelQuery['mode'], // one of the choices
          within: one(said, 'within'),
          asOf: one(said, 'asOf'),
          groupBy: groupings(said),
        }),
      },
      asker,
    ),
};

const waterfall: Question = {
  command: 'report waterfall',
  operationId: 'WaterfallReport',
  path: '/v1/reports/pipeline/waterfall',
  summary: 'What led from the open pipeline at one instant to that at another, bucket by bucket.',
  parameters: [
    { name: 'from', about: 'the first day, or an exact instant', example: '2017-07-01', required: true },
    { name: 'to', about: 'the last day, or an exact instant; default now', example: '2017-09-30' },
    { name: 'method', about: 'events: every move; ends: only what differs at both ends', example: 'ends', choices: ['events', 'ends'] },
    known,
    groupBy('none'),
    ...scope,
    convertTo,
    ...knowledge,
  ],
  ask: (answers, said, asker) =>
    answers.waterfall(
      {
        ...scopeOf(said),
        from: one(said, 'from') ?? '', // required
        ...given<Omit<WaterfallQuery, 'from'>>({
          to: one(said, 'to'),
          method: one(said, 'method') as WaterfallMethod | undefined, // one of the choices
          known: one(said, 'known') as KnownWhen | undefined,
          groupBy: groupings(said),
        }),
      },
      asker,
    ),
};

/** Everything that can be asked. A question that is not here is neither on the command line nor over HTTP. */
export const QUESTIONS: readonly Question[] = [pipeline, compare, series, waterfall, funnel, deals, dealShow, dealHistory];
