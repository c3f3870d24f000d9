import type { Grouping } from '../../libs/reporting/queries.js';
import { filterEntries } from '../../libs/reporting/scope/scope.js';
import type { BenchQuestion } from './questions.js';

/** Columns of the peers' table, as the CSV file has them. Instants in milliseconds; `valid_to` of a row that has not ended is far ahead. */
export const CSV_COLUMNS = [
  ...([
    'deal',
    'opened_by',
    'ordinal',
    'valid_from',
    'valid_to',
    'ended_by',
    'withdrawn_by',
    'status',
    'pipeline',
    'stage',
    'owner',
  ] as const),
  ...(['company', 'product', 'source', 'origin', 'campaign', 'value_minor', 'currency'] as const),
] as const;
export const NUMBERS: ReadonlySet<string> = new Set([
  'opened_by',
  'ordinal',
  'valid_from',
  'valid_to',
  'ended_by',
  'withdrawn_by',
  'value_minor',
]);
export const NOT_ENDED = 9_000_000_000_000_000;

function expression(grouping: Grouping): string {
  if (grouping === 'stage') return `case when status in ('open', 'postponed') then stage end`;
  return grouping === 'team' ? 'team' : grouping;
}

function quoted(values: readonly string[]): string {
  return values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ');
}

function conditions({ filters }: BenchQuestion): string[] {
  return filterEntries(filters).map(([grouping, values]) => `${expression(grouping)} in (${quoted(values)})`);
}

function selection({ groupBy }: BenchQuestion): { keys: string; by: string } {
  const keys = groupBy.map((grouping, index) => `${expression(grouping)} as k${index}`).join(', ');
  return { keys, by: groupBy.map((_, index) => `k${index}`).join(', ') };
}

const SUMS = 'count(*) as deals, count(*) - count(value_minor) as unvalued, coalesce(sum(value_minor), 0) as value';

function joined(question: BenchQuestion, table: string): string {
  const needsTeam = question.groupBy.includes('team') || question.filters.team !== undefined;
  return needsTeam ? `${table} left join teams using (owner)` : table;
}

/** The same as-of question to a table of intervals; where K is the present, the rows not withdrawn are all there is to look at. */
export function fromIntervals(question: BenchQuestion, present: boolean): string {
  const { keys, by } = selection(question);
  const { asOf, knownAt } = question;
  const counts = present
    ? [`withdrawn_by is null`, `valid_from <= ${asOf}`, `valid_to > ${asOf}`]
    : [
        ...[`opened_by <= ${knownAt}`, `(withdrawn_by is null or withdrawn_by > ${knownAt})`, `valid_from <= ${asOf}`],
        `(valid_to > ${asOf} or ended_by > ${knownAt})`,
      ];
  return `select ${keys}, ${SUMS} from ${joined(question, 'intervals')} where ${[...counts, ...conditions(question)].join(' and ')} group by ${by}`;
}

/** The same question to a table of events, each with the state after it: the latest event of each deal by a window. K is the present. */
export function fromEvents(question: BenchQuestion): string {
  const { keys, by } = selection(question);
  const latest = `(select *, row_number() over (partition by deal order by valid_from desc, opened_by desc, ordinal desc) as place
    from events where valid_from <= ${question.asOf}) as told`;
  return `select ${keys}, ${SUMS} from ${joined(question, latest)} where ${['place = 1', ...conditions(question)].join(' and ')} group by ${by}`;
}
