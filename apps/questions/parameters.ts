import type { BehindQuery } from '../../libs/reporting/behind/behind.js';
import type { Filters, FlowGrouping, Grouping } from '../../libs/reporting/queries.js';
import { GROUPINGS, QuestionNotUnderstood } from '../../libs/reporting/queries.js';
import { choice, given, number, one } from './given.js';
import type { Choice, Given, Parameter } from './question.js';

export function oneOf<const C extends string>(parameter: Choice<C>): Choice<C> {
  return parameter;
}

export const asOf: Parameter = { name: 'asOf', about: 'the instant T: what had happened by then; default now', example: '2017-10-15' };
export const knownAt: Parameter = {
  name: 'knownAt',
  about: 'what had been recorded by then: an instant, position:<n>, or position:<n>/<event> of a basis; default all',
  example: '2017-12-31',
};
export const timeZone: Parameter = {
  name: 'timeZone',
  about: 'zone in which days begin and end; default DEALTRAIL_TIME_ZONE',
  example: 'Europe/Amsterdam',
};
export const known = oneOf({
  name: 'known',
  about: 'now (default): what is known today about every point; then: what was known at each point',
  example: 'then',
  choices: ['now', 'then'],
});
export const organised: Parameter = {
  name: 'organised',
  about: 'teams, managers and offices as at T (then), as they are now, or at an instant; default then',
  example: 'now',
};
export const closing: Parameter = {
  name: 'closing',
  about: 'only deals that close, or are expected to, in this period',
  example: '2017-Q4',
};
export const convertTo: Parameter = {
  name: 'convertTo',
  about: 'all values in this currency, at the rate in force at T; default: each in its own',
  example: 'EUR',
};
export const after: Parameter = {
  name: 'after',
  about: 'answer only when everything up to this position is visible',
  example: '00000000000000001042',
};
export const timeout: Parameter = { name: 'timeoutMs', about: 'how long to wait for that, in milliseconds; default 5000', example: '5000' };

/** Opens one figure of a report: the deals that it is of, in each row as many as the figure says. */
export function behind<const F extends string>(figures: readonly F[], example: F): Choice<F> {
  return {
    name: 'behind',
    about: 'tell the deals behind this figure too, named as in JSON and the columns of CSV; CSV and Parquet then hold them',
    example,
    choices: figures,
  };
}
export function behindSaid<F extends string>(said: Given, figures: Choice<F>): BehindQuery<F> {
  return given<BehindQuery<F>>({ behind: choice(said, figures), limit: number(said, 'limit') });
}
export const behindLimit: Parameter = {
  name: 'limit',
  about: 'how many are told behind that figure; default 1000, at most 10000',
  example: '50',
};

export const NO_GROUPING = 'none';

export function groupBy(fallback: string, choices: readonly FlowGrouping[] = GROUPINGS): Parameter {
  return {
    name: 'groupBy',
    about: `one row per combination of these; default ${fallback}`,
    example: choices.includes('stage') ? 'stage,owner' : 'owner',
    choices: [...choices, NO_GROUPING],
    shape: 'list',
  };
}

const OF_FEW: readonly Grouping[] = ['status', 'origin'];

export const filters: readonly Parameter[] = GROUPINGS.map((name) => ({
  name,
  about: OF_FEW.includes(name)
    ? `only deals of this ${name}`
    : `only deals of this ${name}, by id or name; not-known: of which it is not known`,
  example: name === 'status' ? 'open' : name === 'stage' ? 'proposal' : 'not-known',
  shape: OF_FEW.includes(name) ? 'list' : 'many',
  filter: true,
}));

export const scope: readonly Parameter[] = [...filters, closing, organised];
/** Of reports that have their own statuses, or their own period. */
export function scopeWithout(...names: readonly string[]): readonly Parameter[] {
  return scope.filter(({ name }) => !names.includes(name));
}
export const knowledge: readonly Parameter[] = [knownAt, timeZone, after, timeout];

/** @throws QuestionNotUnderstood for `none` beside others */
export function groupings<G extends FlowGrouping = Grouping>(said: Given): readonly G[] | undefined {
  const names = said['groupBy'];
  if (names?.includes(NO_GROUPING)) {
    if (names.length > 1) throw new QuestionNotUnderstood(`'${NO_GROUPING}' stands alone: it asks for no grouping at all`);
    return [];
  }
  return names as readonly G[] | undefined; // one of the parameter's choices each
}

export function filtersOf(said: Given): Filters | undefined {
  const entries = GROUPINGS.flatMap((name) => (said[name] ? [[name, said[name]] as const] : []));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** What every report about deals says in the same words. */
export function scopeOf(said: Given) {
  return given<{
    filters?: Filters;
    closing?: string;
    organised?: string;
    convertTo?: string;
    knownAt?: string;
    after?: string;
    timeoutMs?: number;
  }>({
    filters: filtersOf(said),
    closing: one(said, 'closing'),
    organised: one(said, 'organised'),
    convertTo: one(said, 'convertTo'),
    knownAt: one(said, 'knownAt'),
    after: one(said, 'after'),
    timeoutMs: number(said, 'timeoutMs'),
  });
}
