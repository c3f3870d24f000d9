import type { MoneyText } from '../../../../libs/domain/shared/money.js';
import type {
  Actual,
  ForecastAnswer,
  ForecastFigures,
  ForecastHistoryAnswer,
  ForecastHistoryRow,
} from '../../../../libs/reporting/forecast-queries.js';
import { basisWords } from '../basis.js';
import { folded } from '../fold.js';
import { sparkline } from '../sparkline.js';
import { table } from '../table.js';
import { countText, daysText, dealsText, instantText, intervalText, moneyLines, percent, pointText, signedMoney } from '../text.js';
import { behindText } from './behind.js';
import { RIGHT, allCells, groupCells, groupColumns, groupLine, groupNames, inReadingOrder, page, valueText } from './grouped.js';

function methodOf(id: string): string {
  return id.split('/').at(-1) ?? id;
}

function periodWords({ period, timeZone }: ForecastAnswer['basis']): string {
  return period === null ? '' : `${period.label} (${daysText(period, timeZone)})`;
}

export function forecastText({ basis, rows, totals, noExpectedDate }: ForecastAnswer): string {
  const names = groupNames(rows);
  const unvalued = rows.some((row) => row.unvalued > 0);
  const unweighable = rows.some((row) => row.unweighable > 0);
  const cells = (row: ForecastFigures): string[] => [
    countText(row.deals),
    valueText(row),
    moneyLines(row.expected),
    countText(row.wonDeals),
    moneyLines(row.won),
    moneyLines(row.forecast),
    ...(unvalued ? [row.unvalued === 0 ? '' : countText(row.unvalued)] : []),
    ...(unweighable ? [row.unweighable === 0 ? '' : countText(row.unweighable)] : []),
  ];
  const drawn = table(
    [
      ...groupColumns(names),
      ...[
        'open',
        'value',
        'expected',
        'won',
        'value',
        'forecast',
        ...(unvalued ? ['no\nvalue'] : []),
        ...(unweighable ? ['no\nchance'] : []),
      ].map((title) => ({
        title,
        ...RIGHT,
      })),
    ],
    [
      ...inReadingOrder(names, rows).map((row) => [...groupCells(names, row), ...cells(row)]),
      ...(typeof totals !== 'string' && names.length > 0 ? [[...allCells(names), ...cells(totals)]] : []),
    ],
  );
  const nowhere =
    noExpectedDate.deals === 0
      ? ''
      : `In no period, having no expected decision date: ${countText(noExpectedDate.deals)} open deals${noExpectedDate.value.length === 0 ? '' : ` worth ${noExpectedDate.value.map((each) => moneyLines([each])).join(' and ')}`}.`;
  return page(
    `Forecast for ${periodWords(basis)} by ${methodOf(basis.method)}, as of ${instantText(basis.asOf, basis.timeZone)}`,
    typeof totals === 'string' ? totals : drawn,
    nowhere,
    basisWords(basis, 'Forecast is what is won in the period and what is expected of the open deals.'),
  );
}

function firstAmount(sums: readonly MoneyText[] | undefined): number | undefined {
  const [first] = sums ?? [];
  return first === undefined ? undefined : Number(first.amount);
}

function pointsTable({ basis, rows }: ForecastHistoryAnswer): string {
  const names = groupNames(rows);
  const read = inReadingOrder(names, rows, ({ at }) => at);
  const share = ({ absoluteShare }: ForecastHistoryRow): string => Object.values(absoluteShare).map(percent).join('\n');
  return table(
    [
      { title: 'at' },
      { title: 'days to\nthe end', ...RIGHT },
      ...groupColumns(names),
      ...['open', 'won', 'forecast', 'error', 'of what\ncame'].map((title) => ({ title, ...RIGHT })),
    ],
    read.map((row, index) => {
      const first = read[index - 1]?.at !== row.at;
      const { figures } = row;
      return [
        first ? pointText(row.at, basis.timeZone).slice(0, 16) : '',
        first ? row.horizonDays.toFixed(0) : '',
        ...groupCells(names, row),
        ...(figures === null
          ? ['?', '', 'not known yet', '', '']
          : [countText(figures.deals), moneyLines(figures.won), moneyLines(figures.forecast), signedMoney(row.error), share(row)]),
      ];
    }),
  );
}

