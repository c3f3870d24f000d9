import type { CalibrationAnswer, CalibrationRow } from '../../../../libs/reporting/forecast-queries.js';
import { basisWords } from '../basis.js';
import { table } from '../table.js';
import { countText, daysText, moneyLines, percent } from '../text.js';
import { RIGHT, groupCells, groupColumns, groupNames, inReadingOrder, page } from './grouped.js';

function cells(row: CalibrationRow): string[] {
  return [
    countText(row.periods),
    row.without === 0 ? '' : countText(row.without),
    moneyLines([row.forecast]),
    moneyLines([row.actual]),
    percent(row.bias),
    percent(row.wape),
    percent(row.realised),
    `${countText(row.over)} / ${countText(row.under)}`,
  ];
}

/** Of a currency in which somebody forecast nothing and nothing came there is nothing to tell, unless it is all that there is of them. */
function isTold(rows: readonly CalibrationRow[]): (row: CalibrationRow) => boolean {
  const isNothing = ({ periods, actual }: CalibrationRow): boolean => periods === 0 && Number(actual.amount) === 0;
  const keyOf = ({ group }: CalibrationRow): string => JSON.stringify(group);
  const others = new Set(rows.filter((row) => !isNothing(row)).map(keyOf));
  return (row) => !isNothing(row) || !others.has(keyOf(row));
}

const HEADS = ['periods', 'with-\nout', 'forecast', 'came', 'bias', 'WAPE', 'came of\nforecast', 'over /\nunder'];

export function calibrationReportText({ basis, rows }: CalibrationAnswer): string {
  const names = groupNames(rows);
  const days = basis.period === null ? '' : `${basis.period.label} (${daysText(basis.period, basis.timeZone)})`;
  return page(
    `Forecasts by ${basis.method.split('/').at(-1) ?? ''} against what came, ${days}`,
    rows.length === 0
      ? 'Nobody forecast anything, and nothing came.'
      : table(
          [...groupColumns(names), ...HEADS.map((title) => ({ title, ...RIGHT }))],
          inReadingOrder(names, rows)
            .filter(isTold(rows))
            .map((row) => [...groupCells(names, row), ...cells(row)]),
        ),
    basisWords(basis, `Each forecast as it stood at ${horizonWords(basis.horizon)}. Bias: + is over-forecast.`),
  );
}

function horizonWords(horizon: string): string {
  return /^\d/.test(horizon) ? `${horizon} before the end of its period` : `${horizon} of its period`;
}
