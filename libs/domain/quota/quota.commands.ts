import type { QuotaSet } from './quota.events.js';

/** One stream holds one quota or target: of one holder for one period. Setting it again replaces the amount from the command's effectiveAt on. */
export interface SetQuota {
  readonly type: 'SetQuota';
  readonly id: string;
  readonly holder: QuotaSet['data']['holder'];
  readonly from: QuotaSet['data']['from'];
  readonly to: QuotaSet['data']['to'];
  readonly amount: QuotaSet['data']['amount'];
}
export interface WithdrawQuota {
  readonly type: 'WithdrawQuota';
  readonly id: string;
}

export type QuotaCommand = SetQuota | WithdrawQuota;
