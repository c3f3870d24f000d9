import type { Basis } from '../../../../libs/reporting/queries.js';
import { folded } from '../fold.js';
import { countText, instantText } from '../text.js';
import { element, line, rect, text, widthOf } from './svg.js';

/** A slide of 16 to 9. */
export const SLIDE = { width: 1280, height: 720 } as const;

export const INK = { text: '#1f2933', quiet: '#616e7c', rule: '#e4e7eb', axis: '#9aa5b1', ground: '#ffffff' } as const;

/** Of Okabe and Ito: told apart by who sees colours differently, and in grey. */
export const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#8c6d31', '#7f7f7f'] as const;

export function colour(index: number): string {
  return COLOURS[index % COLOURS.length] ?? COLOURS[0];
}

/** Where a chart is drawn. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Entry {
  readonly name: string;
  readonly colour: string;
  readonly shape?: 'box' | 'line' | 'dashes';
}

const LEGEND_ROW = 24;

/** The entries side by side, in as many rows as they need. */
function legendText(entries: readonly Entry[], y: number): { readonly drawn: string; readonly rows: number } {
  const [left, right] = [50, SLIDE.width - 50];
  let [x, row] = [left, 0];
  const drawn = entries.map(({ name, colour: fill, shape = 'box' }) => {
    const room = (shape === 'box' ? 20 : 28) + widthOf(name, 14);
    if (x > left && x + room > right) [x, row] = [left, row + 1];
    const [from, base] = [x, y + row * LEGEND_ROW];
    x += room + 24;
    const mark =
      shape === 'box'
        ? rect(from, base - 11, 14, 14, { fill, rx: 2 })
        : line(from, base - 4, from + 22, base - 4, {
            stroke: fill,
            'stroke-width': 3,
            'stroke-dasharray': shape === 'dashes' ? '6 4' : undefined,
          });
    return mark + text(from + (shape === 'box' ? 20 : 28), base, name, { size: 14, fill: INK.text });
  });
  return { drawn: drawn.join(''), rows: entries.length === 0 ? 0 : row + 1 };
}

const FOOTER_SIZE = 12;
/** Letters of a footer's line. */
const FOOTER_WIDTH = 185;

/** What the chart stands on, so that a slide can be asked for again, and what its data cannot tell. */
function footerLines(basis: Basis): string[] {
  const { asOf, knownAt, position, log, timeZone, n, method, scope, marks } = basis;
  const only = Object.entries(scope.filters).map(([name, values]) => `${name} ${(values ?? []).join(' or ')}`);
  if (scope.closing) only.push(`closing from ${scope.closing.from} to before ${scope.closing.to}`);
  const words = [
    `As of ${instantText(asOf, timeZone)}`,
    `known at ${knownAt === null ? 'no time' : instantText(knownAt, timeZone)} (position ${countText(Number(position))} of log ${log.slice(0, 8)})`,
    ...(only.length === 0 ? [] : [`only ${only.join(', ')}`]),
    `n = ${countText(n)}`,
    method,
    timeZone,
  ];
  return [words.join(' · '), ...marks.map((mark) => `! ${mark}`)].flatMap((words) => folded(words, FOOTER_WIDTH).split('\n'));
}

export interface Chart {
  readonly title: string;
  readonly subtitle: string;
  readonly basis: Basis;
  readonly legend?: readonly Entry[];
  draw(area: Area): string;
}

/** A whole slide: title, legend, the chart, and its basis at the foot. */
export function slide({ title, subtitle, basis, legend = [], draw }: Chart): string {
  const { width, height } = SLIDE;
  const footer = footerLines(basis);
  const foot = height - 20 - (footer.length - 1) * (FOOTER_SIZE + 4);
  const key = legendText(legend, 122);
  const area = { left: 110, right: width - 60, top: 126 + key.rows * LEGEND_ROW, bottom: foot - 80 };
  return `${element(
    'svg',
    {
      ...{ xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title },
      'font-family': "'Inter', 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif",
    },
    rect(0, 0, width, height, { fill: INK.ground }),
    text(50, 58, title, { size: 28, weight: 600, fill: INK.text }),
    text(50, 88, subtitle, { size: 16, fill: INK.quiet }),
    key.drawn,
    draw(area),
    line(50, foot - 24, width - 50, foot - 24, { stroke: INK.rule }),
    ...footer.map((words, index) => text(50, foot + index * (FOOTER_SIZE + 4), words, { size: FOOTER_SIZE, fill: INK.quiet })),
  )}\n`;
}
