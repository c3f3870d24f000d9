import { scaleLinear, scaleTime } from 'd3-scale';
import { area as areaOf, stack } from 'd3-shape';
import type { SeriesAnswer } from '../../../../libs/reporting/queries.js';
import { groupLine, groupNames } from '../reports/grouped.js';
import { secondsText } from '../text.js';
import { dayName, nameAxis, valueAxis } from './axes.js';
import { colour, INK, slide } from './page.js';
import type { Area } from './page.js';
import { element, rect, text } from './svg.js';

/** Layers that can be told apart; the smallest of more are one. */
const MOST_LAYERS = 7;
const OTHERS = 'all others';

interface Layers {
  readonly names: readonly string[];
  /** At each point the deals of each layer; null where nothing was known yet. */
  readonly points: readonly (Readonly<Record<string, number>> | null)[];
}

function layersOf({ rows, points }: SeriesAnswer): Layers {
  const groupings = groupNames(rows);
  const totals = new Map<string, number>();
  for (const row of rows) totals.set(groupLine(groupings, row), (totals.get(groupLine(groupings, row)) ?? 0) + row.deals);
  const names = [...totals.keys()];
  const kept =
    names.length <= MOST_LAYERS + 1
      ? names
      : names.filter((name) => [...totals.values()].filter((total) => total > (totals.get(name) ?? 0)).length < MOST_LAYERS);
  const shown = kept.length === names.length ? names : [...kept, OTHERS];
  return {
    names: shown,
    points: points.map(({ at, totals: known }) => {
      if (typeof known === 'string') return null;
      const deals: Record<string, number> = Object.fromEntries(shown.map((name) => [name, 0]));
      for (const row of rows) {
        if (row.at !== at) continue;
        const name = groupLine(groupings, row);
        const layer = name in deals ? name : OTHERS;
        deals[layer] = (deals[layer] ?? 0) + row.deals;
      }
      return deals;
    }),
  };
}

/** How many deals each group held, one above the other, from the first point to the last. */
export function seriesChart(answer: SeriesAnswer): string {
  const { basis, points } = answer;
  const { names, points: counts } = layersOf(answer);
  const instants = points.map(({ at }) => Date.parse(at));
  const at = (index: number): string => secondsText(points.at(index)?.at ?? '', basis.timeZone);

  function draw(area: Area): string {
    const { left, right, top, bottom } = area;
    const x = scaleTime([instants[0] ?? 0, instants.at(-1) ?? 1], [left, right]);
    const highest = Math.max(1, ...counts.map((each) => (each === null ? 0 : Object.values(each).reduce((sum, count) => sum + count, 0))));
    const y = scaleLinear([0, highest], [bottom, top]).nice();
    const layers = stack<Readonly<Record<string, number>> | null>()
      .keys(names)
      .value((point, name) => point?.[name] ?? 0)(counts);
    const shapes = layers.map((layer, index) => {
      const path = areaOf<(typeof layer)[number]>()
        .defined((_, point) => counts[point] !== null)
        .x((_, point) => x(instants[point] ?? 0))
        .y0(([low]) => y(low))
        .y1(([, high]) => y(high))(layer);
      return element('path', { d: path ?? '', fill: colour(index), 'fill-opacity': 0.85, stroke: INK.ground, 'stroke-width': 1 });
    });
    const unknown = counts.findIndex((each) => each !== null);
    const gap =
      unknown > 0
        ? rect(left, top, x(instants[unknown] ?? 0) - left, bottom - top, { fill: '#f5f7fa' }) +
          text((left + x(instants[unknown] ?? 0)) / 2, (top + bottom) / 2, 'not known yet', { anchor: 'middle', fill: INK.quiet })
        : '';
    const days = points.map((point) => dayName(point.at, basis.timeZone));
    return gap + valueAxis(y, area, 'deals') + shapes.join('') + nameAxis(days, (index) => x(instants[index] ?? 0), area);
  }

  return slide({
    title: `Pipeline by ${groupNames(answer.rows).join(' and ') || 'all deals'}`,
    subtitle: `Deals from ${at(0)} to ${at(-1)}, by ${basis.step}${basis.known === 'then' ? ', as known at each point' : ''}`,
    basis,
    legend: names.map((name, index) => ({ name, colour: colour(index) })),
    draw,
  });
}