function atCloseText(came: Actual['atClose'] | undefined): string {
  if (came === undefined) return '';
  return came === null ? 'not closed' : typeof came === 'string' ? came : moneyLines(came.won);
}

/** Forecasts of each group at a glance, beside what came. Of several currencies the first. */
function glance({ basis, rows, actual }: ForecastHistoryAnswer): string {
  const names = groupNames(rows);
  const lines = [...new Set(inReadingOrder(names, rows).map((row) => groupLine(names, row)))].map((name) => {
    const own = new Map(rows.filter((row) => groupLine(names, row) === name).map((row) => [row.at, firstAmount(row.figures?.forecast)]));
    const came = actual.find((each) => groupLine(names, each) === name);
    return [
      name,
      sparkline(basis.points.map((at) => own.get(at))),
      atCloseText(came?.atClose),
      came === undefined ? '' : moneyLines(came.now.won),
    ];
  });
  return table(
    [
      { title: 'forecast of', shrinks: true },
      { title: 'from first to last point' },
      { title: 'came, known\nat the close', ...RIGHT },
      { title: 'came, known\nnow', ...RIGHT },
    ],
    lines,
  );
}

function accuracyText({ accuracy, rows, basis }: ForecastHistoryAnswer): string {
  if (groupNames(rows).length === 0) return '';
  const drawn = table(
    [{ title: 'at' }, ...['days to the end', 'groups', 'currency', 'WAPE', 'bias', 'MAPE'].map((title) => ({ title, ...RIGHT }))],
    accuracy.map((each) => [
      pointText(each.at, basis.timeZone).slice(0, 16),
      each.horizonDays.toFixed(0),
      countText(each.n),
      each.currency,
      ...[each.wape, each.bias, each.mape].map(percent),
    ]),
  );
  return `Errors over all groups, by horizon (bias: + is over-forecast)\n\n${drawn}`;
}

function calibrationText({ calibration }: ForecastHistoryAnswer): string {
  if (calibration.length === 0) return '';
  const drawn = table(
    ['chance given', 'deals', 'mean chance', 'won', 'realised', '95 % interval'].map((title) => ({ title, ...RIGHT })),
    calibration.map((bucket) => [
      `${(bucket.from * 100).toFixed(0)}–${(bucket.to * 100).toFixed(0)} %`,
      countText(bucket.deals),
      percent(bucket.meanChance),
      countText(bucket.won),
      percent(bucket.realised),
      intervalText(bucket.low, bucket.high),
    ]),
  );
  return `Chances as given when the period began, against what became of the deals\n\n${drawn}`;
}

function realisationText({ realisation }: ForecastHistoryAnswer): string {
  if (realisation === null || realisation.deals === 0) return '';
  const { deals, won, wonInPeriod, lost, open, other, rate } = realisation;
  return folded(
    `Of ${dealsText(deals)} in the forecast when the period began, ${countText(won)} were won (${percent(rate)}; ${countText(wonInPeriod)} in the period), ${countText(lost)} lost, ${countText(open)} are open${other === 0 ? '' : `, ${countText(other)} ended otherwise`}.`,
  );
}

export function forecastHistoryText(answer: ForecastHistoryAnswer): string {
  const { basis } = answer;
  return page(
    `Forecast for ${periodWords(basis)} by ${methodOf(basis.method)}, as it stood each ${basis.step}, against what came`,
    pointsTable(answer),
    glance(answer),
    accuracyText(answer),
    calibrationText(answer),
    realisationText(answer),
    behindText(answer.behind, basis.timeZone),
    basisWords(basis, 'Error is forecast less what came, as known now.'),
  );
}
