import type { CompareQuery, ExplainQuery, PipelineQuery, SeriesQuery, WaterfallQuery } from '../../../libs/reporting/queries.js';
import { BUCKETS } from '../../../libs/reporting/waterfall/buckets.js';
import { SERIES_STEPS } from '../../../libs/reporting/time/steps.js';
import { choice, given, needed, number, one } from '../given.js';
import { asOf, convertTo, groupBy, groupings, known, knowledge, oneOf, scope, scopeOf } from '../parameters.js';
import type { Given, Parameter, Question } from '../question.js';

const pipeline: Question = {
  command: 'report pipeline',
  operationId: 'PipelineReport',
  path: '/v1/reports/pipeline',
  summary: 'The pipeline as of an instant, as known at an instant: deals, value and weighted value.',
  parameters: [asOf, groupBy('status,stage'), ...scope, convertTo, ...knowledge],
  ask: (answers, said, asker) =>
    answers.pipeline(given<PipelineQuery>({ ...scopeOf(said), asOf: one(said, 'asOf'), groupBy: groupings(said) }), asker),
};

const thenNow: readonly Parameter[] = [
  { name: 'then', about: 'the first instant', example: '2017-06-30', required: true },
  { name: 'now', about: 'the second instant; default now', example: '2017-10-15' },
  known,
  groupBy('status,stage'),
];

function comparisonOf(said: Given): CompareQuery {
  const optional = { now: one(said, 'now'), known: choice(said, known), groupBy: groupings(said) };
  return { ...scopeOf(said), then: needed(said, 'then'), ...given<Omit<CompareQuery, 'then'>>(optional) };
}

const compare: Question = {
  command: 'report compare',
  operationId: 'CompareReport',
  path: '/v1/reports/pipeline/compare',
  summary: 'The pipeline then and now, and what lies between.',
  parameters: [...thenNow, ...scope, convertTo, ...knowledge],
  ask: (answers, said, asker) => answers.compare(comparisonOf(said), asker),
};

const explain: Question = {
  command: 'report explain',
  operationId: 'ExplainReport',
  path: '/v1/reports/pipeline/explain',
  summary: 'Why the pipeline now differs from then: the events whose contributions add up to the difference.',
  parameters: [
    ...thenNow,
    { name: 'limit', about: 'rows told one by one, the others as one sum; default 1000, at most 10000', example: '50' },
    ...scope,
    convertTo,
    ...knowledge,
  ],
  ask: (answers, said, asker) =>
    answers.explain({ ...comparisonOf(said), ...given<Pick<ExplainQuery, 'limit'>>({ limit: number(said, 'limit') }) }, asker),
};

const step = oneOf({ name: 'step', about: 'how far apart the points are', example: 'month', choices: SERIES_STEPS, required: true });

const series: Question = {
  command: 'report series',
  operationId: 'SeriesReport',
  path: '/v1/reports/pipeline/series',
  summary: 'The pipeline at the end of every day, week or month between two instants.',
  parameters: [
    { name: 'from', about: 'the first instant', example: '2017-01-01', required: true },
    { name: 'to', about: 'the last instant; default now', example: '2017-12-31' },
    step,
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
        from: needed(said, 'from'),
        step: choice(said, step) ?? 'month', // required
        ...given<Omit<SeriesQuery, 'from' | 'step'>>({ to: one(said, 'to'), known: choice(said, known), groupBy: groupings(said) }),
      },
      asker,
    ),
};

const waterfallMethod = oneOf({
  name: 'method',
  about: 'events (default): every move; ends: only what differs at both ends',
  example: 'ends',
  choices: ['events', 'ends'],
});

const bucket = oneOf({
  name: 'bucket',
  about: 'tell the moves behind this bucket too; CSV and Parquet then hold them',
  example: 'pulledIn',
  choices: BUCKETS,
});

const waterfall: Question = {
  command: 'report waterfall',
  operationId: 'WaterfallReport',
  path: '/v1/reports/pipeline/waterfall',
  summary: 'What led from the open pipeline at one instant to that at another, bucket by bucket.',
  parameters: [
    { name: 'from', about: 'the first day, or an exact instant', example: '2017-07-01', required: true },
    { name: 'to', about: 'the last day, or an exact instant; default now', example: '2017-09-30' },
    waterfallMethod,
    bucket,
    { name: 'limit', about: 'moves of that bucket told one by one; default 1000, at most 10000', example: '50' },
    known,
    groupBy('none'),
    ...scope,
    convertTo,
    ...knowledge,
  ],
  ask: (answers, said, asker) => {
    const optional = {
      ...{ to: one(said, 'to'), method: choice(said, waterfallMethod), known: choice(said, known), groupBy: groupings(said) },
      ...{ bucket: choice(said, bucket), limit: number(said, 'limit') },
    };
    return answers.waterfall({ ...scopeOf(said), from: needed(said, 'from'), ...given<Omit<WaterfallQuery, 'from'>>(optional) }, asker);
  },
};

/** The open pipeline at one instant, at two, at many, and what lies between. */
export const PIPELINE_QUESTIONS: readonly Question[] = [pipeline, compare, explain, series, waterfall];
