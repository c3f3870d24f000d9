import type { SlippageAnswer, SlippageRow } from '../../../../libs/reporting/flow-queries.js';
import { basisWords } from '../basis.js';
import { table } from '../table.js';
import { countText, daysText, moneyLines, moneyText, percent, withThousands } from '../text.js';
import { behindText } from './behind.js';
import { RIGHT, groupCells, groupColumns, groupNames, inReadingOrder, page } from './grouped.js';

const FIGURES = [
  'deals',
  'pushes',
  'deals\npushed',
  'pulls',
  'days\nlater',
  'net',
  'value\npushed',
  'of the\nopening',
  'over-\ndue',
  'value',
];

function pushedText({ pushedValue }: SlippageRow, currency: string): string {
  const pushed = pushedValue.find((each) => each.currency === currency);
  return pushed === undefined ? `0.00 ${currency}` : moneyText(pushed);
}

/** Dates moved within their period are in the other formats: amounts of two currencies leave no room for them. */
export function slippageText({ basis, rows, most, behind }: SlippageAnswer): string {
  const names = groupNames(rows);
  const drawn = table(
    [...groupColumns(names), ...FIGURES.map((title) => ({ title, ...RIGHT }))],
    inReadingOrder(names, rows).map((row) => [
      ...groupCells(names, row),
      ...[row.deals, row.pushes, row.dealsPushed, row.pulls].map(countText),
      ...[row.daysLater, row.daysNet].map((days) => withThousands(days.toFixed(0))),
      // A line for each currency of the opening, be it of nothing.
      Object.keys(row.pushedShare)
        .map((currency) => pushedText(row, currency))
        .join('\n'),
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
    behindText(behind, basis.timeZone),
    basisWords(basis, 'A push is a change to a later period, a pull to an earlier one. Overdue is open with a date that has passed.'),
  );
}
