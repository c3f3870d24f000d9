/** The buckets of metrics.md section 5, in the order of its sum. */
export const BUCKETS = [
  'new',
  'undated',
  'reopened',
  'resumed',
  'transferredIn',
  'pulledIn',
  'valued',
  'increased',
  'decreased',
  'unvalued',
  'won',
  'lost',
  'toMarketing',
  'filed',
  'postponed',
  'transferredOut',
  'pushedOut',
  'reRated',
  'restated',
] as const;
export type Bucket = (typeof BUCKETS)[number];

export interface Booking {
  readonly bucket: Bucket;
  /** The group's key, as JSON: in the order of the groupings. */
  readonly group: string;
  /** What comes (1), goes (−1) or only changes (0): the bridge of the counts. */
  readonly deals: number;
  readonly unvalued: number;
  /** Signed; null where no known value moves. */
  readonly money: { readonly currency: string; readonly minor: number } | null;
}

/** What a deal adds to the pipeline of its group: its amount, or only its being there where that is not known. */
export interface Contribution {
  readonly group: string;
  readonly money: { readonly currency: string; readonly minor: number } | null;
}

export function entering(bucket: Bucket, { group, money }: Contribution): Booking {
  return { bucket, group, deals: 1, unvalued: money === null ? 1 : 0, money };
}

export function leaving(bucket: Bucket, { group, money }: Contribution): Booking {
  return {
    ...{ bucket, group, deals: -1, unvalued: money === null ? -1 : 0 },
    money: money === null ? null : { currency: money.currency, minor: -money.minor },
  };
}

/** The same amount at another rate: what the deal is worth in the currency asked for changed, and the deal did not. */
export function reRating(before: Contribution | null, after: Contribution | null): Booking[] {
  const [old, now] = [before?.money ?? null, after?.money ?? null];
  if (after === null || old === null || now === null) return [];
  const { group } = after;
  const one = (currency: string, minor: number): Booking => ({
    bucket: 'reRated',
    group,
    deals: 0,
    unvalued: 0,
    money: { currency, minor },
  });
  if (old.currency !== now.currency) return [one(old.currency, -old.minor), one(now.currency, now.minor)];
  return old.minor === now.minor ? [] : [one(now.currency, now.minor - old.minor)];
}

/** The amount of a deal that stays where it is. A change of currency takes the one amount away and adds the other: nothing is converted. */
export function revaluing(before: Contribution, after: Contribution): Booking[] {
  const { group } = after;
  const [old, now] = [before.money, after.money];
  if (old === null && now === null) return [];
  if (old === null) return [{ bucket: 'valued', group, deals: 0, unvalued: -1, money: now }];
  if (now === null) return [{ bucket: 'unvalued', group, deals: 0, unvalued: 1, money: { currency: old.currency, minor: -old.minor } }];
  if (old.currency !== now.currency) {
    return [
      { bucket: 'decreased', group, deals: 0, unvalued: 0, money: { currency: old.currency, minor: -old.minor } },
      { bucket: 'increased', group, deals: 0, unvalued: 0, money: now },
    ];
  }
  const minor = now.minor - old.minor;
  if (minor === 0) return [];
  return [{ bucket: minor > 0 ? 'increased' : 'decreased', group, deals: 0, unvalued: 0, money: { currency: now.currency, minor } }];
}
