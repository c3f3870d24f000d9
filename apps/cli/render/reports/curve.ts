import { table } from '../table.js';
import { countText, intervalText, percent } from '../text.js';
import { RIGHT } from './grouped.js';

/** Ages in weeks at which a curve is told in a terminal, beside its last; the JSON has every week. */
const WEEKS = [4, 8, 13, 26, 39, 52, 78, 104];

/** A share of a curve, and its band where that is told. */
type Shares = readonly (readonly [title: string, share: number, low?: number, high?: number])[];

/** How shares grow with age: a table of a few of its points. Empty where nothing was as old. */
export function curveText<Point extends { readonly age: number; readonly atRisk: number }>(
  title: string,
  curve: readonly Point[],
  sharesOf: (point: Point) => Shares,
): string {
  const told = curve.filter(({ age }, index) => age > 0 && (WEEKS.includes(age / 7) || index === curve.length - 1));
  const [first] = told;
  if (first === undefined) return '';
  const titles = sharesOf(first).flatMap(([name, , low]) => (low === undefined ? [name] : [name, '95 %']));
  const drawn = table(
    ['age', 'at risk', ...titles].map((name) => ({ title: name, ...RIGHT })),
    told.map((point) => [
      `${point.age / 7} weeks`,
      countText(point.atRisk),
      ...sharesOf(point).flatMap(([, share, low, high]) =>
        low === undefined ? [percent(share)] : [percent(share), intervalText(low, high ?? null)],
      ),
    ]),
  );
  return `${title}\n\n${drawn}`;
}
