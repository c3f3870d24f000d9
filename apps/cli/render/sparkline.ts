const BARS = '▁▂▃▄▅▆▇█';
const WIDEST = 60;

/** A series at a glance, from 0 to its highest point; what is not known is a gap. Longer ones show every n-th point and the last. */
export function sparkline(values: readonly (number | undefined)[], width = WIDEST): string {
  const every = Math.ceil(values.length / width);
  const shown = values.filter((_, index) => index % every === 0 || index === values.length - 1);
  const known = shown.filter((each) => each !== undefined);
  const least = Math.min(0, ...known);
  const most = Math.max(0, ...known);
  const bar = (each: number): string =>
    most === least ? (BARS[0] ?? '') : (BARS[Math.round(((each - least) / (most - least)) * (BARS.length - 1))] ?? '');
  return shown.map((each) => (each === undefined ? ' ' : bar(each))).join('');
}
