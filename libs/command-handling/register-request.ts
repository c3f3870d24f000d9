import type { Company } from '../domain/company/company.evolve.js';
import type { Contact } from '../domain/contact/contact.evolve.js';
import type { RegisterRequest } from '../domain/deal/deal.commands.js';
import { dealKind } from '../domain/deal/deal.decider.js';
import type { RequestRegistered } from '../domain/deal/deal.events.js';
import type { CompanyId, ContactId, DealId } from '../domain/shared/ids.js';
import { streamName } from '../domain/shared/ids.js';
import { Refusal } from '../domain/shared/refusal.js';
import { valueAt } from '../domain/shared/timeline.js';
import type { EpochMs } from '../domain/shared/instant.js';
import { END_OF_TIME } from '../domain/shared/instant.js';
import type { CarryingOut } from './carrying-out.js';
import type { CommandContext, CommandOutcome } from './command.js';
import { IdempotencyKeyReused } from './errors.js';
import { derivedId } from './ids.js';
import type { Intake, IntakeIds, IntakeOutcome } from './intake.js';
import { intakeCommands } from './intake.js';
import { answerKey } from './stream-state.js';

function unknown(kind: 'contact' | 'company', id: string): Refusal {
  return new Refusal(`${kind}/unknown`, `${kind} ${id} is not known: register it first, or give it as new`, { id });
}

/** With a key, what is new has the same ids each time, so that the same request again finds what it made before. */
function freshIds({ actor, idempotencyKey }: CommandContext, freshId: () => string): IntakeIds {
  const id = (ordinal: number): string =>
    idempotencyKey === undefined ? freshId() : derivedId(actor, 'RegisterRequest', idempotencyKey, ordinal);
  return { companyId: id(0) as CompanyId, contactId: id(1) as ContactId, dealId: id(2) as DealId };
}

/**
 * Registers a request with its company and contact where they are new: three streams, three appends, in the order company, contact, deal. The same key completes what a crash
 * left undone, and gives the first answer once it is done. @throws what `execute` throws; Refusal for a reference to nobody
 */
export async function registerRequest(
  handling: CarryingOut,
  intake: Intake,
  context: CommandContext,
  freshId: () => string,
): Promise<IntakeOutcome> {
  const ids = freshIds(context, freshId);
  if (context.idempotencyKey !== undefined) await refuseReusedKey(handling, ids, intake, context);
  const known = await knownParties(handling, intake);
  const { company, contact, request } = intakeCommands(intake, ids, known.employer);
  // Who and which firm they are counts from the beginning, or as their own facts say; only the request happened at `effectiveAt`. If-Match is for existing streams.
  const { effectiveAt: _at, expectedRevision: _revision, ...partyContext } = context;
  const body = bodyOf(intake, context);
  if (company !== undefined || contact !== undefined) refuseBeforehand(request, context, context.recordedAt ?? handling.now());
  if (company !== undefined) await handling.execute(company, partyContext, body);
  if (contact !== undefined) await handling.execute(contact, partyContext, body);
  const outcome = await handling.execute(request, context, body);
  const { contactId, companyId } = outcome.repeated ? await firstParties(handling, outcome) : request;
  return { ...outcome, contactId: contactId as ContactId, companyId: companyId as CompanyId }; // an intake knows no `not-in-source`
}

/** What the request would be refused for must not leave a company or a contact behind: it is decided on the empty stream first. @throws Refusal */
function refuseBeforehand(request: RegisterRequest, { actor, effectiveAt }: CommandContext, now: EpochMs): void {
  const { initial } = dealKind;
  const { at } = dealKind.effectiveAt(initial, request, effectiveAt, { now, latestAt: null });
  const nothing = { latestAt: null, withdrawn: false, processes: new Map(), history: () => [], schemaVersionOf: () => 1 };
  dealKind.decide(initial, request, { actor, now, at, ...nothing });
}

/** What the key stands for, on each of the streams. */
function bodyOf(intake: Intake, { effectiveAt = null }: { readonly effectiveAt?: number | null }): object {
  return { intake, effectiveAt };
}

/** Whom the first answer named: the contact may work elsewhere by now. */
async function firstParties(
  handling: CarryingOut,
  { stream, events }: CommandOutcome,
): Promise<Pick<RequestRegistered['data'], 'companyId' | 'contactId'>> {
  const history = await handling.history(stream);
  const registered = history.find(({ eventId }) => eventId === events[0]?.eventId);
  if (registered === undefined) throw new TypeError(`${stream} does not hold its first answer`);
  return registered.data as RequestRegistered['data']; // what a request's first event is
}

/** Before anything is written: a key that stands for another body must not leave half of this one behind. */
async function refuseReusedKey(handling: CarryingOut, ids: IntakeIds, intake: Intake, context: CommandContext): Promise<void> {
  const key = context.idempotencyKey ?? '';
  const hash = handling.bodyHash(bodyOf(intake, context));
  const streams = [streamName('deal', ids.dealId), streamName('contact', ids.contactId), streamName('company', ids.companyId)];
  for (const stream of streams) {
    const answer = (await handling.stateOf(stream)).marks.answers.get(answerKey(context.actor, key));
    if (answer !== undefined && answer.requestHash !== hash) throw new IdempotencyKeyReused(key, stream);
  }
}

/** A reference must lead somewhere (RQ02: an identified person asks). */
async function knownParties(
  handling: CarryingOut,
  { contact, company }: Intake,
): Promise<{ readonly employer: ReturnType<typeof employerOf> }> {
  if (company !== undefined && 'id' in company) {
    const found = (await handling.stateOf(streamName('company', company.id))).folded.state as Company; // the state of its kind
    if (!found.registered) throw unknown('company', company.id);
  }
  if (!('id' in contact)) return { employer: undefined };
  const found = (await handling.stateOf(streamName('contact', contact.id))).folded.state as Contact; // the state of its kind
  if (!found.registered) throw unknown('contact', contact.id);
  return { employer: employerOf(found) };
}

function employerOf(contact: Contact): Contact['companyId'][number]['value'] | undefined {
  return valueAt(contact.companyId, END_OF_TIME);
}
