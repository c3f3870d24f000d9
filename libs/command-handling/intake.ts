import type { RegisterCompany } from '../domain/company/company.commands.js';
import type { RegisterContact } from '../domain/contact/contact.commands.js';
import type { RegisterRequest } from '../domain/deal/deal.commands.js';
import { NOT_IN_SOURCE } from '../domain/shared/envelope.js';
import type { CompanyId, ContactId, DealId } from '../domain/shared/ids.js';
import { Refusal } from '../domain/shared/refusal.js';
import type { CommandOutcome } from './command.js';

type New<C, Omitted extends string> = Omit<C, 'type' | 'id' | Omitted>;

/** A request as it comes in: contact and company by reference or new (RQ03), the rest as `RegisterRequest` has it. */
export interface Intake extends New<RegisterRequest, 'contactId' | 'companyId'> {
  readonly contact: { readonly id: ContactId } | { readonly new: New<RegisterContact, 'companyId'> };
  /** Left out: the company that a known contact works for. */
  readonly company?: { readonly id: CompanyId } | { readonly new: New<RegisterCompany, never> };
}

/** The deal's outcome, and whom it is about. */
export interface IntakeOutcome extends CommandOutcome {
  readonly contactId: ContactId;
  readonly companyId: CompanyId;
}

export interface IntakeIds {
  readonly companyId: CompanyId;
  readonly contactId: ContactId;
  readonly dealId: DealId;
}

/** The commands that an intake comes to, in the order in which they are carried out: a crash leaves at most a contact without a request. */
export interface IntakeCommands {
  readonly company: RegisterCompany | undefined;
  readonly contact: RegisterContact | undefined;
  readonly request: RegisterRequest;
}

/** `fresh` has the ids of what is new; `employer` is the company that a known contact works for as known now. @throws Refusal */
export function intakeCommands(
  intake: Intake,
  fresh: IntakeIds,
  employer: CompanyId | null | typeof NOT_IN_SOURCE | undefined,
): IntakeCommands {
  const { contact, company, ...request } = intake;
  const companyId = companyOf(intake, fresh, employer);
  const contactId = 'id' in contact ? contact.id : fresh.contactId;
  return {
    company: company !== undefined && 'new' in company ? { type: 'RegisterCompany', id: companyId, ...company.new } : undefined,
    contact: 'new' in contact ? { type: 'RegisterContact', id: contactId, companyId, ...contact.new } : undefined,
    request: { type: 'RegisterRequest', id: fresh.dealId, contactId, companyId, ...request },
  };
}

function companyOf(
  { contact, company }: Intake,
  fresh: IntakeIds,
  employer: CompanyId | null | typeof NOT_IN_SOURCE | undefined,
): CompanyId {
  if (company !== undefined) return 'id' in company ? company.id : fresh.companyId;
  if (employer !== undefined && employer !== null && employer !== NOT_IN_SOURCE) return employer;
  const who = 'id' in contact ? `contact ${contact.id} works for no company that we know` : 'the contact is new';
  throw new Refusal('request/company-missing', `${who}: name the company of the request, by id or as new`, {
    legal: ['company.id', 'company.new'],
  });
}
