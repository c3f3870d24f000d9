import { NOT_IN_SOURCE } from '../../libs/domain/shared/envelope.js';
import type { HistoryEntry } from '../../libs/reporting/queries.js';

export const NAMED_THINGS = ['employee', 'company', 'product', 'campaign', 'contact'] as const;
export type NamedThing = (typeof NAMED_THINGS)[number];

/** Fields of events that hold the id of something with a name. */
const THING_OF: Readonly<Record<string, NamedThing>> = {
  ownerId: 'employee',
  employeeId: 'employee',
  companyId: 'company',
  productId: 'product',
  campaignId: 'campaign',
  contactId: 'contact',
};

function inData(value: unknown, into: Map<string, readonly [NamedThing, string]>): void {
  if (Array.isArray(value)) for (const member of value) inData(member, into);
  else if (typeof value === 'object' && value !== null) {
    for (const [field, member] of Object.entries(value)) {
      const thing = THING_OF[field];
      if (thing === undefined || typeof member !== 'string') inData(member, into);
      else if (member !== NOT_IN_SOURCE) into.set(`${thing}/${member}`, [thing, member]);
    }
  }
}

/** Everything with a name that these events and their actors mention, by `<kind>/<id>`. */
export function namedIn(events: readonly HistoryEntry[]): ReadonlyMap<string, readonly [NamedThing, string]> {
  const named = new Map<string, readonly [NamedThing, string]>();
  for (const { actor, data } of events) {
    if (actor.kind === 'person') named.set(`employee/${actor.id}`, ['employee', actor.id]);
    inData(data, named);
  }
  return named;
}
