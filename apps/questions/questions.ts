import { DEAL_QUESTIONS } from './deals.js';
import type { Question } from './question.js';
import { COHORT_QUESTIONS } from './reports/cohorts.js';
import { FORECAST_QUESTIONS } from './reports/forecasts.js';
import { PIPELINE_QUESTIONS } from './reports/pipeline.js';
import { STANDING_QUESTIONS } from './reports/standing.js';

/** Everything that can be asked. A question that is not here is neither on the command line nor over HTTP. */
export const QUESTIONS: readonly Question[] = [
  ...PIPELINE_QUESTIONS,
  ...COHORT_QUESTIONS,
  ...FORECAST_QUESTIONS,
  ...STANDING_QUESTIONS,
  ...DEAL_QUESTIONS,
];
