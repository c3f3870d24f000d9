import type { EpochMs } from '../shared/instant.js';
import type { Timeline } from '../shared/timeline.js';
import { put } from '../shared/timeline.js';
import type { RateEvent, RateSet } from './rate.events.js';

/** What was set, and since when; null from its withdrawal on. */
export interface Rate {
  readonly set: Timeline<RateSet['data'] | null>;
}

export const noRate: Rate = { set: [] };

export function evolve(rate: Rate, fact: RateEvent & { readonly effectiveAt: EpochMs }): Rate {
  switch (fact.type) {
    case 'RateSet':
      return { set: put(rate.set, fact.effectiveAt, fact.data) };
    case 'RateWithdrawn':
      return { set: put(rate.set, fact.effectiveAt, null) };
    default:
      fact satisfies never; // a new event does not compile until it is folded; an old reader lets it pass
      return rate;
  }
}
