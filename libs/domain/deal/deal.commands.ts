import type { NotInSource } from '../shared/envelope.js';
import type { CompanyId, ContactId, DealId, EmployeeId, EventId, PipelineId, ProductId, StageId } from '../shared/ids.js';
import type { CalendarDate, EpochMs } from '../shared/instant.js';
import type { BasisPoints, MoneyOrUnknown } from '../shared/money.js';
import type { DealFact, DealTransferred, RequestOrigin, RequestSource, StageAdvanced, StageReturned } from './deal.events.js';

/** `not-in-source` is legal with an actor of kind `import` alone, in every field that knows it. Personal fields are clear text here. */
export interface RegisterRequest {
  readonly type: 'RegisterRequest';
  readonly id: DealId;
  readonly contactId: ContactId | NotInSource;
  readonly companyId: CompanyId | NotInSource;
  readonly summary: string | NotInSource;
  readonly source: RequestSource;
  readonly origin: RequestOrigin;
  readonly receivedBy: { readonly employeeId: EmployeeId; readonly department: string } | NotInSource;
  readonly productId?: ProductId;
  /** A similar request closed earlier: linked, never reopened (RQ20). */
  readonly earlierRequest?: DealId;
}
export interface RecordFirstContact {
  readonly type: 'RecordFirstContact';
  readonly id: DealId;
  readonly channel: string;
  readonly note?: string;
}
/** Of a request, or of an open or postponed deal (RV03: hand to marketing until the customer is ready). */
export interface RouteRequestToMarketing {
  readonly type: 'RouteRequestToMarketing';
  readonly id: DealId;
  readonly lists: readonly string[];
  readonly reason: string;
}
export interface FileRequest {
  readonly type: 'FileRequest';
  readonly id: DealId;
  readonly reason: string;
}
export interface QualifyLead {
  readonly type: 'QualifyLead';
  readonly id: DealId;
  readonly pipelineId: PipelineId;
  /** The pipeline's first stage where left out. */
  readonly stageId?: StageId;
  readonly ownerId: EmployeeId | NotInSource;
}
export interface AdvanceStage {
  readonly type: 'AdvanceStage';
  readonly id: DealId;
  readonly toStageId: StageId;
  readonly reason?: string;
}
export interface ReturnToStage {
  readonly type: 'ReturnToStage';
  readonly id: DealId;
  readonly toStageId: StageId;
  readonly reason?: string;
}
export interface TransferDeal {
  readonly type: 'TransferDeal';
  readonly id: DealId;
  readonly pipelineId: PipelineId;
  readonly stageId: StageId;
  readonly reason?: string;
}
export interface EstimateValue {
  readonly type: 'EstimateValue';
  readonly id: DealId;
  readonly value: MoneyOrUnknown;
}
export interface ExpectDecision {
  readonly type: 'ExpectDecision';
  readonly id: DealId;
  readonly decisionDate: CalendarDate | null;
  /** Left out: stays as it was. */
  readonly projectStart?: CalendarDate | null;
}
/** `get`: that we win it (QL07); `go`: that it goes ahead at all (QL08). At least one of them. */
export interface AssessChance {
  readonly type: 'AssessChance';
  readonly id: DealId;
  readonly get?: BasisPoints | 'unknown';
  readonly go?: BasisPoints | 'unknown';
}
export interface AssignOwner {
  readonly type: 'AssignOwner';
  readonly id: DealId;
  readonly ownerId: EmployeeId;
}
export interface IdentifyCompany {
  readonly type: 'IdentifyCompany';
  readonly id: DealId;
  readonly companyId: CompanyId;
}
export interface IdentifyProduct {
  readonly type: 'IdentifyProduct';
  readonly id: DealId;
  readonly productId: ProductId;
}
export interface PostponeDeal {
  readonly type: 'PostponeDeal';
  readonly id: DealId;
  readonly wakeUp: CalendarDate | null;
  readonly reason?: string;
}
export interface ResumeDeal {
  readonly type: 'ResumeDeal';
  readonly id: DealId;
  readonly reason?: string;
}
export interface WinDeal {
  readonly type: 'WinDeal';
  readonly id: DealId;
  /** The last expected value where left out. */
  readonly value?: MoneyOrUnknown;
  readonly reasons: readonly string[];
  readonly note?: string;
}
export interface LoseDeal {
  readonly type: 'LoseDeal';
  readonly id: DealId;
  readonly reasons: readonly string[];
  readonly note?: string;
}
export interface ReopenDeal {
  readonly type: 'ReopenDeal';
  readonly id: DealId;
  /** Its last stage where left out. */
  readonly stageId?: StageId;
  readonly reason?: string;
}

/** What a move says of where it came from is filled in from the corrected history where it is left out. */
type Believed<E extends { readonly type: string; readonly data: object }, K extends keyof E['data']> = {
  readonly type: E['type'];
  readonly data: Omit<E['data'], K> & Partial<Pick<E['data'], K>>;
};
export type CorrectableFact =
  | Exclude<DealFact, { type: 'StageAdvanced' | 'StageReturned' | 'DealTransferred' }>
  | Believed<StageAdvanced, 'from' | 'skipped'>
  | Believed<StageReturned, 'from'>
  | Believed<DealTransferred, 'fromPipelineId' | 'fromStageId'>;

export type Correction =
  | {
      readonly kind: 'insert';
      readonly event: CorrectableFact;
      readonly effectiveAt: EpochMs;
      readonly dated?: false;
      /** The fact of the same instant that it comes after; else it is the last of its instant. */
      readonly after?: EventId;
    }
  | {
      readonly kind: 'replace';
      readonly target: EventId;
      readonly event: CorrectableFact;
      /** As the target's where left out. */
      readonly effectiveAt?: EpochMs;
      readonly dated?: false;
    }
  | { readonly kind: 'void'; readonly target: EventId };

export interface CorrectHistory {
  readonly type: 'CorrectHistory';
  readonly id: DealId;
  readonly correction: Correction;
  readonly reason: string;
}

export type DealCommand =
  | RegisterRequest
  | RecordFirstContact
  | RouteRequestToMarketing
  | FileRequest
  | QualifyLead
  | AdvanceStage
  | ReturnToStage
  | TransferDeal
  | EstimateValue
  | ExpectDecision
  | AssessChance
  | AssignOwner
  | IdentifyCompany
  | IdentifyProduct
  | PostponeDeal
  | ResumeDeal
  | WinDeal
  | LoseDeal
  | ReopenDeal
  | CorrectHistory;
