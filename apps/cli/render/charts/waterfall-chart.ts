import { scaleBand, scaleLinear } from 'd3-scale';
import type { WaterfallAnswer, WaterfallRow } from '../../../../libs/reporting/queries.js';
import { groupLine, groupNames } from '../reports/grouped.js';
import { heading, plus, secondsText } from '../text.js';
import { shortNumber, valueAxis } from './axes.js';
import { INK, slide } from './page.js';
import type { Area } from './page.js';
import { line, rect, text } from './svg.js';
import { NoChart } from '../formats.js';

const END = '#52606d';
const MORE = '#009e73';
const LESS = '#d55e00';

interface Step {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly end: boolean;
}

function isEnd({ bucket }: WaterfallRow): boolean {
  return bucket === 'opening' || bucket === 'closing';
}

/** The bridge in one currency, or in deals where no value is known. */
function stepsOf(rows: readonly WaterfallRow[], currency: string | undefined): Step[] {
  const amountOf = ({ deals, value }: WaterfallRow): number =>
    currency === undefined ? deals : Number(value.find((sum) => sum.currency === currency)?.amount ?? 0);
  let level = 0;
  return rows.flatMap((row): Step[] => {
    const amount = amountOf(row);
    if (isEnd(row)) {
      level = amount;
      return [{ name: row.bucket, from: 0, to: amount, end: true }];
    }
    if (amount === 0) return [];
    const from = level;
    level += amount;
    return [{ name: heading(row.bucket), from, to: level, end: false }];
  });
}

/** @throws NoChart where several waterfalls or several currencies were asked for: one chart is one bridge */
export function waterfallChart({ basis, rows }: WaterfallAnswer): string {
  const groupings = groupNames(rows);
  if (new Set(rows.map((row) => groupLine(groupings, row))).size > 1)
    throw new NoChart('a chart holds one waterfall: ask without --group-by, or for one group by a filter');
  const currencies = [...new Set(rows.flatMap(({ value }) => value.map(({ currency }) => currency)))];
  if (currencies.length > 1)
    throw new NoChart(`a chart holds one currency and this answer ${currencies.join(', ')}: take --convert-to, or --currency`);
  const steps = stepsOf(rows, currencies[0]);

  function draw(area: Area): string {
    const { left, right, top, bottom } = area;
    const levels = steps.flatMap(({ from, to }) => [from, to]);
    const y = scaleLinear([Math.min(0, ...levels), Math.max(1, ...levels)], [bottom, top]).nice();
    const bands = scaleBand(
      steps.map(({ name }) => name),
      [left, right],
    ).padding(0.3);
    const bars = steps.map(({ name, from, to, end }, index) => {
      const x = bands(name) ?? 0;
      const above = Math.min(y(from), y(to));
      const next = steps[index + 1];
      const link =
        next === undefined
          ? ''
          : line(x + bands.bandwidth(), y(to), bands(next.name) ?? 0, y(to), { stroke: INK.axis, 'stroke-dasharray': '3 3' });
      const label = end ? shortNumber(to) : plus(shortNumber(to - from));
      const size = Math.min(15, bands.bandwidth() / 4.2);
      return (
        rect(x, above, bands.bandwidth(), Math.max(1, Math.abs(y(from) - y(to))), { fill: end ? END : to > from ? MORE : LESS, rx: 2 }) +
        link +
        text(x + bands.bandwidth() / 2, above - 8, label, { size, anchor: 'middle', weight: 600, fill: INK.text }) +
        text(x + bands.bandwidth() / 2, bottom + 24, name, { size: Math.min(14, bands.bandwidth() / 5), anchor: 'middle', fill: INK.quiet })
      );
    });
    return valueAxis(y, area, currencies[0] ?? 'deals') + bars.join('');
  }

  const { from, to, timeZone } = basis;
  return slide({
    title: 'What moved the open pipeline',
    subtitle: `From ${secondsText(from, timeZone)} to ${secondsText(to, timeZone)}, ${currencies[0] ?? 'deals'}, ${basis.method.endsWith('/ends') ? 'by what differs at both ends' : 'every move at its cause'}`,
    basis,
    legend: [
      { name: 'at both ends', colour: END },
      { name: 'more', colour: MORE },
      { name: 'less', colour: LESS },
    ],
    draw,
  });
}
