import type { LeadTimesAnswer, TimeInStageAnswer, VelocityAnswer } from '../../../../libs/reporting/flow-queries.js';
import { basisWords } from '../basis.js';
import type { Column } from '../table.js';
import { table } from '../table.js';
import { countText, daysOf, heading, instantText, moneyText, percent } from '../text.js';
import { behindText } from './behind.js';
import { curveText } from './curve.js';
import { RIGHT, groupCells, groupColumns, groupNames, inReadingOrder, page } from './grouped.js';

function limited(mean: { readonly mean: number; readonly limit: number } | null): string {
  return mean === null ? '-' : `${daysOf(mean.mean)}\nto ${daysOf(mean.limit)}`;
}

function cohortWords(period: { readonly label: string } | null, what: string): string {
  return period === null ? '' : `, ${what} in ${period.label}`;
}

const STILL_ON_THE_WAY =
  'The median with the running ones takes those still on the way for what they are, at least so long, and those that ended another way for what never comes (cumulative incidence); it is empty where fewer than half come. The mean to a limit likewise, up to the longest that is known.';
const STILL_RUNNING =
  'The median with the running ones takes those still on the way for what they are: at least so long (Kaplan-Meier); the mean to a limit likewise, up to the longest that is known.';

export function leadTimesText({ basis, rows, behind }: LeadTimesAnswer): string {
  const names = groupNames(rows);
  const whole = names.length === 0; // beside groups there is no room for all
  const figures = [
    ...['deals', 'arrived', 'on the\nway', 'other\nend', 'mean'],
    ...(whole ? ['p25'] : []),
    ...['median', 'p75', 'p90', 'p95', 'median\nwith the\nrunning'],
    ...(whole ? ['mean to\na limit'] : []),
  ];
  const drawn = table(
    [...groupColumns(names), ...figures.map((title) => ({ title, ...RIGHT }))],
    inReadingOrder(names, rows).map((row) => [
      ...groupCells(names, row),
      ...[row.n, row.finished, row.running, row.gone].map(countText),
      ...[row.mean, ...(whole ? [row.p25] : []), row.p50, row.p75, row.p90, row.p95, row.kaplanMeierMedian].map(daysOf),
      ...(whole ? [limited(row.restrictedMean)] : []),
    ]),
  );
  const [from, to] = [basis.from, basis.to].map((milestone) => milestone.replace(/^stage:/, ''));
  const cohort = cohortWords(basis.period, from ?? '');
  const title = `Days from ${from} to ${to}${cohort}, as of ${instantText(basis.asOf, basis.timeZone)}`;
  const words = basisWords(basis, 'Days of 24 hours; mean and percentiles are of those that arrived.', STILL_ON_THE_WAY);
  return page(title, drawn, whole && arrivalsText(rows[0]?.curve ?? []), behindText(behind, basis.timeZone), words);
}

function arrivalsText(curve: LeadTimesAnswer['rows'][number]['curve']): string {
  return curveText('Arrived by age', curve, (point) => [
    ['arrived', point.arrived, point.arrivedLow, point.arrivedHigh],
    ['other\nend', point.gone, point.goneLow, point.goneHigh],
    ['on the\nway', point.running, point.runningLow, point.runningHigh],
  ]);
}

/** Broken where the whole word is wider than any count under it. */
const BROKEN: Readonly<Record<string, string>> = { advanced: 'ad-\nvanced', 'to-marketing': 'mar-\nketing', reassigned: 'reas-\nsigned' };
const EXITS = ['advanced', 'won', 'lost', 'moved-back', 'handed-off', 'to-marketing', 'filed', 'reassigned', 'stillThere'];

function exitsTable(
  rows: TimeInStageAnswer['rows'],
  place: (row: TimeInStageAnswer['rows'][number]) => string[],
  columns: Column[],
): string {
  const told = EXITS.filter((exit) => rows.some(({ exits }) => (exits[exit] ?? 0) > 0));
  const drawn = table(
    [...columns, ...told.map((exit) => ({ title: BROKEN[exit] ?? heading(exit).replace(/[- ]/, '\n'), ...RIGHT }))],
    rows.map((row) => [...place(row), ...told.map((exit) => countText(row.exits[exit] ?? 0))]),
  );
  return `How the stays ended\n\n${drawn}`;
}

export function timeInStageText({ basis, rows, behind }: TimeInStageAnswer): string {
  const names = groupNames(rows);
  const pipelines = new Set(rows.map(({ pipeline }) => pipeline)).size > 1;
  const places = [...groupColumns(names), ...(pipelines ? [{ title: 'pipeline', shrinks: true }] : []), { title: 'stage', shrinks: true }];
  const place = (row: TimeInStageAnswer['rows'][number]): string[] => [
    ...groupCells(names, row),
    ...(pipelines ? [row.pipeline] : []),
    row.label,
  ];
  const figures = ['stays', 'ended', 'mean', 'median', 'median\nwith the\nrunning', 'mean to\na limit', 'exits a\ndeal-day'];
  const drawn = table(
    [...places, ...figures.map((title) => ({ title, ...RIGHT }))],
    inReadingOrder(names, rows).map((row) => [
      ...place(row),
      ...[row.n, row.finished].map(countText),
      ...[row.mean, row.median, row.kaplanMeierMedian].map(daysOf),
      limited(row.restrictedMean),
      row.exitRate === null ? '-' : row.exitRate.rate.toFixed(4),
    ]),
  );
  const cohort = cohortWords(basis.period, 'registered');
  const postponed = basis.postponed === 'counted' ? 'Postponed time is counted.' : 'Postponed time is left out.';
  const title = `Days in each stage${cohort}, as of ${instantText(basis.asOf, basis.timeZone)}`;
  return page(
    title,
    drawn,
    rows.length > 0 && exitsTable(rows, place, places),
    behindText(behind, basis.timeZone),
    basisWords(basis, 'Days of 24 hours.', postponed, STILL_RUNNING),
  );
}

export function velocityText({ basis, rows, behind }: VelocityAnswer): string {
  const names = groupNames(rows);
  const drawn = table(
    [...groupColumns(names), ...['open deals', 'win rate', 'average won', 'average cycle', 'a day'].map((title) => ({ title, ...RIGHT }))],
    inReadingOrder(names, rows).map((row) => [
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
  return page(title, drawn, behindText(behind, basis.timeZone), basisWords(basis, how));
}
