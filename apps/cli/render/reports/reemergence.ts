import type { ReemergenceAnswer } from '../../../../libs/reporting/flow-queries.js';
import { basisWords } from '../basis.js';
import { table } from '../table.js';
import { countText, daysOf, instantText, intervalText, percent } from '../text.js';
import { behindText } from './behind.js';
import { RIGHT, groupCells, groupColumns, groupNames, inReadingOrder, page } from './grouped.js';

const FIGURES = [
  'turned\naway',
  'asked\nagain',
  'share',
  '95 %\ninterval',
  'won\nafter all',
  'mean\ndays',
  'median',
  'p90',
  'median\nwith all',
];

export function reemergenceText({ basis, rows, behind }: ReemergenceAnswer): string {
  const names = groupNames(rows);
  const drawn = table(
    [...groupColumns(names), ...FIGURES.map((title) => ({ title, ...RIGHT }))],
    inReadingOrder(names, rows).map((row) => [
      ...groupCells(names, row),
      countText(row.n),
      countText(row.askedAgain),
      percent(row.share),
      intervalText(row.low, row.high),
      countText(row.wonAfterAll),
      ...[row.mean, row.p50, row.p90, row.kaplanMeierMedian].map(daysOf),
    ]),
  );
  const when = basis.period === null ? '' : ` in ${basis.period.label}`;
  return page(
    `Requests turned away${when} (${basis.ended.join(', ')}) whose ${basis.by} asked again, as of ${instantText(basis.asOf, basis.timeZone)}`,
    drawn,
    behindText(behind, basis.timeZone),
    basisWords(
      basis,
      'Days of 24 hours from being turned away to the next request; the median with all counts those who have not asked again as at least so long (Kaplan-Meier).',
    ),
  );
}
