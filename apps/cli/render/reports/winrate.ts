import type { MoneyText } from '../../../../libs/domain/shared/money.js';
import type { CurvePoint, ValueBand, WinRateAnswer, WinRateRow } from '../../../../libs/reporting/flow-queries.js';
import { basisWords } from '../basis.js';
import { table } from '../table.js';
import { countText, dealsText, instantText, intervalText, percent, withThousands } from '../text.js';
import { behindText } from './behind.js';
import { curveText } from './curve.js';
import { RIGHT, groupCells, groupColumns, groupNames, inReadingOrder, page } from './grouped.js';

const FORMS = {
  'by-deals': 'won of won and lost',
  broad: 'won of all that ended, also to marketing or filed',
  cohort: 'won of all, the open ones too',
  overdue: 'won of won, lost, overdue and old',
} as const;

/** Of deals picked by their closing none is open: the forms that count open ones have nothing to say. */
const COUNT_OPEN: readonly string[] = ['cohort', 'overdue'];

function forms(names: ReturnType<typeof groupNames>, by: 'cohort' | 'closed', row: WinRateRow): string[][] {
  const told = Object.entries(FORMS).filter(([form]) => by === 'cohort' || !COUNT_OPEN.includes(form));
  const counted = told.map(([form, about]) => {
    const { won, of, rate, low, high } = row.rates[form as keyof typeof FORMS]; // a key of FORMS
    return [form, about, countText(won), countText(of), percent(rate), intervalText(low, high)];
  });
  const valued = Object.entries(row.byValue).map(([currency, { won, of, rate }]) => [
    'by-value',
    `the same by value, ${currency}`,
    ...[won, of].map(withThousands),
    percent(rate),
    '-',
  ]);
  return [...counted.slice(0, 1), ...valued, ...counted.slice(1)].map((cells, index) => [
    ...(index === 0 ? groupCells(names, row) : names.map(() => '')),
    ...cells,
  ]);
}

function outcomesText(curve: readonly CurvePoint[]): string {
  return curveText('Outcomes by age', curve, (point) => [
    ['won', point.won, point.wonLow, point.wonHigh],
    ['lost', point.lost, point.lostLow, point.lostHigh],
    ['derailed', point.derailed],
    ['still\nopen', point.open, point.openLow, point.openHigh],
  ]);
}

function bandsText(bands: readonly ValueBand[]): string {
  if (bands.length < 2) return '';
  const drawn = table(
    [{ title: 'expected', ...RIGHT }, ...['won', 'lost', 'rate', '95 % interval'].map((title) => ({ title, ...RIGHT }))],
    bands.map(({ from, to, won, lost, rate, low, high }) => [
      from === null || to === null ? 'not known' : `${wholeText(from)} to ${wholeText(to)} ${from.currency}`,
      countText(won),
      countText(lost),
      percent(rate),
      intervalText(low, high),
    ]),
  );
  return `By what was expected of them when they ended\n\n${drawn}`;
}

function wholeText({ amount }: MoneyText): string {
  return withThousands(amount.replace(/\.00$/, ''));
}

function countsText({ n, won, lost, derailed, open, overdue, old }: WinRateRow): string {
  return `${dealsText(n)}: ${countText(won)} won, ${countText(lost)} lost, ${countText(derailed)} ended without a decision, ${countText(open)} open (${countText(overdue)} overdue, ${countText(old)} old).`;
}

export function winRateText({ basis, rows, behind }: WinRateAnswer): string {
  const names = groupNames(rows);
  const drawn = table(
    [
      ...groupColumns(names),
      { title: 'form' },
      { title: 'what it is', shrinks: true },
      ...['won', 'of', 'rate', '95 % interval'].map((title) => ({ title, ...RIGHT })),
    ],
    inReadingOrder(names, rows).flatMap((row) => forms(names, basis.by, row)),
  );
  const which =
    basis.period === null
      ? 'of all deals'
      : basis.by === 'cohort'
        ? `of the cohort ${basis.period.label} by ${basis.milestone}`
        : `of deals closed in ${basis.period.label}`;
  const only = names.length === 0 ? rows[0] : undefined;
  return page(
    `Win rates ${which}, as of ${instantText(basis.asOf, basis.timeZone)}`,
    drawn,
    only && countsText(only),
    only && bandsText(only.byBand),
    only && outcomesText(only.curve),
    behindText(behind, basis.timeZone),
    basisWords(basis, `Old is open for more than ${basis.oldAfter}; ages are from ${basis.milestone}.`),
  );
}
