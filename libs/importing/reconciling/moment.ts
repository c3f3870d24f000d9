import type { NotInSource } from '../../domain/shared/envelope.js';
import type { CompanyId, DealId, EmployeeId, PipelineId, ProductId, StageId } from '../../domain/shared/ids.js';
import type { CalendarDate, EpochMs } from '../../domain/shared/instant.js';
import type { BasisPoints, MoneyOrUnknown } from '../../domain/shared/money.js';
import type { RequestRegistered } from '../../domain/deal/deal.events.js';

/** What a source says of a deal, in the product's words, one fact each. Every fact has a hash of its own in the log. */
export type ImportFact =
  | { readonly is: 'registered'; readonly data: RequestRegistered['data'] }
  | { readonly is: 'stage'; readonly pipelineId: PipelineId; readonly stageId: StageId; readonly ownerId: EmployeeId | NotInSource }
  | { readonly is: 'owner'; readonly ownerId: EmployeeId }
  | { readonly is: 'company'; readonly companyId: CompanyId }
  | { readonly is: 'product'; readonly productId: ProductId }
  | { readonly is: 'value'; readonly value: MoneyOrUnknown }
  | { readonly is: 'decision'; readonly decisionDate?: CalendarDate | null; readonly projectStart?: CalendarDate | null }
  | { readonly is: 'chance'; readonly get?: BasisPoints; readonly go?: BasisPoints }
  | { readonly is: 'won'; readonly value?: MoneyOrUnknown; readonly reasons: readonly string[] }
  | { readonly is: 'lost'; readonly reasons: readonly string[] }
  | { readonly is: 'postponed'; readonly wakeUp: CalendarDate | null }
  | { readonly is: 'marketing'; readonly reason: string }
  | { readonly is: 'filed'; readonly reason: string };

/** Where in the source something stands, for the report and nothing else. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: string | null;
}

export interface Said {
  readonly fact: ImportFact;
  readonly place: Place;
  /** Said to complete a deal that is not known yet, not seen itself: compared with nothing. */
  readonly onlyIfNew?: boolean;
}

/** With the hash of the fact at its moment's date, under the log's key. */
export interface HashedSaid extends Said {
  readonly hash: string;
}

/** What was so, or came to be so, at one instant; null: the source has no date for it. */
export interface Moment<S extends Said = Said> {
  readonly at: EpochMs | null;
  readonly said: readonly S[];
}

/**
 * `happened`: the source dates its facts, so that another date of the same fact is a contradiction (one row per deal).
 * `changed`: each fact is a change at its time (one row per change). `observed`: the dates are when somebody looked (snapshots).
 */
export type Claim = 'happened' | 'changed' | 'observed';

/** All that one reading of the source says of one deal, in the order in which it happened. */
export interface SaidOfDeal<S extends Said = Said> {
  readonly key: string;
  readonly id: DealId;
  readonly claim: Claim;
  readonly moments: readonly Moment<S>[];
}
