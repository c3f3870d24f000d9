import type { FunnelAnswer, FunnelRow, Maturity } from '../../../../libs/reporting/flow-queries.js';
import { basisWords } from '../basis.js';
import { table } from '../table.js';
import { countText, instantText, intervalText, percent } from '../text.js';
import { RIGHT, groupCells, groupColumns, groupNames, page, valueText } from './grouped.js';

const MODES = {
  reached: 'came so far or further',
  touched: 'were there',
  strict: 'took every step',
} as const;

function maturityText(maturity: readonly Maturity[], rows: readonly FunnelRow[]): string {
  const names = groupNames(rows);
  if (maturity.length === 1 && names.length === 0) return '';
  const labelled = (one: Maturity): string[] => {
    const row = rows.find(({ group }) => JSON.stringify(group) === JSON.stringify(one.group));
    return row === undefined ? [] : groupCells(names, row);
  };
  return table(
    [...groupColumns(names), { title: 'deals', ...RIGHT }, { title: 'of known outcome', ...RIGHT }, { title: 'share', ...RIGHT }],
    maturity.map((one) => [...labelled(one), countText(one.n), countText(one.closed), percent(one.share)]),
  );
}

export function funnelText({ basis, rows, maturity }: FunnelAnswer): string {
  const names = groupNames(rows);
  const drawn = table(
    [
      ...groupColumns(names),
      { title: 'milestone', shrinks: true },
      { title: 'deals', ...RIGHT },
      { title: 'value', ...RIGHT },
      { title: 'of\nstart', ...RIGHT },
      { title: '95 %\ninterval', ...RIGHT },
      { title: 'of\nprevious', ...RIGHT },
      { title: 'skipped\nin', ...RIGHT },
      { title: 'still\nhere', ...RIGHT },
      { title: 'lost', ...RIGHT },
      { title: 'moved\nback', ...RIGHT },
    ],
    rows.map((row) => [
      ...groupCells(names, row),
      row.label ?? row.milestone,
      countText(row.deals),
      valueText(row),
      percent(row.conversionFromStart),
      intervalText(row.low, row.high),
      percent(row.conversionFromPrevious),
      countText(row.skippedIn),
      countText(row.stillHere),
      countText(row.lost),
      countText(row.movedBack),
    ]),
  );
  const cohort = `Cohort ${basis.period?.label ?? ''} by ${basis.milestone}`;
  const within = basis.within === null ? '' : ` within ${basis.within}`;
  const title = `${cohort}: how many ${MODES[basis.mode]}${within} (${basis.mode}), as of ${instantText(basis.asOf, basis.timeZone)}`;
  return page(title, drawn, maturityText(maturity, rows), basisWords(basis));
}
