/** One unit of `from` is worth `rate` of `to`, from the event's effectiveAt on. A decimal in text: JSON numbers are no exact rates. */
export type RateSet = {
  readonly type: 'RateSet';
  readonly data: { readonly from: string; readonly to: string; readonly rate: string };
};
export type RateWithdrawn = { readonly type: 'RateWithdrawn'; readonly data: Record<string, never> };
export type RateEvent = RateSet | RateWithdrawn;
