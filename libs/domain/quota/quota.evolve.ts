import type { EpochMs } from '../shared/instant.js';
import type { Timeline } from '../shared/timeline.js';
import { put } from '../shared/timeline.js';
import type { QuotaEvent, QuotaSet } from './quota.events.js';

/** What was set, and since when; null from its withdrawal on. */
export interface Quota {
  readonly set: Timeline<QuotaSet['data'] | null>;
}

export const noQuota: Quota = { set: [] };

export function evolve(quota: Quota, fact: QuotaEvent & { readonly effectiveAt: EpochMs }): Quota {
  switch (fact.type) {
    case 'QuotaSet':
      return { set: put(quota.set, fact.effectiveAt, fact.data) };
    case 'QuotaWithdrawn':
      return { set: put(quota.set, fact.effectiveAt, null) };
    default:
      fact satisfies never; // a new event does not compile until it is folded; an old reader lets it pass
      return quota;
  }
}
