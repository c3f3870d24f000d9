import { addMoney } from '../money-sums.js';
import type { Booking, Bucket, Contribution } from './buckets.js';
import { entering } from './buckets.js';

export interface Flow {
  deals: number;
  unvalued: number;
  /** Bookings. */
  moves: number;
  readonly value: Map<string, number>;
}

export function noFlow(): Flow {
  return { deals: 0, unvalued: 0, moves: 0, value: new Map() };
}

function book(flow: Flow, { deals, unvalued, money }: Booking): void {
  flow.deals += deals;
  flow.unvalued += unvalued;
  flow.moves += 1;
  if (money !== null) addMoney(flow.value, money.currency, money.minor);
}

/** Sums by group and bucket. */
export class Ledger {
  readonly groups = new Map<string, Map<Bucket, Flow>>();

  take(bookings: readonly Booking[]): void {
    for (const booking of bookings) {
      const buckets = this.groups.get(booking.group) ?? new Map<Bucket, Flow>();
      this.groups.set(booking.group, buckets);
      const flow = buckets.get(booking.bucket) ?? noFlow();
      buckets.set(booking.bucket, flow);
      book(flow, booking);
    }
  }

  flow(group: string, bucket: Bucket): Flow {
    return this.groups.get(group)?.get(bucket) ?? noFlow();
  }
}

/** What is open and in scope of each group. */
export class Stock {
  readonly groups = new Map<string, Flow>();

  add(contribution: Contribution | null): void {
    if (contribution === null) return;
    const flow = this.groups.get(contribution.group) ?? noFlow();
    this.groups.set(contribution.group, flow);
    book(flow, entering('new', contribution));
  }

  of(group: string): Flow {
    return this.groups.get(group) ?? noFlow();
  }
}

export function addFlow(sum: Flow, more: Flow): void {
  sum.deals += more.deals;
  sum.unvalued += more.unvalued;
  sum.moves += more.moves;
  for (const [currency, minor] of more.value) addMoney(sum.value, currency, minor);
}

export function isFlow({ deals, unvalued, value }: Flow): boolean {
  return deals !== 0 || unvalued !== 0 || [...value.values()].some((minor) => minor !== 0);
}

export function lessFlow(a: Flow, b: Flow): Flow {
  const difference = noFlow();
  addFlow(difference, a);
  difference.deals -= b.deals;
  difference.unvalued -= b.unvalued;
  difference.moves -= b.moves;
  for (const [currency, minor] of b.value) addMoney(difference.value, currency, -minor);
  return difference;
}
