import type { EpochMs } from '../domain/shared/instant.js';
import type { Random } from './random.js';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** The office opens at 7 and closes at 17, UTC, from Monday to Friday. */
const OPENS = 7;
const CLOSES = 17;

export function startOfDay(at: EpochMs): EpochMs {
  return Math.floor(at / DAY) * DAY;
}

export function isWorkday(at: EpochMs): boolean {
  const weekday = new Date(at).getUTCDay();
  return weekday !== 0 && weekday !== 6;
}

/** Whole seconds: nobody's clock is finer than that. */
function toSecond(at: number): EpochMs {
  return Math.ceil(at / 1000) * 1000;
}

/** The instant itself where somebody is at work, else some time of the next morning that is a workday. Never earlier. */
export function atWork(at: EpochMs, random: Random): EpochMs {
  const day = startOfDay(at);
  const hour = (at - day) / HOUR;
  if (isWorkday(at) && hour >= OPENS && hour < CLOSES) return toSecond(at);
  let next = hour < OPENS ? day : day + DAY;
  while (!isWorkday(next)) next += DAY;
  return toSecond(next + (OPENS + random.between(0, 3)) * HOUR);
}

/** So many days on, and then at work. */
export function later(at: EpochMs, days: number, random: Random): EpochMs {
  return atWork(at + Math.max(1 / 48, days) * DAY, random);
}

/** How many requests come in on a day, as a share of an ordinary one: fewer in July and December, more on Mondays, more each year. */
export function inflow(day: EpochMs, begins: EpochMs): number {
  if (!isWorkday(day)) return 0;
  const date = new Date(day);
  const season = [1.05, 1.1, 1.15, 1.05, 1, 0.9, 0.45, 0.85, 1.2, 1.2, 1.1, 0.55][date.getUTCMonth()] ?? 1;
  const weekday = date.getUTCDay() === 1 ? 1.3 : date.getUTCDay() === 5 ? 0.8 : 1;
  const years = (day - begins) / (365 * DAY);
  return season * weekday * (1 + 0.12 * years);
}
