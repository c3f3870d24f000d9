/** A promotion action that may provoke requests (RQ06, MK07). */
export type CampaignRegistered = {
  readonly type: 'CampaignRegistered';
  readonly data: { readonly name: string; readonly channel?: string };
};
export type CampaignRenamed = { readonly type: 'CampaignRenamed'; readonly data: { readonly name: string } };
export type CampaignEvent = CampaignRegistered | CampaignRenamed;
