import type { AgingAnswer, AgingRow, CoverageAnswer, CoverageFigures } from '../../../../libs/reporting/standing-queries.js';
import { basisWords } from '../basis.js';
import { table } from '../table.js';
import { countText, daysOf, dealsText, groupText, instantText, moneyText, percent, withThousands } from '../text.js';
import { behindText } from './behind.js';
import { RIGHT, allCells, groupCells, groupColumns, groupNames, inReadingOrder, page, valueText } from './grouped.js';

const CLOCKS = {
  since_stage_entry: 'since they came to their stage',
  since_customer_contact: 'since the last recorded contact',
  since_any_activity: 'since anything last happened',
} as const;

function bandsText({ bands }: AgingRow['age']): string {
  return bands
    .map(({ upToDays, deals }, index) => {
      const above = bands[index - 1]?.upToDays ?? 0;
      return `${upToDays === null ? `over ${above}` : `${above}–${upToDays}`} days: ${countText(deals)}`;
    })
    .join(', ');
}

/** The ninth decile of the ages is in the other formats: amounts of two currencies leave no room for it. */
export function agingText({ basis, rows, oldest, postponed, totals, behind }: AgingAnswer): string {
  const names = groupNames(rows);
  type Told = AgingAnswer['totals'] & Partial<Pick<AgingRow, 'thresholdDays' | 'usualDays'>>;
  const cells = (row: Told): string[] => [
    countText(row.deals),
    valueText(row),
    ...[row.age.medianDays, row.age.p75Days, row.age.longestDays].map(daysOf),
    row.usualDays === undefined ? '' : daysOf(row.usualDays),
    row.thresholdDays === undefined || row.thresholdDays === null ? '-' : countText(row.thresholdDays),
    countText(row.stagnant.deals),
    valueText(row.stagnant),
  ];
  const drawn = table(
    [
      ...groupColumns(names),
      ...['deals', 'value', 'median', 'p75', 'longest', 'usual\n(p75)', 'al-\nlowed', 'stand\nstill', 'value'].map((title) => ({
        title,
        ...RIGHT,
      })),
    ],
    [
      ...inReadingOrder(names, rows).map((row) => [...groupCells(names, row), ...cells(row)]),
      ...(names.length === 0 ? [] : [[...allCells(names), ...cells(totals)]]),
    ],
  );
  const list = table(
    [
      { title: 'deal', shrinks: true },
      { title: 'stage', shrinks: true },
      { title: 'owner', shrinks: true },
      { title: 'company', shrinks: true },
      { title: 'value', ...RIGHT },
      { title: 'days', ...RIGHT },
      { title: '' },
    ],
    oldest.map((deal) => [
      deal.deal,
      groupText(deal.stage, deal.labels.lastStage),
      groupText(deal.owner, deal.labels.owner),
      groupText(deal.company, deal.labels.company),
      deal.value === null ? 'unknown' : moneyText(deal.value),
      daysOf(deal.ageDays),
      deal.stagnant ? 'standing still' : '',
    ]),
  );
  const without = basis.clock === 'since_customer_contact' ? 'no recorded contact' : 'no date';
  const unknown = totals.ageUnknown === 0 ? [] : [`${dealsText(totals.ageUnknown)} of no known age, having ${without}.`];
  return page(
    `Open deals by age, ${CLOCKS[basis.clock]} (${basis.clock}), as of ${instantText(basis.asOf, basis.timeZone)}`,
    drawn,
    bandsText(totals.age),
    oldest.length > 0 && `The oldest\n\n${list}`,
    behindText(behind, basis.timeZone),
    basisWords(
      basis,
      'Ages are days of 24 hours; usual is what three of four ended stays in the stage took at most.',
      ...(postponed === 0 ? [] : [`${countText(postponed)} postponed deals do not age.`]),
      ...unknown,
    ),
  );
}

function times(ratio: number | 'met' | null): string {
  return ratio === null ? 'no quota' : ratio === 'met' ? 'met' : `${ratio.toFixed(2)} ×`;
}

function coverageLines(coverage: readonly CoverageFigures[], of: (figures: CoverageFigures) => string): string {
  return coverage.map(of).join('\n');
}

const MONEY_COLUMNS: readonly (readonly [title: string, of: (figures: CoverageFigures) => string])[] = [
  ['open value', ({ open }) => withThousands(open)],
  ['won', ({ won }) => withThousands(won)],
  ['quota', ({ quota }) => (quota === null ? '-' : withThousands(quota))],
  ['still\nto win', ({ remaining }) => (remaining === null ? '-' : withThousands(remaining))],
  ['', ({ currency }) => currency],
  ['of still\nto win', ({ ofRemaining }) => times(ofRemaining)],
  ['of whole\nquota', ({ ofWhole }) => times(ofWhole)],
];

const WAY_COLUMNS: readonly (readonly [title: string, of: (figures: CoverageFigures) => string])[] = [
  ['', ({ currency }) => currency],
  ['won of\nquota', ({ attainment }) => percent(attainment)],
  ['pace', ({ pace }) => (pace === null ? '-' : `${pace.toFixed(2)} ×`)],
  ['projected', ({ projected }) => withThousands(projected)],
  ['of\nquota', ({ projectedOfQuota }) => percent(projectedOfQuota)],
  ['average\nwon', (figures) => (figures.averageWon === null ? '-' : withThousands(figures.averageWon))],
  ['wins\nneeded', ({ winsNeeded }) => (winsNeeded === null ? '-' : countText(winsNeeded))],
  ['deals\nneeded', ({ dealsNeeded }) => (dealsNeeded === null ? '-' : countText(dealsNeeded))],
];

export function coverageText({ basis, rows, totals }: CoverageAnswer): string {
  const names = groupNames(rows);
  type Told = CoverageAnswer['totals'];
  const drawn = (titles: readonly string[], cells: (row: Told) => string[]): string =>
    table(
      [...groupColumns(names), ...titles.map((title) => ({ title, ...RIGHT }))],
      [
        ...inReadingOrder(names, rows).map((row) => [...groupCells(names, row), ...cells(row)]),
        ...(names.length === 0 ? [] : [[...allCells(names), ...cells(totals)]]),
      ],
    );
  const cover = drawn(['open', ...MONEY_COLUMNS.map(([title]) => title), 'no\nvalue', 'no\ndate'], (row) => [
    countText(row.deals),
    ...MONEY_COLUMNS.map(([, of]) => coverageLines(row.coverage, of)),
    row.unvalued === 0 ? '' : countText(row.unvalued),
    row.noExpectedDate === 0 ? '' : countText(row.noExpectedDate),
  ]);
  const way = drawn(['win\nrate', ...WAY_COLUMNS.map(([title]) => title)], (row) => [
    percent(row.winRate),
    ...WAY_COLUMNS.map(([, of]) => coverageLines(row.coverage, of)),
  ]);
  return page(
    `Coverage of ${basis.period}, as of ${instantText(basis.asOf, basis.timeZone)}`,
    cover,
    `On the way to the quota, ${percent(basis.elapsed)} of the period passed\n\n${way}`,
    basisWords(
      basis,
      'Open value over what is still to be won of the quota, and over the whole of it. Projected is what is won and the weighted value of the open deals; pace is the share of the quota over the share of the period; what is needed is at the win rate and the average of all deals that ended.',
    ),
  );
}
