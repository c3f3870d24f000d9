import type { Command } from '../domain/commands.js';
import type { CompanyId, ContactId, DealId } from '../domain/shared/ids.js';
import type { Random } from './random.js';
import { COUNTRIES, FIRM_BEGINNINGS, FIRM_ENDINGS, FIRM_MIDDLES, FIRST_NAMES, INDUSTRY_OF, ROLES, SURNAMES } from './words.js';

export interface Requester {
  readonly companyId: CompanyId;
  readonly contactId: ContactId;
  /** A request of theirs that was closed earlier (RQ20). */
  readonly earlierRequest: DealId | undefined;
  /** What becomes known of them with the request: a new company, a new contact, or news of old ones. */
  readonly news: readonly Command[];
}

function companyId(number: number): CompanyId {
  return `C${String(number).padStart(4, '0')}` as CompanyId;
}

function contactId(number: number): ContactId {
  return `P${String(number).padStart(5, '0')}` as ContactId;
}

/** The firms and people outside who ask. Known by number, so that a million of them cost a few bytes each. */
export class Customers {
  #companies = 0;
  /** By contact: the number of their company. */
  readonly #companyOf: number[] = [];
  /** By company: the number of one of its contacts, the last who asked. */
  readonly #lastContact: number[] = [];
  readonly #closedRequests = new Map<ContactId, DealId>();

  /** A request closed to marketing or filed: the next one of this person is a new one that is linked to it. */
  closedRequest(contact: ContactId, deal: DealId): void {
    this.#closedRequests.set(contact, deal);
  }

  anyCompany(random: Random): CompanyId {
    return companyId(random.whole(1, Math.max(1, this.#companies)));
  }

  nextRequester(random: Random): Requester {
    const news: Command[] = [];
    const known = this.#companies > 0 && random.chance(0.55);
    const company = known ? random.whole(1, this.#companies) : this.#newCompany(random, news);
    const contact =
      known && random.chance(0.6)
        ? (this.#lastContact[company] ?? this.#newContact(company, random, news))
        : this.#newContact(company, random, news);
    if (known) this.#gossip(company, contact, random, news);
    this.#lastContact[company] = contact;
    const id = contactId(contact);
    return { companyId: companyId(company), contactId: id, earlierRequest: this.#closedRequests.get(id), news };
  }

  #newCompany(random: Random, news: Command[]): number {
    this.#companies += 1;
    const ending = random.pick(FIRM_ENDINGS);
    const name = `${random.pick(FIRM_BEGINNINGS)}${random.pick(FIRM_MIDDLES)} ${ending}`;
    const profile = { country: random.pick(COUNTRIES), employees: Math.round(random.skewed(80)) + 1 };
    const industry = random.chance(0.9) ? { industry: INDUSTRY_OF[ending] } : {};
    news.push({ type: 'RegisterCompany', id: companyId(this.#companies), name, ...industry, ...(random.chance(0.7) ? { profile } : {}) });
    return this.#companies;
  }

  #newContact(company: number, random: Random, news: Command[]): number {
    const contact = this.#companyOf.push(company);
    const [first, last] = [random.pick(FIRST_NAMES), random.pick(SURNAMES)];
    const email = `${first}.${last}@customer-${company}.example`.toLowerCase();
    const phone = `+32 9 ${random.whole(200, 299)} ${random.whole(10, 99)} ${random.whole(10, 99)}`;
    news.push({
      ...{ type: 'RegisterContact', id: contactId(contact), name: `${first} ${last}`, companyId: companyId(company) },
      ...(random.chance(0.85) ? { email } : {}),
      ...(random.chance(0.6) ? { phone } : {}),
      ...(random.chance(0.75) ? { role: random.pick(ROLES) } : {}),
    });
    return contact;
  }

  /** What one hears when somebody calls again. */
  #gossip(company: number, contact: number, random: Random, news: Command[]): void {
    if (!random.chance(0.12)) return;
    const person = contactId(contact);
    const isNew = news.some((command) => command.id === person);
    const said = random.whole(0, 4);
    if (said === 0) news.push({ type: 'ClassifyIndustry', id: companyId(company), industry: random.pick(Object.values(INDUSTRY_OF)) });
    if (said === 1)
      news.push({ type: 'ProfileCompany', id: companyId(company), profile: { employees: Math.round(random.skewed(120)) + 1 } });
    if (said === 2) {
      const name = `${random.pick(FIRM_BEGINNINGS)}${random.pick(FIRM_MIDDLES)} ${random.pick(FIRM_ENDINGS)}`;
      news.push({ type: 'RenameCompany', id: companyId(company), name });
    }
    if (said === 3 && !isNew) news.push({ type: 'ReviseContactDetails', id: person, role: random.pick(ROLES), phone: null });
    if (said === 4 && !isNew) {
      const elsewhere = random.whole(1, this.#companies);
      this.#companyOf[contact - 1] = elsewhere;
      news.push({ type: 'MoveContactToCompany', id: person, companyId: companyId(elsewhere) });
    }
  }
}
