import type { CampaignId, CompanyId, ContactId, DealId, EmployeeId, ProductId } from '../../../../libs/domain/shared/ids.js';
import type { RequestOrigin, RequestSource } from '../../../../libs/domain/deal/deal.events.js';
import type { Intake } from '../../../../libs/command-handling/intake.js';
import { FreeText, Id, Name, Nested, OneOf } from '../../http/fields.js';
import type { Fault } from '../../http/problem.js';
import { malformed } from '../../http/problem.js';
import { CompanyProfileBody } from './company.bodies.js';
import { CommandBody, said } from './shared.bodies.js';

/** Who asked: a contact that is known, or a new one (RQ03: what is already held is not entered again). */
export class NewContactBody {
  @Name({ example: 'Anna Jansen' })
  name!: string;
  @Name({ optional: true, example: 'anna@company.example' })
  email?: string;
  @Name({ optional: true, example: '+31 20 555 0100' })
  phone?: string;
  @Name({ optional: true, example: 'head of purchasing' })
  role?: string;
}
export class ContactOfRequestBody {
  @Id({ optional: true, about: 'Of a contact that is known.' })
  id?: ContactId;
  @Nested(() => NewContactBody, { optional: true, about: 'A contact not known yet.' })
  new?: NewContactBody;
}
export class NewCompanyBody {
  @Name({ example: 'Vermeer Machines' })
  name!: string;
  @Name({ optional: true, nullable: true, example: 'manufacturing' })
  industry?: string | null;
  @Nested(() => CompanyProfileBody, { optional: true })
  profile?: CompanyProfileBody;
}
export class CompanyOfRequestBody {
  @Id({ optional: true, about: 'Of a company that is known.' })
  id?: CompanyId;
  @Nested(() => NewCompanyBody, { optional: true, about: 'A company not known yet.' })
  new?: NewCompanyBody;
}
export class RequestSourceBody {
  @OneOf(['known', 'unknown', 'not-asked'], { about: "'unknown' is an answer, 'not-asked' is none yet (RQ05)." })
  kind!: 'known' | 'unknown' | 'not-asked';
  @Name({ optional: true, about: 'With kind known.', example: 'website' })
  source?: string;
}
export class RequestOriginBody {
  @OneOf(['spontaneous', 'provoked'], { about: 'Whether we provoked the request (RQ06).' })
  kind!: 'spontaneous' | 'provoked';
  @Id({ optional: true, about: 'With kind provoked: the action that did.' })
  campaignId?: CampaignId;
}
export class ReceivedByBody {
  @Id({ example: 'anna' })
  employeeId!: EmployeeId;
  @Name({ example: 'inside sales' })
  department!: string;
}

export class RegisterRequestBody extends CommandBody {
  @Nested(() => ContactOfRequestBody, { example: { new: { name: 'Anna Jansen', email: 'anna@company.example' } } })
  contact!: ContactOfRequestBody;
  @Nested(() => CompanyOfRequestBody, {
    optional: true,
    about: 'Left out: the company that a known contact works for.',
    example: { new: { name: 'Vermeer Machines', industry: 'manufacturing' } },
  })
  company?: CompanyOfRequestBody;
  @FreeText({ example: 'wants a price for ten machines before summer' })
  summary!: string;
  @Nested(() => RequestSourceBody, { example: { kind: 'known', source: 'website' } })
  source!: RequestSourceBody;
  @Nested(() => RequestOriginBody, { example: { kind: 'spontaneous' } })
  origin!: RequestOriginBody;
  @Nested(() => ReceivedByBody, {
    about: 'The colleague and the department that received it (RQ07).',
    example: { employeeId: 'bob', department: 'after-sales' },
  })
  receivedBy!: ReceivedByBody;
  @Id({ optional: true })
  productId?: ProductId;
  @Id({ optional: true, about: 'A similar request closed earlier: linked, never reopened (RQ20).' })
  earlierRequest?: DealId;
}

/** Faults that no field has by itself: one of two fields, a field that goes with a kind. */
export function requestFaults(
  body: Pick<RegisterRequestBody, 'source' | 'origin'> & Partial<Pick<RegisterRequestBody, 'contact' | 'company'>>,
): Fault[] {
  const faults: Fault[] = [];
  for (const name of ['contact', 'company'] as const) {
    const choice = body[name];
    if (choice && (choice.id === undefined) === (choice.new === undefined))
      faults.push({ path: name, message: 'must have either id or new' });
  }
  if ((body.source.kind === 'known') !== (body.source.source !== undefined))
    faults.push({ path: 'source.source', message: 'goes with kind known, and only with it' });
  if ((body.origin.kind === 'provoked') !== (body.origin.campaignId !== undefined))
    faults.push({ path: 'origin.campaignId', message: 'goes with kind provoked, and only with it' });
  return faults;
}

export function sourceOf({ kind, source }: RequestSourceBody): RequestSource {
  return kind === 'known' ? { kind, source: source ?? '' } : { kind }; // checked by requestFaults
}

export function originOf({ kind, campaignId }: RequestOriginBody): RequestOrigin {
  return kind === 'provoked' && campaignId !== undefined ? { kind, campaignId } : { kind: 'spontaneous' };
}

/** @throws RequestProblem with the path of each fault */
export function intakeOf(body: RegisterRequestBody): Intake {
  const faults = requestFaults(body);
  if (faults.length > 0) throw malformed(faults);
  const { contact, company, summary, source, origin, receivedBy, productId, earlierRequest } = body;
  return {
    contact: contactOf(contact),
    ...(company === undefined ? {} : { company: companyOf(company) }),
    summary,
    source: sourceOf(source),
    origin: originOf(origin),
    receivedBy: { employeeId: receivedBy.employeeId, department: receivedBy.department },
    ...(productId === undefined ? {} : { productId }),
    ...(earlierRequest === undefined ? {} : { earlierRequest }),
  };
}

function contactOf({ id, new: made }: ContactOfRequestBody): Intake['contact'] {
  return made === undefined ? { id: id as ContactId } : { new: said(made) }; // one of the two, checked by requestFaults
}

function companyOf({ id, new: made }: CompanyOfRequestBody): NonNullable<Intake['company']> {
  if (made === undefined) return { id: id as CompanyId }; // one of the two, checked by requestFaults
  const { profile, ...rest } = said(made);
  return { new: { ...rest, ...(profile === undefined ? {} : { profile: said(profile) }) } };
}
