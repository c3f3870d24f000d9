import type { LeadTimesAnswer, TimeInStageAnswer, VelocityAnswer } from '../../../../libs/reporting/flow-queries.js';
import { basisWords } from '../basis.js';
import { table } from '../table.js';
import { countText, daysOf, instantText, moneyText, percent } from '../text.js';
import { RIGHT, groupCells, groupColumns, groupNames, page } from './grouped.js';

function limited(mean: { readonly mean: number; readonly limit: number } | null): string {
  return mean === null ? '-' : `${daysOf(mean.mean)}\nto ${daysOf(mean.limit)}`;
}

function cohortWords(period: { readonly label: string } | null, what: string): string {
  return period === null ? '' : `, ${what} in ${period.label}`;
}

const STILL_RUNNING =
  'The median with the running ones takes those still on the way for what they are: at least so long (Kaplan-Meier); the mean to a limit likewise, up to the longest that is known.';

export function leadTimesText({ basis, rows }: LeadTimesAnswer): string {
  const names = groupNames(rows);
  const drawn = table(
    [
      ...groupColumns(names),
      ...[
        'deals',
        'arrived',
        'on the\nway',
        'ended\notherwise',
        'mean',
        'p25',
        'median',
        'p75',
        'p90',
        'p95',
        'median with\nthe running',
        'mean to\na limit',
      ].map((title) => ({ title, ...RIGHT })),
    ],
    rows.map((row) => [
      ...groupCells(names, row),
      ...[row.n, row.finished, row.running, row.gone].map(countText),
      ...[row.mean, row.p25, row.p50, row.p75, row.p90, row.p95, row.kaplanMeierMedian].map(daysOf),
      limited(row.restrictedMean),
    ]),
  );
  const cohort = cohortWords(basis.period, basis.from);
  const title = `Days from ${basis.from} to ${basis.to}${cohort}, as of ${instantText(basis.asOf, basis.timeZone)}`;
  return page(title, drawn, basisWords(basis, 'Days of 24 hours; mean and percentiles are of those that arrived.', STILL_RUNNING));
}

function exitsText(exits: Readonly<Record<string, number>>): string {
  const told = Object.entries(exits).filter(([exit, count]) => count > 0 && exit !== 'stillThere');
  return told.map(([exit, count]) => `${countText(count)} ${exit.replaceAll('-', ' ')}`).join(', ');
}

export function timeInStageText({ basis, rows }: TimeInStageAnswer): string {
  const names = groupNames(rows);
  const pipelines = new Set(rows.map(({ pipeline }) => pipeline)).size > 1;
  const drawn = table(
    [
      ...groupColumns(names),
      ...(pipelines ? [{ title: 'pipeline', shrinks: true }] : []),
      { title: 'stage', shrinks: true },
      ...['stays', 'ended', 'mean', 'median', 'median with\nthe running', 'mean to\na limit', 'exits a\ndeal-day'].map((title) => ({
        title,
        ...RIGHT,
      })),
      { title: 'how they ended', shrinks: true },
    ],
    rows.map((row) => [
      ...groupCells(names, row),
      ...(pipelines ? [row.pipeline] : []),
      row.label,
      ...[row.n, row.finished].map(countText),
      ...[row.mean, row.median, row.kaplanMeierMedian].map(daysOf),
      limited(row.restrictedMean),
      row.exitRate === null ? '-' : row.exitRate.rate.toFixed(4),
      exitsText(row.exits),
    ]),
  );
  const cohort = cohortWords(basis.period, 'registered');
  const postponed = basis.postponed === 'counted' ? 'Postponed time is counted.' : 'Postponed time is left out.';
  const title = `Days in each stage${cohort}, as of ${instantText(basis.asOf, basis.timeZone)}`;
  return page(title, drawn, basisWords(basis, 'Days of 24 hours.', postponed, STILL_RUNNING));
}

export function velocityText({ basis, rows }: VelocityAnswer): string {
  const names = groupNames(rows);
  const drawn = table(
    [...groupColumns(names), ...['open deals', 'win rate', 'average won', 'average cycle', 'a day'].map((title) => ({ title, ...RIGHT }))],
    rows.map((row) => [
      ...groupCells(names, row),
      countText(row.openDeals),
      percent(row.winRate),
      row.averageWon === null ? '-' : moneyText(row.averageWon),
      row.averageCycleDays === null ? '-' : `${daysOf(row.averageCycleDays)} days`,
      row.perDay === null ? 'not available' : moneyText(row.perDay),
    ]),
  );
  const title = `Sales velocity as of ${instantText(basis.asOf, basis.timeZone)}`;
  const how = `Open deals times win rate (won of won and lost) times average won, over the average cycle from qualified to won; not available where one of them is.`;
  return page(title, drawn, basisWords(basis, how));
}
