import { assertNever } from '../shared/assert-never.js';
import type { DecideContext } from '../shared/decide-context.js';
import { dimensionInstant } from '../shared/effective-instant.js';
import { registryRefusals } from '../shared/registry.refusals.js';
import { holdsAt } from '../shared/timeline.js';
import type { StreamKind } from '../stream-kind.js';
import type { CampaignCommand } from './campaign.commands.js';
import type { CampaignEvent } from './campaign.events.js';
import type { Campaign } from './campaign.evolve.js';
import { evolve, noCampaign } from './campaign.evolve.js';

const refusals = registryRefusals('campaign', 'RegisterCampaign');

export function decide(campaign: Campaign, command: CampaignCommand, { at }: Pick<DecideContext, 'at'>): CampaignEvent[] {
  const { name } = command;
  if (name.trim() === '') throw refusals.textMissing(command.id, 'name');
  switch (command.type) {
    case 'RegisterCampaign': {
      const { channel } = command;
      if (campaign.registered) {
        if (holdsAt(campaign.name, at, name) && (channel ?? null) === campaign.channel) return [];
        throw refusals.alreadyRegistered(command.id);
      }
      return [{ type: 'CampaignRegistered', data: channel === undefined ? { name } : { name, channel } }];
    }
    case 'RenameCampaign':
      if (!campaign.registered) throw refusals.unknown(command.id);
      return holdsAt(campaign.name, at, name) ? [] : [{ type: 'CampaignRenamed', data: { name } }];
    default:
      return assertNever(command);
  }
}

export const campaignKind: StreamKind<Campaign, CampaignCommand, CampaignEvent> = {
  category: 'campaign',
  initial: noCampaign,
  evolve,
  decide,
  effectiveAt: (campaign, _command, asked, { now }) => dimensionInstant(asked, now, !campaign.registered),
  pipelinesNeeded: () => [],
};
