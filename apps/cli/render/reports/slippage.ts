import type { SlippageAnswer } from '../../../../libs/reporting/flow-queries.js';
import { basisWords } from '../basis.js';
import { table } from '../table.js';
import { countText, daysText, moneyLines, percent, withThousands } from '../text.js';
import { RIGHT, groupCells, groupColumns, groupNames, page } from './grouped.js';

const FIGURES = [
  'deals',
  'pushes',
  'deals\npushed',
  'pulls',
  're-dated\nwithin',
  'days\nlater',
  'net',
  'value\npushed',
  'of the\nopening',
  'over-\ndue',
  'value',
];

export function slippageText({ basis, rows, most }: SlippageAnswer): string {
  const names = groupNames(rows);
  const drawn = table(
    [...groupColumns(names), ...FIGURES.map((title) => ({ title, ...RIGHT }))],
    rows.map((row) => [
      ...groupCells(names, row),
      ...[row.deals, row.pushes, row.dealsPushed, row.pulls, row.redatedWithin].map(countText),
      ...[row.daysLater, row.daysNet].map((days) => withThousands(days.toFixed(0))),
      moneyLines(row.pushedValue),
      Object.values(row.pushedShare).map(percent).join('\n'),
      countText(row.overdue),
      moneyLines(row.overdueValue),
    ]),
  );
  const list = table(
    [
      { title: 'deal', shrinks: true },
      { title: 'status' },
      { title: 'pushes', ...RIGHT },
      { title: 'days later', ...RIGHT },
      { title: 'now expected' },
    ],
    most.map(({ deal, status, pushes, daysLater, decisionDate }) => [
      deal,
      status,
      countText(pushes),
      daysLater.toFixed(0),
      decisionDate ?? '-',
    ]),
  );
  const when = basis.period === null ? '' : daysText(basis.period, basis.timeZone);
  return page(
    `Expected dates put off, ${when}, by ${basis.grain}`,
    drawn,
    most.length > 0 && `Put off most often\n\n${list}`,
    basisWords(basis, 'A push is a change to a later period, a pull to an earlier one. Overdue is open with a date that has passed.'),
  );
}
