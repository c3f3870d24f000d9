import type { NotInSource, Personal } from '../shared/envelope.js';
import type { CompanyId } from '../shared/ids.js';
import type { EpochMs } from '../shared/instant.js';
import type { Timeline } from '../shared/timeline.js';
import { put } from '../shared/timeline.js';
import type { ContactEvent } from './contact.events.js';

export interface Contact {
  readonly registered: boolean;
  readonly name: Timeline<Personal>;
  readonly companyId: Timeline<CompanyId | null | NotInSource>;
  readonly email: Timeline<Personal | null>;
  readonly phone: Timeline<Personal | null>;
  readonly role: Timeline<Personal | null>;
}

export const noContact: Contact = { registered: false, name: [], companyId: [], email: [], phone: [], role: [] };

/** What is left out stays as it was. */
function said<T>(timeline: Timeline<T>, at: EpochMs, value: T | undefined): Timeline<T> {
  return value === undefined ? timeline : put(timeline, at, value);
}

export function evolve(contact: Contact, fact: ContactEvent & { readonly effectiveAt: EpochMs }): Contact {
  const at = fact.effectiveAt;
  switch (fact.type) {
    case 'ContactRegistered':
    case 'ContactDetailsRevised': {
      const { name, email, phone, role } = fact.data;
      const registered = fact.type === 'ContactRegistered';
      return {
        registered: contact.registered || registered,
        name: said(contact.name, at, name),
        companyId: registered ? put(contact.companyId, at, fact.data.companyId) : contact.companyId,
        email: said(contact.email, at, email),
        phone: said(contact.phone, at, phone),
        role: said(contact.role, at, role),
      };
    }
    case 'ContactMovedToCompany':
      return { ...contact, companyId: put(contact.companyId, at, fact.data.companyId) };
    default:
      fact satisfies never; // a new event does not compile until it is folded; an old reader lets it pass
      return contact;
  }
}
