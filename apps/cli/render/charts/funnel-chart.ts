import { scaleBand, scaleLinear } from 'd3-scale';
import type { FunnelAnswer, FunnelRow } from '../../../../libs/reporting/flow-queries.js';
import { NoChart } from '../formats.js';
import { groupLine, groupNames } from '../reports/grouped.js';
import { countText, dealsText, percent, secondsText } from '../text.js';
import { colour, INK, slide } from './page.js';
import type { Area } from './page.js';
import { line, rect, text, widthOf } from './svg.js';

/** Bars thinner than their figures cannot be read. */
const THINNEST = 9;

function stepName({ pipeline, label, milestone }: FunnelRow, pipelines: boolean): string {
  return pipelines && pipeline !== undefined ? `${pipeline}: ${label ?? milestone}` : (label ?? milestone);
}

/** Bars of the share of the cohort that came to each step, with its 95 % interval; one bar of each group. @throws NoChart for too many groups */
export function funnelChart({ basis, rows, maturity }: FunnelAnswer): string {
  const groupings = groupNames(rows);
  const groups = [...new Set(rows.map((row) => groupLine(groupings, row)))];
  const pipelines = new Set(rows.flatMap(({ pipeline }) => pipeline ?? [])).size > 1;
  const steps = [...new Set(rows.map((row) => stepName(row, pipelines)))];
  const n = maturity.reduce((sum, each) => sum + each.n, 0);
  const closed = maturity.reduce((sum, each) => sum + each.closed, 0);

  function draw({ left, right, top, bottom }: Area): string {
    const start = Math.max(left, 60 + Math.max(0, ...steps.map((step) => widthOf(step, 16))));
    const end = right - 230;
    const bands = scaleBand(steps, [top, bottom]).padding(0.25);
    const within = scaleBand(groups, [0, bands.bandwidth()]).padding(groups.length > 1 ? 0.08 : 0);
    if (within.bandwidth() < THINNEST)
      throw new NoChart(
        `a chart has no room for ${groups.length} groups at ${steps.length} steps: take fewer by a filter, or ask without --group-by`,
      );
    const x = scaleLinear([0, 1], [start, end]);
    const ticks = [0, 0.25, 0.5, 0.75, 1].map(
      (tick) =>
        line(x(tick), top, x(tick), bottom, { stroke: tick === 0 ? INK.axis : INK.rule }) +
        text(x(tick), bottom + 22, `${tick * 100} %`, { anchor: 'middle', fill: INK.quiet }),
    );
    const names = steps.map((step) =>
      text(start - 14, (bands(step) ?? 0) + bands.bandwidth() / 2 + 5, step, { size: 16, anchor: 'end', fill: INK.text }),
    );
    const bars = rows.map((row) => {
      const group = groupLine(groupings, row);
      const y = (bands(stepName(row, pipelines)) ?? 0) + (within(group) ?? 0);
      const height = within.bandwidth();
      const middle = y + height / 2;
      const share = row.conversionFromStart ?? 0;
      const interval =
        row.low === null || row.high === null || share === 1
          ? ''
          : line(x(row.low), middle, x(row.high), middle, { stroke: INK.text, 'stroke-width': 1.5 }) +
            [row.low, row.high]
              .map((edge) => line(x(edge), middle - 5, x(edge), middle + 5, { stroke: INK.text, 'stroke-width': 1.5 }))
              .join('');
      const skipped = row.skippedIn === 0 ? '' : `, ${countText(row.skippedIn)} skipped in`;
      const size = Math.max(10, Math.min(15, height));
      const label = `${countText(row.deals)} · ${percent(row.conversionFromStart)}${groups.length > 2 ? '' : skipped}`;
      return (
        rect(start, y, x(share) - start, height, { fill: colour(groups.indexOf(group)), rx: 2 }) +
        interval +
        text(x(Math.max(share, row.high ?? 0)) + 12, middle + size / 3, label, { size, fill: INK.text })
      );
    });
    return [
      ...ticks,
      ...names,
      ...bars,
      text((start + end) / 2, bottom + 44, 'share of the cohort, with its 95 % interval', { anchor: 'middle', fill: INK.quiet }),
    ].join('');
  }

  const within = basis.within === null ? '' : ` within ${basis.within}`;
  return slide({
    title: `Funnel of the cohort ${basis.period?.label ?? ''} by ${basis.milestone.replace(/^stage:/, '')}`,
    subtitle: `${dealsText(n)}, mode ${basis.mode}${within}, as of ${secondsText(basis.asOf, basis.timeZone)}; the outcome of ${countText(closed)} is known`,
    basis,
    legend: groups.length > 1 ? groups.map((name, index) => ({ name, colour: colour(index) })) : [],
    draw,
  });
}
