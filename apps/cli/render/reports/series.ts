import type { SeriesAnswer } from '../../../../libs/reporting/queries.js';
import { basisWords } from '../basis.js';
import { sparkline } from '../sparkline.js';
import { table } from '../table.js';
import { countText, instantText, pointText } from '../text.js';
import {
  RIGHT,
  allOf,
  figureCells,
  figureColumns,
  groupCells,
  groupColumns,
  groupLine,
  groupNames,
  hasWeights,
  inReadingOrder,
  page,
} from './grouped.js';

/** More groups than this are no glance. */
const MOST_LINES = 12;

/** Each group at a glance: how many deals it held at every point. Points at which nothing was known are gaps. */
function glance({ rows, points }: SeriesAnswer): string {
  const names = groupNames(rows);
  const groups = new Map(inReadingOrder(names, rows).map((row) => [groupLine(names, row), row]));
  const known = points.map(({ totals }) => typeof totals !== 'string');
  const lines = [...groups.keys()].map((name) => {
    const own = new Map(rows.filter((row) => groupLine(names, row) === name).map((row) => [row.at, row.deals]));
    return [name, points.map(({ at }, index) => (known[index] ? (own.get(at) ?? 0) : undefined))] as const;
  });
  const all = points.map(({ totals }) => allOf(totals)?.deals);
  const told = lines.length > MOST_LINES || names.length === 0 ? [] : lines;
  const ends = (counts: readonly (number | undefined)[], index: number): string => {
    const count = counts.at(index);
    return count === undefined ? '?' : countText(count);
  };
  return table(
    [
      { title: 'deals of', shrinks: true },
      { title: 'first', ...RIGHT },
      { title: 'from first to last point' },
      { title: 'last', ...RIGHT },
    ],
    [...told, ['all', all] as const].map(([name, counts]) => [name, ends(counts, 0), sparkline(counts), ends(counts, -1)]),
  );
}

export function seriesText(answer: SeriesAnswer): string {
  const { basis, rows, points } = answer;
  const names = groupNames(rows);
  const weighted = hasWeights(rows);
  const unvalued = rows.some((row) => row.unvalued > 0);
  const drawn = table(
    [{ title: 'at' }, ...groupColumns(names), ...figureColumns(weighted, unvalued)],
    points
      .flatMap(({ at, totals }) => {
        const own = inReadingOrder(
          names,
          rows.filter((row) => row.at === at),
        );
        const name = pointText(at, basis.timeZone);
        if (own.length === 0)
          return [[name, ...names.map(() => ''), typeof totals === 'string' ? '?' : '0', typeof totals === 'string' ? totals : '']];
        return own.map((row, index) => [index === 0 ? name : '', ...groupCells(names, row), ...figureCells(row, weighted, unvalued)]);
      })
      .map((cells) => [...cells, ...Array.from({ length: Math.max(0, 3 + names.length - cells.length) }, () => '')]),
  );
  const at = (index: number): string => instantText(points.at(index)?.at ?? '', basis.timeZone);
  return page(`Pipeline from ${at(0)} to ${at(-1)}, by ${basis.step}`, drawn, glance(answer), basisWords(basis));
}
