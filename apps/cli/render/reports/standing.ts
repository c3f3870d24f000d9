import type { AgingAnswer, AgingRow, CoverageAnswer, CoverageFigures } from '../../../../libs/reporting/standing-queries.js';
import { basisWords } from '../basis.js';
import { table } from '../table.js';
import { countText, daysOf, groupText, instantText, moneyText, withThousands } from '../text.js';
import { RIGHT, allCells, groupCells, groupColumns, groupNames, page, valueText } from './grouped.js';

const CLOCKS = { since_stage_entry: 'since they came to their stage', since_any_activity: 'since anything last happened' } as const;

function bandsText({ bands }: AgingRow['age']): string {
  return bands
    .map(({ upToDays, deals }, index) => {
      const above = bands[index - 1]?.upToDays ?? 0;
      return `${upToDays === null ? `over ${above}` : `${above}–${upToDays}`} days: ${countText(deals)}`;
    })
    .join(', ');
}

export function agingText({ basis, rows, oldest, postponed, totals }: AgingAnswer): string {
  const names = groupNames(rows);
  type Told = AgingAnswer['totals'] & Partial<Pick<AgingRow, 'thresholdDays' | 'usualDays'>>;
  const cells = (row: Told): string[] => [
    countText(row.deals),
    valueText(row),
    ...[row.age.medianDays, row.age.p75Days, row.age.p90Days, row.age.longestDays].map(daysOf),
    row.usualDays === undefined ? '' : daysOf(row.usualDays),
    row.thresholdDays === undefined || row.thresholdDays === null ? '-' : countText(row.thresholdDays),
    countText(row.stagnant.deals),
    valueText(row.stagnant),
  ];
  const drawn = table(
    [
      ...groupColumns(names),
      ...['deals', 'value', 'median', 'p75', 'p90', 'longest', 'usual\n(p75)', 'allowed', 'standing\nstill', 'value'].map((title) => ({
        title,
        ...RIGHT,
      })),
    ],
    [
      ...rows.map((row) => [...groupCells(names, row), ...cells(row)]),
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
  const unknown = totals.ageUnknown === 0 ? [] : [`${countText(totals.ageUnknown)} deals have no date: how long they stand is not known.`];
  return page(
    `Open deals by age, ${CLOCKS[basis.clock]} (${basis.clock}), as of ${instantText(basis.asOf, basis.timeZone)}`,
    drawn,
    bandsText(totals.age),
    oldest.length > 0 && `The oldest\n\n${list}`,
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

export function coverageText({ basis, rows, totals }: CoverageAnswer): string {
  const names = groupNames(rows);
  const cells = ({ deals, noExpectedDate, unvalued, coverage }: CoverageAnswer['totals']): string[] => [
    countText(deals),
    ...[
      ({ open }: CoverageFigures) => withThousands(open),
      ({ won }: CoverageFigures) => withThousands(won),
      ({ quota }: CoverageFigures) => (quota === null ? '-' : withThousands(quota)),
      ({ remaining }: CoverageFigures) => (remaining === null ? '-' : withThousands(remaining)),
      ({ currency }: CoverageFigures) => currency,
      ({ ofRemaining }: CoverageFigures) => times(ofRemaining),
      ({ ofWhole }: CoverageFigures) => times(ofWhole),
    ].map((of) => coverageLines(coverage, of)),
    unvalued === 0 ? '' : countText(unvalued),
    noExpectedDate === 0 ? '' : countText(noExpectedDate),
  ];
  const drawn = table(
    [
      ...groupColumns(names),
      ...['open', 'open value', 'won', 'quota', 'still\nto win', '', 'of still\nto win', 'of whole\nquota', 'no\nvalue', 'no\ndate'].map(
        (title) => ({
          title,
          ...RIGHT,
        }),
      ),
    ],
    [
      ...rows.map((row) => [...groupCells(names, row), ...cells(row)]),
      ...(names.length === 0 ? [] : [[...allCells(names), ...cells(totals)]]),
    ],
  );
  return page(
    `Coverage of ${basis.period}, as of ${instantText(basis.asOf, basis.timeZone)}`,
    drawn,
    basisWords(basis, 'Open value over what is still to be won of the quota, and over the whole of it.'),
  );
}
