import type { HistoryCorrected } from '../shared/correction.js';
import type { NotInSource, Personal } from '../shared/envelope.js';
import type { CampaignId, CompanyId, ContactId, DealId, EmployeeId, PipelineId, ProductId, StageId } from '../shared/ids.js';
import type { CalendarDate } from '../shared/instant.js';
import type { BasisPoints, MoneyOrUnknown } from '../shared/money.js';

// Names and shapes are storage format: they never change. A changed shape is a new schema version with an upcaster in the event catalog.

/** Where the request came from: `unknown` is an answer, `not-asked` is none yet (RQ05). */
export type RequestSource = { readonly kind: 'known'; readonly source: string } | { readonly kind: 'unknown' | 'not-asked' | NotInSource };

/** Whether we provoked the request, and by which action (RQ06). */
export type RequestOrigin =
  { readonly kind: 'spontaneous' } | { readonly kind: 'provoked'; readonly campaignId: CampaignId } | { readonly kind: NotInSource };

export type RequestRegistered = {
  readonly type: 'RequestRegistered';
  readonly data: {
    readonly contactId: ContactId | NotInSource;
    readonly companyId: CompanyId | NotInSource;
    /** Personal. */
    readonly summary: Personal | NotInSource;
    readonly source: RequestSource;
    readonly origin: RequestOrigin;
    /** The colleague and the department that received it, apart from the later owner (RQ07). */
    readonly receivedBy: { readonly employeeId: EmployeeId; readonly department: string } | NotInSource;
    /** What was asked for, where it is one of our products. */
    readonly productId?: ProductId;
    /** A similar request closed earlier: it is never reopened (RQ20), it is linked. */
    readonly earlierRequest?: DealId;
  };
};

export type RequestContacted = {
  readonly type: 'RequestContacted';
  readonly data: { readonly channel: string; /** Personal. */ readonly note?: Personal };
};
export type RequestRoutedToMarketing = {
  readonly type: 'RequestRoutedToMarketing';
  readonly data: { readonly lists: readonly string[]; /** Personal. */ readonly reason: Personal };
};
/** The exception among the three outcomes: never without a reason (AS03). */
export type RequestFiled = { readonly type: 'RequestFiled'; readonly data: { /** Personal. */ readonly reason: Personal } };

/** The request becomes a deal: in exactly one stage of exactly one pipeline (AS10, RV01), with exactly one owner (QL14). */
export type LeadQualified = {
  readonly type: 'LeadQualified';
  readonly data: { readonly pipelineId: PipelineId; readonly stageId: StageId; readonly ownerId: EmployeeId | NotInSource };
};

export type OwnerAssigned = { readonly type: 'OwnerAssigned'; readonly data: { readonly ownerId: EmployeeId } };
export type CompanyIdentified = { readonly type: 'CompanyIdentified'; readonly data: { readonly companyId: CompanyId } };
export type ProductIdentified = { readonly type: 'ProductIdentified'; readonly data: { readonly productId: ProductId } };
export type ExpectedValueEstimated = { readonly type: 'ExpectedValueEstimated'; readonly data: { readonly value: MoneyOrUnknown } };
/** Two dates: when the customer decides and when the project starts (QL02). Null: no longer expected. */
export type DecisionDateExpected = {
  readonly type: 'DecisionDateExpected';
  readonly data: { readonly decisionDate: CalendarDate | null; readonly projectStart?: CalendarDate | null };
};
/** Two chances, never one: that we get it (QL07) and that it goes ahead at all (QL08). What is left out stays as it was. */
export type ChanceAssessed = {
  readonly type: 'ChanceAssessed';
  readonly data: { readonly get?: BasisPoints | 'unknown'; readonly go?: BasisPoints | 'unknown' };
};

/** `from` and `skipped` say what was believed at recording; reports derive them from the folded state. */
export type StageAdvanced = {
  readonly type: 'StageAdvanced';
  readonly data: {
    readonly from: StageId;
    readonly to: StageId;
    readonly skipped: readonly StageId[];
    /** Personal. */ readonly reason?: Personal;
  };
};
export type StageReturned = {
  readonly type: 'StageReturned';
  readonly data: { readonly from: StageId; readonly to: StageId; /** Personal. */ readonly reason?: Personal };
};
/** By a rule: the stage was removed by a new version of the process. */
export type StageReassigned = {
  readonly type: 'StageReassigned';
  readonly data: { readonly from: StageId; readonly to: StageId };
};
export type DealTransferred = {
  readonly type: 'DealTransferred';
  readonly data: {
    readonly fromPipelineId: PipelineId;
    readonly fromStageId: StageId;
    readonly pipelineId: PipelineId;
    readonly stageId: StageId;
    /** Personal. */
    readonly reason?: Personal;
  };
};
export type DealPostponed = {
  readonly type: 'DealPostponed';
  readonly data: { readonly wakeUp: CalendarDate | null; /** Personal. */ readonly reason?: Personal };
};
export type DealResumed = { readonly type: 'DealResumed'; readonly data: { /** Personal. */ readonly reason?: Personal } };
export type DealWon = {
  readonly type: 'DealWon';
  readonly data: {
    readonly value: MoneyOrUnknown;
    /** Codes such as `price`, `relationship` (CL04). */ readonly reasons: readonly string[];
    /** Personal. */ readonly note?: Personal;
  };
};
export type DealLost = {
  readonly type: 'DealLost';
  readonly data: {
    /** Codes such as `price`, `competitor`, `comparison-quote` (CL04, RV07). */ readonly reasons: readonly string[];
    /** Personal. */ readonly note?: Personal;
  };
};
export type DealReopened = {
  readonly type: 'DealReopened';
  readonly data: { readonly stageId: StageId; /** Personal. */ readonly reason?: Personal };
};

/** What `evolve` folds. A correction is not among them: it is applied before the fold (shared/history.ts). */
export type DealFact =
  | RequestRegistered
  | RequestContacted
  | RequestRoutedToMarketing
  | RequestFiled
  | LeadQualified
  | OwnerAssigned
  | CompanyIdentified
  | ProductIdentified
  | ExpectedValueEstimated
  | DecisionDateExpected
  | ChanceAssessed
  | StageAdvanced
  | StageReturned
  | StageReassigned
  | DealTransferred
  | DealPostponed
  | DealResumed
  | DealWon
  | DealLost
  | DealReopened;

export type DealEvent = DealFact | HistoryCorrected;
