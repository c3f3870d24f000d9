import { TimeNotUnderstood } from './report-zone.js';

const DAY = 86_400_000;
const UNITS: Readonly<Record<string, number>> = { h: DAY / 24, d: DAY, w: 7 * DAY, m: 30 * DAY, q: 91 * DAY, y: 365 * DAY };

/** `90d`, `12w`, `6m` (months of 30 days), `1y` (of 365): an age is the same length for every deal, so no calendar is asked. In ms. @throws TimeNotUnderstood */
export function parseAge(text: string): number {
  const match = /^(\d{1,5})([hdwmqy])$/.exec(text.trim());
  const unit = UNITS[match?.[2] ?? ''];
  if (match === null || unit === undefined) throw new TimeNotUnderstood(`'${text}' is no age; say it like 90d, 12w, 6m (of 30 days) or 1y`);
  return Number(match[1]) * unit;
}
