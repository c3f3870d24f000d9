import { assertNever } from '../shared/assert-never.js';
import type { DecideContext } from '../shared/decide-context.js';
import { dimensionInstant } from '../shared/effective-instant.js';
import { NOT_IN_SOURCE } from '../shared/envelope.js';
import type { EpochMs } from '../shared/instant.js';
import { registryRefusals } from '../shared/registry.refusals.js';
import { holdsAt } from '../shared/timeline.js';
import type { StreamKind } from '../stream-kind.js';
import type { ContactCommand, RegisterContact, ReviseContactDetails } from './contact.commands.js';
import type { ContactEvent } from './contact.events.js';
import type { Contact } from './contact.evolve.js';
import { evolve, noContact } from './contact.evolve.js';

const refusals = registryRefusals('contact', 'RegisterContact');
const DETAILS = ['name', 'email', 'phone', 'role'] as const;

function register(contact: Contact, command: RegisterContact, { at, actor }: Pick<DecideContext, 'at' | 'actor'>): ContactEvent[] {
  const { type: _type, id, ...data } = command;
  if (contact.registered) {
    const same = detailsHold(contact, command, at) && holdsAt(contact.companyId, at, command.companyId);
    if (same) return [];
    throw refusals.alreadyRegistered(id);
  }
  if (command.name.trim() === '') throw refusals.textMissing(id, 'name');
  if (command.companyId === NOT_IN_SOURCE && actor.kind !== 'import') throw refusals.notInSource(id, ['companyId']);
  return [{ type: 'ContactRegistered', data }];
}

/** Personal fields that the state holds sealed are never the same as clear text: the revision is then recorded once more. */
function detailsHold(contact: Contact, details: RegisterContact | ReviseContactDetails, at: EpochMs): boolean {
  return DETAILS.every((field) => {
    const value = details[field];
    return value === undefined || holdsAt<unknown>(contact[field], at, value);
  });
}

export function decide(contact: Contact, command: ContactCommand, context: Pick<DecideContext, 'at' | 'actor'>): ContactEvent[] {
  if (command.type === 'RegisterContact') return register(contact, command, context);
  if (!contact.registered) throw refusals.unknown(command.id);
  switch (command.type) {
    case 'ReviseContactDetails': {
      const { type: _type, id, ...data } = command;
      if (data.name?.trim() === '') throw refusals.textMissing(id, 'name');
      return detailsHold(contact, command, context.at) ? [] : [{ type: 'ContactDetailsRevised', data }];
    }
    case 'MoveContactToCompany': {
      const { companyId } = command;
      return holdsAt(contact.companyId, context.at, companyId) ? [] : [{ type: 'ContactMovedToCompany', data: { companyId } }];
    }
    default:
      return assertNever(command);
  }
}

export const contactKind: StreamKind<Contact, ContactCommand, ContactEvent> = {
  category: 'contact',
  initial: noContact,
  evolve,
  decide,
  effectiveAt: (contact, _command, asked, { now }) => dimensionInstant(asked, now, !contact.registered),
  pipelinesNeeded: () => [],
};
