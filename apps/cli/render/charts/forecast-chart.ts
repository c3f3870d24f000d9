import { scaleLinear, scaleTime } from 'd3-scale';
import { area as areaOf, curveStepAfter, line as lineOf } from 'd3-shape';
import type { ForecastHistoryAnswer } from '../../../../libs/reporting/forecast-queries.js';
import type { MoneyText } from '../../../../libs/domain/shared/money.js';
import { NoChart } from '../formats.js';
import { groupLine, groupNames } from '../reports/grouped.js';
import { daysText } from '../text.js';
import { dayName, nameAxis, shortNumber, valueAxis } from './axes.js';
import { COLOURS, INK, slide } from './page.js';
import type { Area } from './page.js';
import { element, line, text } from './svg.js';

const [FORECAST, CAME, , , , , , ATCLOSE] = COLOURS;

function amount(sums: readonly MoneyText[] | undefined, currency: string): number {
  return Number(sums?.find((sum) => sum.currency === currency)?.amount ?? 0);
}

/** @throws NoChart where it was asked by groups or is in several currencies */
export function forecastHistoryChart({ basis, rows, actual, finished }: ForecastHistoryAnswer): string {
  const groupings = groupNames(rows);
  if (groupings.length > 0 && new Set(rows.map((row) => groupLine(groupings, row))).size > 1)
    throw new NoChart('a chart holds one forecast: ask without --group-by, or for one group by a filter');
  const currencies = [...new Set(rows.flatMap(({ figures }) => (figures?.forecast ?? []).map(({ currency }) => currency)))];
  if (currencies.length > 1)
    throw new NoChart(`a chart holds one currency and this answer ${currencies.join(', ')}: take --convert-to, or --currency`);
  const [currency = 'nothing'] = currencies;
  const points = rows.map(({ at, figures }) => ({
    at: Date.parse(at),
    forecast: figures === null ? null : amount(figures.forecast, currency),
    won: figures === null ? null : amount(figures.won, currency),
  }));
  const [came] = actual;
  const now = amount(came?.now.won, currency);
  const close = came?.atClose;
  const atClose = close === undefined || close === null || typeof close === 'string' ? null : amount(close.won, currency);
  const period = basis.period;

  function draw(area: Area): string {
    const { left, right, top, bottom } = area;
    const x = scaleTime([points[0]?.at ?? 0, points.at(-1)?.at ?? 1], [left, right]);
    const y = scaleLinear([0, Math.max(1, now, ...points.map(({ forecast }) => forecast ?? 0))], [bottom, top]).nice();
    type Point = (typeof points)[number];
    const forecast = lineOf<Point>()
      .defined((point) => point.forecast !== null)
      .x((point) => x(point.at))
      .y((point) => y(point.forecast ?? 0))
      .curve(curveStepAfter)(points);
    const won = areaOf<Point>()
      .defined((point) => point.won !== null)
      .x((point) => x(point.at))
      .y0(y(0))
      .y1((point) => y(point.won ?? 0))
      .curve(curveStepAfter)(points);
    const begins = period === null ? null : Date.parse(period.from);
    const start =
      begins === null || begins <= (points[0]?.at ?? 0)
        ? ''
        : line(x(begins), top, x(begins), bottom, { stroke: INK.axis, 'stroke-dasharray': '2 4' }) +
          text(x(begins) + 8, top + 4, 'the period begins', { fill: INK.quiet, size: 13 });
    const level = (value: number, stroke: string): string =>
      line(left, y(value), right, y(value), { stroke, 'stroke-width': 2, 'stroke-dasharray': '6 4' });
    const days = points.map(({ at }) => dayName(new Date(at).toISOString(), basis.timeZone));
    return [
      valueAxis(y, area, currency),
      element('path', { d: won ?? '', fill: CAME, 'fill-opacity': 0.3 }),
      start,
      atClose !== null && atClose !== now ? level(atClose, ATCLOSE ?? INK.axis) : '',
      level(now, CAME ?? INK.axis),
      text(left + 8, y(now) - 8, `${finished ? 'came' : 'came so far'} ${shortNumber(now)} ${currency}`, { weight: 600, fill: INK.text }),
      element('path', { d: forecast ?? '', fill: 'none', stroke: FORECAST, 'stroke-width': 3 }),
      nameAxis(days, (index) => x(points[index]?.at ?? 0), area),
    ].join('');
  }

  return slide({
    title: `Forecast for ${period?.label ?? ''} as it stood, against what came`,
    subtitle: `${period === null ? '' : daysText(period, basis.timeZone)}, method ${basis.method.split('/').at(-1) ?? ''}, ${basis.known === 'then' ? 'each point as known then' : 'as known now about each point'}`,
    basis: { ...basis },
    legend: [
      { name: 'forecast', colour: FORECAST ?? INK.text, shape: 'line' },
      { name: 'won by then', colour: `${CAME ?? ''}` },
      { name: finished ? 'came, as known now' : 'came so far', colour: CAME ?? INK.text, shape: 'dashes' },
      ...(atClose !== null && atClose !== now
        ? [{ name: 'came, as known at the close', colour: ATCLOSE ?? INK.text, shape: 'dashes' as const }]
        : []),
    ],
    draw,
  });
}
