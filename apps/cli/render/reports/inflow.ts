import type { InflowAnswer } from '../../../../libs/reporting/flow-queries.js';
import { basisWords } from '../basis.js';
import { sparkline } from '../sparkline.js';
import { table } from '../table.js';
import { countText, daysText, instantText, percent } from '../text.js';
import { behindText } from './behind.js';
import { RIGHT, groupCells, groupColumns, groupLine, groupNames, inReadingOrder, page, valueText } from './grouped.js';

/** More groups than this are no glance. */
const MOST_LINES = 20;

function glance({ rows }: InflowAnswer): string {
  const names = groupNames(rows);
  const groups = [...new Set(inReadingOrder(names, rows).map((row) => groupLine(names, row)))];
  if (groups.length > MOST_LINES) return '';
  return table(
    [{ title: 'deals of', shrinks: true }, { title: 'from first to last' }, { title: 'all', ...RIGHT }],
    groups.map((name) => {
      const counts = rows.filter((row) => groupLine(names, row) === name).map(({ deals }) => deals);
      return [name, sparkline(counts), countText(counts.reduce((sum, count) => sum + count, 0))];
    }),
  );
}

export function inflowText(answer: InflowAnswer): string {
  const { basis, rows, behind } = answer;
  const names = groupNames(rows);
  const read = inReadingOrder(names, rows, ({ period }) => period);
  const patterns = rows.some(({ periods }) => periods > 1);
  const unvalued = rows.some((row) => row.unvalued > 0);
  const drawn = table(
    [
      { title: basis.step },
      ...groupColumns(names),
      { title: 'deals', ...RIGHT },
      ...(names.length > 0 ? [{ title: 'share', ...RIGHT }] : []),
      ...(patterns
        ? [
            { title: 'of them', ...RIGHT },
            { title: 'each', ...RIGHT },
          ]
        : []),
      { title: 'value', ...RIGHT },
      ...(unvalued ? [{ title: 'no\nvalue', ...RIGHT }] : []),
    ],
    read.map((row, index) => [
      read[index - 1]?.period === row.period ? '' : row.period,
      ...groupCells(names, row),
      countText(row.deals),
      ...(names.length > 0 ? [percent(row.share)] : []),
      ...(patterns ? [countText(row.periods), row.perPeriod.toFixed(1)] : []),
      valueText(row),
      ...(unvalued ? [row.unvalued === 0 ? '' : countText(row.unvalued)] : []),
    ]),
  );
  const when = basis.period === null ? '' : ` from ${daysText(basis.period, basis.timeZone)}`;
  return page(
    `Deals that came to ${basis.milestone.replace(/^stage:/, '')}${when}, by ${basis.step}, as of ${instantText(basis.asOf, basis.timeZone)}`,
    drawn,
    glance(answer),
    behindText(behind, basis.timeZone),
    basisWords(basis, 'Value is what they are worth at that instant.'),
  );
}
