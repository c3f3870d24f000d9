import { nearest } from '../nearest.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { isoInstant } from '../../domain/shared/instant.js';
import { moneyTexts } from '../figures.js';
import type { Group, Grouping, WaterfallMove } from '../queries.js';
import { QuestionNotUnderstood } from '../queries.js';
import type { DealInterval } from '../rows.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { labelsOf } from '../scope/groupings.js';
import type { Booking, Bucket } from './buckets.js';
import { BUCKETS } from './buckets.js';

/** Where a booking comes from: the deal, the instant, and its row then. */
export interface Origin {
  readonly deal: string;
  readonly at: EpochMs;
  readonly row: DealInterval | undefined;
}

/** @throws QuestionNotUnderstood */
export function parseBucket(text: string): Bucket {
  const bucket = BUCKETS.find((each) => each === text);
  if (bucket === undefined)
    throw new QuestionNotUnderstood(`'${text}' is no bucket${nearest(text, BUCKETS)}; take of ${BUCKETS.join(', ')}`);
  return bucket;
}

/** The moves behind one bucket; kept only where somebody asked for them. */
export class Moves {
  private readonly moves: (Origin & { readonly booking: Booking })[] = [];

  constructor(private readonly bucket: Bucket | undefined) {}

  take(bookings: readonly Booking[], origin: Origin): void {
    if (this.bucket === undefined) return;
    for (const booking of bookings) if (booking.bucket === this.bucket) this.moves.push({ ...origin, booking });
  }

  /** In the order of time. A move without an event of its own is one of meaning: a team, a rate, what was restated. */
  told(groupBy: readonly Grouping[], view: DimensionView): WaterfallMove[] {
    return this.moves
      .toSorted((a, b) => a.at - b.at || (a.deal < b.deal ? -1 : a.deal > b.deal ? 1 : 0))
      .map(({ deal, at, row, booking: { group: key, deals, unvalued, money } }) => {
        const values = JSON.parse(key) as (string | null)[]; // as contributions are keyed
        const group: Group = Object.fromEntries(groupBy.map((grouping, index) => [grouping, values[index] ?? null]));
        const own = row?.validFrom === at ? row : undefined;
        return {
          ...{ at: isoInstant(at), deal, eventId: own?.eventId ?? null, eventType: own?.eventType ?? null },
          ...{ group, labels: labelsOf(group, view), deals, unvalued },
          value: money === null || money.minor === 0 ? [] : moneyTexts(new Map([[money.currency, money.minor]])),
        };
      });
  }
}
