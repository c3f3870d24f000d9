import type { FunnelAnswer } from '../../../libs/reporting/flow-queries.js';
import type { WaterfallAnswer } from '../../../libs/reporting/queries.js';
import { basisWords, wrapped } from './basis.js';
import { groupCells, groupColumns, groupNames } from './reports.js';
import { table } from './table.js';
import { countText, instantText, moneyLines } from './text.js';

const RIGHT = { align: 'right' } as const;

function percent(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(1)} %`;
}

export function waterfallText({ basis, rows }: WaterfallAnswer): string {
  const names = groupNames(rows);
  const drawn = table(
    [...groupColumns(names), { title: 'bucket' }, { title: 'moves', ...RIGHT }, { title: 'deals', ...RIGHT }, { title: 'value', ...RIGHT }],
    rows.map((row) => [
      ...groupCells(names, row),
      row.bucket,
      row.moves === undefined ? '' : countText(row.moves),
      countText(row.deals),
      moneyLines(row.value),
    ]),
  );
  return `Open pipeline from ${instantText(basis.from)} to ${instantText(basis.to)}\n\n${drawn}\n\n${basisWords(basis, undefined)}\n`;
}

export function funnelText({ basis, rows, undated }: FunnelAnswer): string {
  const names = groupNames(rows);
  const drawn = table(
    [
      ...groupColumns(names),
      { title: 'milestone', shrinks: true },
      { title: 'deals', ...RIGHT },
      { title: 'value', ...RIGHT },
      { title: 'of all', ...RIGHT },
      { title: 'of last', ...RIGHT },
      { title: 'skipped in', ...RIGHT },
      { title: 'still here', ...RIGHT },
      { title: 'lost', ...RIGHT },
    ],
    rows.map((row) => [
      ...groupCells(names, row),
      row.label ?? row.milestone,
      countText(row.deals),
      moneyLines(row.value),
      percent(row.conversionFromStart),
      percent(row.conversionFromPrevious),
      countText(row.skippedIn),
      countText(row.stillHere),
      countText(row.lost),
    ]),
  );
  const outside = undated === 0 ? '' : `${wrapped(`${countText(undated)} deals have no date of their own and are in no cohort.`)}\n`;
  return `Funnel of the cohort, by ${basis.milestone}, mode ${basis.mode}\n\n${drawn}\n\n${outside}As of ${instantText(basis.asOf)}, position ${countText(Number(basis.position))} of log ${basis.log.slice(0, 8)}. Days end in ${basis.timeZone}.\n`;
}
