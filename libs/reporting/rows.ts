import type { DealStatus } from '../domain/deal/deal.evolve.js';
import type { ForecastSubmitted } from '../domain/forecast/forecast.events.js';
import type { ProcessDefinition } from '../domain/pipeline/pipeline.events.js';
import type { RateSet } from '../domain/rate/rate.events.js';
import type { QuotaSet } from '../domain/quota/quota.events.js';
import type { Personal } from '../domain/shared/envelope.js';
import type { EpochMs } from '../domain/shared/instant.js';
import type { Money } from '../domain/shared/money.js';
import type { RowLife } from '../read-store/read-store.port.js';

/**
 * One interval of a deal: the state that an event opened. Rows of one deal that count at K, ordered by (validFrom, tie), are its history as known then;
 * zero-length rows are kept, so that every step is there. Ids only: what an id means is joined from the dimension timelines at (T, K).
 */
export interface DealInterval extends RowLife {
  /** entity is the deal's id. */
  /** Orders rows of one instant: the tie of the fact that opened the row (shared/history.ts). */
  readonly tie: string;
  /** Event id of the fact that opened it (of the correction, for an inserted one): what a drill-down shows. */
  readonly eventId: string;
  readonly eventType: string;
  readonly status: DealStatus;
  /** Null for a request. For closed deals the last stage. */
  readonly pipeline: string | null;
  readonly stage: string | null;
  readonly owner: string | null;
  readonly company: string | null;
  readonly product: string | null;
  readonly contact: string | null;
  /** An id, `unknown`, `not-asked` or `not-in-source`. */
  readonly source: string;
  readonly origin: string;
  readonly campaign: string | null;
  readonly receivedBy: string | null;
  readonly department: string | null;
  /** Expected value while open or postponed (and as a request), won value when won, the last expected one when lost. Null: unknown. */
  readonly valueMinor: number | null;
  readonly currency: string | null;
  /** Calendar date, null where none is expected. */
  readonly decisionDate: string | null;
  readonly chanceToGet: number | null;
  readonly chanceToGo: number | null;
  readonly registeredAt: EpochMs;
  readonly qualifiedAt: EpochMs | null;
  readonly stageSince: EpochMs | null;
  readonly closedAt: EpochMs | null;
  /** 0 where the registration is undated: counted in states from its recording, in flows never. */
  readonly dated: 0 | 1;
}

/** A row of which nothing is known: what tells a grouping's key is filled in, where no row of a deal stands for it. */
export const NOTHING_KNOWN: DealInterval = {
  ...{ entity: '', openedBy: 0, ordinal: 0, validFrom: 0, validTo: null, endedBy: null, withdrawnBy: null, tie: '', eventId: '' },
  ...{ eventType: '', status: 'requested' as const, pipeline: null, stage: null, owner: null, company: null, product: null, contact: null },
  ...{ source: '', origin: '', campaign: null, receivedBy: null, department: null, valueMinor: null, currency: null, decisionDate: null },
  ...{ chanceToGet: null, chanceToGo: null, registeredAt: 0, qualifiedAt: null, stageSince: null, closedAt: null, dated: 1 as const },
};

/** A deal's rows that are known at one K, in the order of its corrected history, whatever had ended by T. */
export type History = readonly DealInterval[];

/**
 * A row of its own: of one that reads its fields from elsewhere too. One literal and no spread: this runs for every step of a deal, and what is spread of so many fields V8 keeps as a
 * dictionary.
 */
export function plainRow(row: DealInterval): Writable<DealInterval> {
  return {
    entity: row.entity,
    openedBy: row.openedBy,
    ordinal: row.ordinal,
    validFrom: row.validFrom,
    validTo: row.validTo,
    endedBy: row.endedBy,
    withdrawnBy: row.withdrawnBy,
    tie: row.tie,
    eventId: row.eventId,
    eventType: row.eventType,
    status: row.status,
    pipeline: row.pipeline,
    stage: row.stage,
    owner: row.owner,
    company: row.company,
    product: row.product,
    contact: row.contact,
    source: row.source,
    origin: row.origin,
    campaign: row.campaign,
    receivedBy: row.receivedBy,
    department: row.department,
    valueMinor: row.valueMinor,
    currency: row.currency,
    decisionDate: row.decisionDate,
    chanceToGet: row.chanceToGet,
    chanceToGo: row.chanceToGo,
    registeredAt: row.registeredAt,
    qualifiedAt: row.qualifiedAt,
    stageSince: row.stageSince,
    closedAt: row.closedAt,
    dated: row.dated,
  };
}

/** Whose owner may still fill it in. */
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** `stage` as reports group it: of open and postponed deals only (design section 7). `lastStage` is the stage whatever the status. */
export function liveStage(row: Pick<DealInterval, 'status' | 'stage'>): string | null {
  return row.status === 'open' || row.status === 'postponed' ? row.stage : null;
}

/** The values in force of each kind of thing. Null: not known. Names of persons are sealed. */
export interface DimensionValues {
  readonly employee: {
    readonly name: Personal | null;
    readonly team: string | null;
    readonly manager: string | null;
    readonly office: string | null;
    readonly department: string | null;
  };
  readonly company: { readonly name: string | null; readonly industry: string | null };
  readonly contact: { readonly name: Personal | null; readonly company: string | null };
  readonly product: { readonly name: string | null; readonly series: string | null; readonly listPrice: Money | null };
  readonly campaign: { readonly name: string | null; readonly channel: string | null };
  /** id is the pipeline's. */
  readonly process: { readonly version: number; readonly process: ProcessDefinition };
  readonly quota: QuotaSet['data'];
  /** What a person said would be won: the last submission of one person, period and category. */
  readonly submission: Omit<ForecastSubmitted['data'], 'note'>;
  /** What one unit of a currency is worth in another. */
  readonly rate: RateSet['data'];
}
export type DimensionKind = keyof DimensionValues;

/** What something means, and since when: an employee's team, a company's industry, a process version, a quota. entity is `<kind>/<id>`. */
export interface DimensionInterval<K extends DimensionKind = DimensionKind> extends RowLife {
  readonly kind: K;
  readonly id: string;
  readonly values: DimensionValues[K];
  /** 1 where the first known value was given no date and counts from the beginning of time. */
  readonly assumedSinceBeginning: 0 | 1;
}
