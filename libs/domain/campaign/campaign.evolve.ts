import type { EpochMs } from '../shared/instant.js';
import type { Timeline } from '../shared/timeline.js';
import { put } from '../shared/timeline.js';
import type { CampaignEvent } from './campaign.events.js';

export interface Campaign {
  readonly registered: boolean;
  readonly name: Timeline<string>;
  readonly channel: string | null;
}

export const noCampaign: Campaign = { registered: false, name: [], channel: null };

export function evolve(campaign: Campaign, fact: CampaignEvent & { readonly effectiveAt: EpochMs }): Campaign {
  const name = put(campaign.name, fact.effectiveAt, fact.data.name);
  switch (fact.type) {
    case 'CampaignRegistered':
      return { registered: true, name, channel: fact.data.channel ?? null };
    case 'CampaignRenamed':
      return { ...campaign, name };
    default:
      fact satisfies never; // a new event does not compile until it is folded; an old reader lets it pass
      return campaign;
  }
}
