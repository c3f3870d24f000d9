import { FORECAST_HISTORY_FIGURES } from '../../../libs/reporting/behind/figures.js';
import { FORECAST_METHODS } from '../../../libs/reporting/forecast/methods.js';
import type { CalibrationQuery, ForecastHistoryQuery, ForecastQuery } from '../../../libs/reporting/forecast-queries.js';
import { SERIES_STEPS } from '../../../libs/reporting/time/steps.js';
import { choice, given, needed, one } from '../given.js';
import {
  asOf,
  behind,
  behindLimit,
  behindSaid,
  convertTo,
  groupBy,
  groupings,
  known,
  knowledge,
  oneOf,
  scope,
  scopeOf,
} from '../parameters.js';
import type { Given, Parameter, Question } from '../question.js';

const period: Parameter = { name: 'period', about: 'in which the decision is expected', example: '2017-Q4', required: true };

const method = oneOf({
  name: 'method',
  about:
    'how open deals are weighed: stage-weight (default), get (chance to get), go-get (go times get), unweighted, conversion (what became of earlier deals), submitted (what people said)',
  example: 'go-get',
  choices: FORECAST_METHODS,
});

function forecastOf(said: Given): ForecastQuery {
  const optional = { method: choice(said, method), asOf: one(said, 'asOf'), groupBy: groupings(said) };
  return { ...scopeOf(said), period: needed(said, 'period'), ...given<Omit<ForecastQuery, 'period'>>(optional) };
}

const forecast: Question = {
  command: 'report forecast',
  operationId: 'ForecastReport',
  path: '/v1/reports/forecast',
  summary: 'What is expected of a period: won so far, and open deals weighed by a named method.',
  parameters: [period, method, asOf, groupBy('none'), ...scope, convertTo, ...knowledge],
  ask: (answers, said, asker) => answers.forecast(forecastOf(said), asker),
};

const step = oneOf({ name: 'step', about: 'how far apart the points are; default week', example: 'week', choices: SERIES_STEPS });

const behindHistory = behind(FORECAST_HISTORY_FIGURES, 'realisation.lost');

const forecastHistory: Question = {
  command: 'report forecast-history',
  operationId: 'ForecastHistoryReport',
  path: '/v1/reports/forecast/history',
  summary: 'The forecast for a period as it stood at each point before and during it, against what came.',
  parameters: [
    period,
    step,
    { name: 'from', about: 'the first point; default when the period before began', example: '2017-07-01' },
    known,
    method,
    behindHistory,
    behindLimit,
    asOf,
    groupBy('none'),
    ...scope,
    convertTo,
    ...knowledge,
  ],
  ask: (answers, said, asker) => {
    const optional = { step: choice(said, step), from: one(said, 'from'), known: choice(said, known) };
    return answers.forecastHistory(
      {
        ...forecastOf(said),
        ...behindSaid(said, behindHistory),
        ...given<Pick<ForecastHistoryQuery, 'step' | 'from' | 'known'>>(optional),
      },
      asker,
    );
  },
};

const calibrated = oneOf({
  ...method,
  about: `${method.about.replace(' (default)', '').replace('(what people said)', '(default: what people said)')}`,
});

const calibration: Question = {
  command: 'report calibration',
  operationId: 'CalibrationReport',
  path: '/v1/reports/forecast/calibration',
  summary: 'How right forecasts have been, period after period: what each person submitted, or any method, against what came.',
  parameters: [
    { name: 'from', about: 'the first period', example: '2017-Q1', required: true },
    {
      name: 'to',
      about: 'the last period, of the same kind; those that have not ended by T are left out',
      example: '2017-Q4',
      required: true,
    },
    {
      name: 'horizon',
      about: 'each forecast as it stood so long before its period ends; default at the end of its first day',
      example: '30d',
    },
    known,
    calibrated,
    asOf,
    groupBy('owner'),
    ...scope,
    ...knowledge,
  ],
  ask: (answers, said, asker) => {
    const optional = {
      ...{ method: choice(said, calibrated), asOf: one(said, 'asOf'), groupBy: groupings(said) },
      ...{ horizon: one(said, 'horizon'), known: choice(said, known) },
    };
    const query = { ...scopeOf(said), from: needed(said, 'from'), to: needed(said, 'to') };
    return answers.calibration({ ...query, ...given<Omit<CalibrationQuery, 'from' | 'to'>>(optional) }, asker);
  },
};

/** What is expected, and what was expected against what came. */
export const FORECAST_QUESTIONS: readonly Question[] = [forecast, forecastHistory, calibration];
