import type { FunnelAnswer, FunnelRow, Maturity } from '../../../../libs/reporting/flow-queries.js';
import { folded } from '../fold.js';
import { basisWords } from '../basis.js';
import { table } from '../table.js';
import { countText, dealsText, instantText, intervalText, percent } from '../text.js';
import { behindText } from './behind.js';
import { RIGHT, groupCells, groupNames, page, valueText } from './grouped.js';

const MODES = {
  reached: 'came so far or further',
  touched: 'were there',
  strict: 'took every step',
} as const;

function stepsTable(rows: readonly FunnelRow[]): string {
  const pipelines = new Set(rows.flatMap(({ pipeline }) => pipeline ?? [])).size > 1;
  const unvalued = rows.some((row) => row.unvalued > 0);
  return table(
    [
      { title: 'milestone', shrinks: true },
      { title: 'deals', ...RIGHT },
      { title: 'value', ...RIGHT },
      ...(unvalued ? [{ title: 'no\nvalue', ...RIGHT }] : []),
      { title: 'of\nstart', ...RIGHT },
      { title: '95 %\ninterval', ...RIGHT },
      { title: 'of\nprevious', ...RIGHT },
      { title: 'skipped\nin', ...RIGHT },
      { title: 'still\nhere', ...RIGHT },
      { title: 'lost', ...RIGHT },
      { title: 'moved\nback', ...RIGHT },
    ],
    rows.flatMap((row, index) => {
      const cells = [
        `${pipelines && row.pipeline !== undefined ? '  ' : ''}${row.label ?? row.milestone}`,
        countText(row.deals),
        valueText(row),
        ...(unvalued ? [row.unvalued === 0 ? '' : countText(row.unvalued)] : []),
        percent(row.conversionFromStart),
        intervalText(row.low, row.high),
        percent(row.conversionFromPrevious),
        countText(row.skippedIn),
        countText(row.stillHere),
        countText(row.lost),
        countText(row.movedBack),
      ];
      const begins = pipelines && row.pipeline !== undefined && rows[index - 1]?.pipeline !== row.pipeline;
      return begins ? [[row.pipeline ?? '', ...cells.slice(1).map(() => '')], cells] : [cells];
    }),
  );
}

/** The funnel of one group under the group's name. */
function section(rows: readonly FunnelRow[], { n, closed, share }: Maturity): string {
  const names = groupNames(rows);
  const [first] = rows;
  if (first === undefined || names.length === 0) return stepsTable(rows);
  const name = groupCells(names, first)
    .map((cell, index) => `${String(names[index])} ${cell}`)
    .join(', ');
  const heading = `${name}: ${dealsText(n)}, the outcome of ${countText(closed)} known (${percent(share)})`;
  return `${folded(heading)}\n\n${stepsTable(rows)}`;
}

export function funnelText({ basis, rows, maturity, behind }: FunnelAnswer): string {
  const sections = maturity.map((of) =>
    section(
      rows.filter(({ group }) => JSON.stringify(group) === JSON.stringify(of.group)),
      of,
    ),
  );
  const cohort = `Cohort ${basis.period?.label ?? ''} by ${basis.milestone.replace(/^stage:/, '')}`;
  const within = basis.within === null ? '' : ` within ${basis.within}`;
  const title = `${cohort}: how many ${MODES[basis.mode]}${within} (${basis.mode}), as of ${instantText(basis.asOf, basis.timeZone)}`;
  return page(title, ...sections, behindText(behind, basis.timeZone), basisWords(basis));
}
