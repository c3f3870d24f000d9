import type { CampaignId } from '../shared/ids.js';

export interface RegisterCampaign {
  readonly type: 'RegisterCampaign';
  readonly id: CampaignId;
  readonly name: string;
  readonly channel?: string;
}
export interface RenameCampaign {
  readonly type: 'RenameCampaign';
  readonly id: CampaignId;
  readonly name: string;
}

export type CampaignCommand = RegisterCampaign | RenameCampaign;
