import { DateTime } from 'luxon';
import type { ScaleContinuousNumeric } from 'd3-scale';
import { withThousands } from '../text.js';
import type { Area } from './page.js';
import { INK } from './page.js';
import { line, text, widthOf } from './svg.js';

/** 1,250,000 reads 1.25 M: three digits are what a slide needs, the tables have the cents. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  const [unit, by] = size >= 1e9 ? ['B', 1e9] : size >= 1e6 ? ['M', 1e6] : size >= 1e4 ? ['k', 1e3] : ['', 1];
  const digits = String(Number((value / by).toPrecision(3)));
  return `${withThousands(digits)}${unit === '' ? '' : ` ${unit}`}`;
}

type Numeric = Pick<ScaleContinuousNumeric<number, number>, 'ticks'> & ((value: number) => number);

/** Horizontal rules with their figures, and what they are figures of. */
export function valueAxis(scale: Numeric, { left, right, top, bottom }: Area, about: string): string {
  const rules = scale
    .ticks(6)
    .map(
      (tick) =>
        line(left, scale(tick), right, scale(tick), { stroke: tick === 0 ? INK.axis : INK.rule }) +
        text(left - 12, scale(tick) + 5, shortNumber(tick), { anchor: 'end', fill: INK.quiet }),
    );
  return rules.join('') + text(32, (top + bottom) / 2, about, { anchor: 'middle', fill: INK.quiet, turn: -90 });
}

/** Names under their places; where they are too many, those that have room, the first and the last always. */
export function nameAxis(names: readonly string[], xOf: (index: number) => number, { bottom }: Area): string {
  const room = Math.max(0, ...names.map((name) => widthOf(name, 14))) + 16;
  const last = names.length - 1;
  let free = -Infinity;
  return names
    .map((name, index) => {
      const x = xOf(index);
      if (index !== last && (x < free || xOf(last) - x < room)) return '';
      free = x + room;
      return text(x, bottom + 24, name, { anchor: 'middle', fill: INK.quiet });
    })
    .join('');
}

/** An instant on an axis: the day it ends, or the minute. */
export function dayName(iso: string, timeZone: string): string {
  return DateTime.fromISO(iso, { zone: timeZone }).toFormat('yyyy-MM-dd');
}
