import type { EffectiveInstant } from '../stream-kind.js';
import type { EpochMs } from './instant.js';
import { BEGINNING_OF_TIME } from './instant.js';

/** An instant ahead of the clock by no more than this is a clock's error, not a claim about the future (design section 2). */
export const CLOCK_SKEW_MS = 2_000;

/** A deal's fact: as asked, within the skew clamped to the clock; else the later of the clock and the deal's latest fact. */
export function dealInstant(
  asked: EpochMs | undefined,
  clock: { readonly now: EpochMs; readonly latestAt: EpochMs | null },
): EffectiveInstant {
  const { now, latestAt } = clock;
  const floor = Math.max(now, latestAt ?? now);
  if (asked === undefined) return { at: floor, dated: true };
  // Clamped, yet never before the deal's latest fact, which a clock that stepped back may have left ahead of us.
  if (asked > now && asked <= now + CLOCK_SKEW_MS) return { at: Math.min(asked, floor), dated: true };
  return { at: asked, dated: true };
}

/** A fact of anything else: as asked; without a date the first known value counts from the beginning of time, a later one from now. */
export function dimensionInstant(asked: EpochMs | undefined, now: EpochMs, firstKnown: boolean): EffectiveInstant {
  if (asked !== undefined) return { at: asked, dated: true };
  return firstKnown ? { at: BEGINNING_OF_TIME, dated: false } : { at: now, dated: true };
}
