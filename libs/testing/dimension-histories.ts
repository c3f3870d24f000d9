import type { DealtrailEvent } from '../domain/events.js';
import type { RecordedEvent } from '../domain/shared/envelope.js';
import type { CompanyId, EmployeeId, StageId } from '../domain/shared/ids.js';
import type { CalendarDate, EpochMs } from '../domain/shared/instant.js';
import { BEGINNING_OF_TIME } from '../domain/shared/instant.js';
import type { ProcessDefinition } from '../domain/pipeline/pipeline.events.js';
import type { Draft, Step } from './history-steps.js';
import { HISTORY_STAGES, sealedText } from './history-steps.js';

const DAY = 86_400_000;

function employee(first: boolean, id: number, { what, a, b }: Step): DealtrailEvent {
  if (first) return { type: 'EmployeeRegistered', data: { name: sealedText(`employee-e${id}`, a, 'EmployeeRegistered.name') } };
  switch (what % 6) {
    case 0:
      return { type: 'EmployeeRenamed', data: { name: sealedText(`employee-e${id}`, a, 'EmployeeRenamed.name') } };
    case 1:
      return { type: 'ManagerAssigned', data: { managerId: b % 4 === 0 ? null : (`e${b % 3}` as EmployeeId) } };
    case 2:
      return { type: 'OfficeJoined', data: { office: b % 4 === 0 ? null : `office-${b % 2}` } };
    case 3:
      return { type: 'DepartmentJoined', data: { department: `department-${b % 2}` } };
    default:
      return { type: 'TeamJoined', data: { team: b % 5 === 0 ? null : `team-${b % 3}` } };
  }
}

function company(first: boolean, { what, a, b }: Step): DealtrailEvent {
  if (first) return { type: 'CompanyRegistered', data: { name: `Firm ${a % 5}` } };
  switch (what % 4) {
    case 0:
      return { type: 'CompanyRenamed', data: { name: `Firm ${b % 5}` } };
    case 1:
      return { type: 'CompanyProfiled', data: { employees: b, ...(a % 2 === 0 ? { country: 'SE' } : {}) } };
    default:
      return { type: 'IndustryClassified', data: { industry: b % 4 === 0 ? null : `industry-${b % 3}` } };
  }
}

function product(first: boolean, { what, a, b }: Step): DealtrailEvent {
  if (first) return { type: 'ProductRegistered', data: { name: `Product ${a % 3}`, ...(b % 2 === 0 ? { series: 'GTX' } : {}) } };
  if (what % 3 === 0) return { type: 'ProductRenamed', data: { name: `Product ${b % 3}` } };
  return { type: 'ListPriceSet', data: { listPrice: b % 4 === 0 ? null : { minor: b * 100, currency: 'EUR' } } };
}

function contact(first: boolean, id: number, { what, a, b }: Step): DealtrailEvent {
  const name = sealedText(`contact-p${id}`, a, first ? 'ContactRegistered.name' : 'ContactDetailsRevised.name');
  if (first) return { type: 'ContactRegistered', data: { name, companyId: b % 3 === 0 ? null : (`c${b % 3}` as CompanyId) } };
  if (what % 2 === 0) return { type: 'ContactDetailsRevised', data: { ...(a % 2 === 0 ? { name } : {}), role: null } };
  return { type: 'ContactMovedToCompany', data: { companyId: `c${b % 3}` as CompanyId } };
}

function processOf({ a, b }: Step): ProcessDefinition {
  return {
    name: `Process ${a % 3}`,
    stages: HISTORY_STAGES.map((id, index) => ({
      id: id as StageId, // the generators' own stages
      label: `${id} ${b % 3}`,
      weight: b % 5 === 0 ? null : Math.min(10_000, 1000 + index * 2000 + (b % 4) * 100),
      requiredFields: [],
      stagnatesAfterDays: index === 0 ? 14 : null,
      actions: [],
    })),
    gates: {},
    removedStages: [],
  };
}

/** The next fact of something that deals refer to: the first known value undated, later ones dated anywhere, also before what is there or ahead. */
export function nextDimensionEvent(streams: ReadonlyMap<string, readonly RecordedEvent[]>, step: Step, now: EpochMs): Draft {
  const { what, a, b } = step;
  const id = a % 3;
  const kinds = [
    'employee',
    'employee',
    'employee',
    'company',
    'product',
    'campaign',
    'contact',
    'pipeline',
    'pipeline',
    'quota',
    'rate',
  ] as const;
  const kind = kinds[(what >> 3) % kinds.length]!; // the index is in range
  const names = {
    employee: `e${id}`,
    company: `c${id}`,
    product: `x${id}`,
    campaign: `k${id % 2}`,
    contact: `p${id}`,
    pipeline: `q${id % 2}`,
    quota: `t${id}`,
    rate: 'SEK-EUR',
  };
  const stream = `${kind}-${names[kind]}`;
  const before = streams.get(stream) ?? [];
  const first = before.length === 0;

  const event = ((): DealtrailEvent => {
    switch (kind) {
      case 'employee':
        return employee(first, id, step);
      case 'company':
        return company(first, step);
      case 'product':
        return product(first, step);
      case 'contact':
        return contact(first, id, step);
      case 'campaign':
        return first
          ? { type: 'CampaignRegistered', data: { name: `Fair ${b % 3}` } }
          : { type: 'CampaignRenamed', data: { name: `Fair ${b % 3}` } };
      case 'pipeline':
        return first
          ? { type: 'PipelineDefined', data: { version: 1, process: processOf(step) } }
          : { type: 'PipelineRevised', data: { version: before.length + 1, process: processOf(step) } };
      case 'rate':
        if (!first && what % 4 === 0) return { type: 'RateWithdrawn', data: {} };
        return { type: 'RateSet', data: { from: 'SEK', to: 'EUR', rate: `0.0${80 + (b % 20)}` } };
      case 'quota':
        if (!first && what % 4 === 0) return { type: 'QuotaWithdrawn', data: {} };
        return {
          type: 'QuotaSet',
          data: {
            holder: b % 2 === 0 ? { kind: 'person', employeeId: `e${id}` as EmployeeId } : { kind: 'team', team: `team-${id}` },
            from: '2025-01-01' as CalendarDate,
            to: '2025-04-01' as CalendarDate,
            amount: { minor: b * 1000, currency: 'EUR' },
          },
        };
    }
  })();
  if (b % 4 === 0 && !['contact', 'quota', 'rate'].includes(kind)) return { stream, event, effectiveAt: BEGINNING_OF_TIME, dated: false };
  return { stream, event, effectiveAt: now + [0, 0, -DAY, -30 * DAY, 10 * DAY][b % 5]! }; // the index is in range
}
