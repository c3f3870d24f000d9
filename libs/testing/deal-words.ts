import type { DealCommand } from '../domain/deal/deal.commands.js';
import type {
  DealLost,
  DealPostponed,
  DealWon,
  ExpectedValueEstimated,
  LeadQualified,
  RequestContacted,
  RequestFiled,
  RequestRegistered,
  RequestRoutedToMarketing,
  StageAdvanced,
} from '../domain/deal/deal.events.js';
import { FOUR_STAGES, REQUEST_TO_QUOTE } from '../domain/pipeline/pipeline.templates.js';
import type { ProcessTimeline } from '../domain/pipeline/process-timeline.js';
import type { CompanyId, ContactId, DealId, EmployeeId, PipelineId, StageId } from '../domain/shared/ids.js';
import type { CalendarDate } from '../domain/shared/instant.js';
import { BEGINNING_OF_TIME } from '../domain/shared/instant.js';

// The words in which specs tell a deal. Ids are plain text in a spec; here they get their brand.

export const stage = (id: string): StageId => id as StageId;
export const employee = (id: string): EmployeeId => id as EmployeeId;
export const day = (text: string): CalendarDate => text as CalendarDate;
export const eur = (minor: number): { minor: number; currency: string } => ({ minor, currency: 'EUR' });

export const DEAL = 'd1' as DealId;
export const SALES = 'sales' as PipelineId;
export const QUOTES = 'quotes' as PipelineId;

/** Two pipelines since ever: S3's four stages, and the request-to-quote template. */
export const PROCESSES: ReadonlyMap<PipelineId, ProcessTimeline> = new Map([
  [SALES, { pipelineId: SALES, versions: [{ version: 1, from: BEGINNING_OF_TIME, process: FOUR_STAGES }] }],
  [QUOTES, { pipelineId: QUOTES, versions: [{ version: 1, from: BEGINNING_OF_TIME, process: REQUEST_TO_QUOTE }] }],
]);

export const requestRegistered = (data: Partial<RequestRegistered['data']> = {}): RequestRegistered => ({
  type: 'RequestRegistered',
  data: {
    contactId: 'p1' as ContactId,
    companyId: 'c1' as CompanyId,
    summary: 'wants thirty desks',
    source: { kind: 'known', source: 'website' },
    origin: { kind: 'spontaneous' },
    receivedBy: { employeeId: employee('anna'), department: 'inside sales' },
    ...data,
  },
});
export const requestContacted = (): RequestContacted => ({ type: 'RequestContacted', data: { channel: 'phone' } });
export const leadQualified = (data: Partial<LeadQualified['data']> = {}): LeadQualified => ({
  type: 'LeadQualified',
  data: { pipelineId: SALES, stageId: stage('qualification'), ownerId: employee('bob'), ...data },
});
export const stageAdvanced = (from: string, to: string, ...skipped: string[]): StageAdvanced => ({
  type: 'StageAdvanced',
  data: { from: stage(from), to: stage(to), skipped: skipped.map(stage) },
});
export const valueEstimated = (minor: number): ExpectedValueEstimated => ({ type: 'ExpectedValueEstimated', data: { value: eur(minor) } });
export const dealPostponed = (wakeUp: string | null = '2025-09-01'): DealPostponed => ({
  type: 'DealPostponed',
  data: { wakeUp: wakeUp === null ? null : day(wakeUp) },
});
export const dealWon = (minor = 12_000): DealWon => ({ type: 'DealWon', data: { value: eur(minor), reasons: ['price'] } });
export const dealLost = (...reasons: string[]): DealLost => ({
  type: 'DealLost',
  data: { reasons: reasons.length > 0 ? reasons : ['competitor'] },
});
export const routedToMarketing = (): RequestRoutedToMarketing => ({
  type: 'RequestRoutedToMarketing',
  data: { lists: ['newsletter'], reason: 'no plans yet' },
});
export const requestFiled = (): RequestFiled => ({ type: 'RequestFiled', data: { reason: 'a student asking' } });

export const registerRequest = (data: Partial<RequestRegistered['data']> = {}): DealCommand => ({
  ...requestRegistered(data).data,
  type: 'RegisterRequest',
  id: DEAL,
  summary: 'wants thirty desks',
});
