/** One stream holds the rate of one pair of currencies. Setting it again holds from the command's effectiveAt on, which may lie in the past or ahead. */
export interface SetRate {
  readonly type: 'SetRate';
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** A decimal above 0, such as `0.0912`. */
  readonly rate: string;
}
export interface WithdrawRate {
  readonly type: 'WithdrawRate';
  readonly id: string;
}

export type RateCommand = SetRate | WithdrawRate;
