import type { DealInterval } from '../rows.js';

/** Deals that have ended, as what comes is reckoned from: how many were won, and what of it. */
export interface Ended {
  won: number;
  lost: number;
  /** Won deals with a value, by currency. */
  readonly wins: Map<string, { deals: number; minor: number }>;
}

export function nothingEnded(): Ended {
  return { won: 0, lost: 0, wins: new Map() };
}

export function addEnded(ended: Ended, { status, valueMinor, currency }: Pick<DealInterval, 'status' | 'valueMinor' | 'currency'>): void {
  if (status === 'lost') ended.lost += 1;
  if (status !== 'won') return;
  ended.won += 1;
  if (valueMinor === null || currency === null) return;
  const { deals, minor } = ended.wins.get(currency) ?? { deals: 0, minor: 0 };
  ended.wins.set(currency, { deals: deals + 1, minor: minor + valueMinor });
}

/** In minor units; null where nothing of that currency was won. */
export function averageWon({ wins }: Ended, currency: string): number | null {
  const of = wins.get(currency);
  return of === undefined || of.minor <= 0 ? null : of.minor / of.deals;
}

export function winRateOf({ won, lost }: Pick<Ended, 'won' | 'lost'>): number | null {
  return won + lost === 0 ? null : won / (won + lost);
}

/** Wins of average size that the rest of a target takes. */
export function winsNeeded(remaining: number, average: number | null): number | null {
  if (remaining <= 0) return 0;
  return average === null ? null : Math.ceil(remaining / average);
}

/** Deals that must be begun for so many wins, at the rate of those that have ended: target over conversion (requirement FC08). */
export function dealsNeeded(wins: number, { won, lost }: Pick<Ended, 'won' | 'lost'>): number | null {
  if (wins === 0) return 0;
  return won === 0 ? null : Math.ceil((wins * (won + lost)) / won);
}
