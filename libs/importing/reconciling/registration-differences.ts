import type { DealFact } from '../../domain/deal/deal.events.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { isoInstant } from '../../domain/shared/instant.js';
import { sameJson } from '../../domain/shared/same-json.js';
import { commandsFor, saysNothing, unsaid } from './commands-for.js';
import type { PlanFact } from './deal-plan.js';
import type { HashedSaid, ImportFact, Place } from './moment.js';
import { ordinary } from './ordinary.js';
import type { Planned } from './planned.js';
import type { Reconciling } from './reconciling.js';

/** False: nothing more is said of this moment. */
export function registered(
  work: Reconciling,
  { place, hash }: HashedSaid,
  fact: ImportFact & { is: 'registered' },
  at: EpochMs | null,
): boolean {
  const { plan } = work;
  if (plan.has(hash)) return true;
  const known = plan.first('RequestRegistered');
  if (known === undefined) {
    const [planned] = commandsFor(plan.id, plan.now(), fact, []) as readonly Planned[]; // of no deal, registering is always possible
    if (planned !== undefined) plan.act(planned, at ?? work.context.instant, at !== null, hash, place);
    return true;
  }
  if (at !== null && !known.dated) {
    // The date became known: the undated fact moves there, and with it comes what the row says beyond it.
    const data = { ...known.fact.data, ...withheldUntilNow(known.fact.data, fact.data) };
    plan.replace(known, { type: 'RequestRegistered', data }, at, hash, place, `${work.reason}: the date became known`);
    compareRegistration(work, fact, at, place);
    return true;
  }
  if (at !== null && at !== known.at) {
    if (work.said.claim === 'happened') {
      work.contradicts(place, `registered on ${isoInstant(known.at)} as recorded, on ${isoInstant(at)} as the source says`, () =>
        moveBeginning(work, known, at, hash, fact, place),
      );
    } else if (at < known.at) {
      const corrected = pullBack(work, known, fact, at, hash, place);
      if (!corrected) return false;
    }
  }
  if (work.said.claim === 'happened') compareRegistration(work, fact, at, place);
  return true;
}

/** With the registration goes what the import recorded of the same instant: the stage it began in, what was expected of it. */
function moveBeginning(work: Reconciling, known: PlanFact, at: EpochMs, hash: string, fact: ImportFact, place: Place): boolean {
  const together = work.plan.all().filter((other) => other.at === known.at && other.imported && other !== known);
  if (!work.plan.replace(known, known.fact, at, hash, place, work.reason)) return false;
  together.forEach((other, i) => work.plan.replace(other, other.fact, at, work.hash(fact, at, `/with${i}`), place, work.reason));
  return true;
}

/** An older reading of the source than the one that brought the deal: it begins earlier, and what was first known of it stays from then on. */
function pullBack(
  work: Reconciling,
  known: PlanFact & { fact: Extract<DealFact, { type: 'RequestRegistered' }> },
  fact: ImportFact & { is: 'registered' },
  at: EpochMs,
  hash: string,
  place: Place,
): boolean {
  const { plan, reason } = work;
  let corrected = false;
  work.contradicts(place, `not recorded before ${isoInstant(known.at)}, in the source on ${isoInstant(at)}`, () => {
    const before = known.fact.data;
    const earlier = { ...before, ...saidBy(fact.data) };
    corrected = plan.replace(known, { type: 'RequestRegistered', data: earlier }, at, hash, place, reason);
    const { companyId, productId } = before;
    if (corrected && earlier.companyId !== companyId && companyId !== 'not-in-source') {
      plan.insert(
        { type: 'CompanyIdentified', data: { companyId } },
        known.at,
        known.dated,
        work.hash(fact, at, '/company'),
        place,
        reason,
      );
    }
    if (corrected && productId !== undefined && earlier.productId !== productId) {
      plan.insert(
        { type: 'ProductIdentified', data: { productId } },
        known.at,
        known.dated,
        work.hash(fact, at, '/product'),
        place,
        reason,
      );
    }
    return corrected;
  });
  return corrected;
}

/** What the registration says of whom and what, against what is known: filled in where nothing was known, else a contradiction. */
function compareRegistration(work: Reconciling, fact: ImportFact & { is: 'registered' }, at: EpochMs | null, place: Place): void {
  const { plan } = work;
  const known = plan.first('RequestRegistered');
  const deal = plan.now();
  if (known === undefined || deal.status === 'none') return;
  const { companyId, productId } = fact.data;
  const late = [
    ...(companyId === 'not-in-source' || !saysNothing(deal.companyId) ? [] : [{ is: 'company', companyId } as const]),
    ...(productId === undefined || !saysNothing(deal.productId) ? [] : [{ is: 'product', productId } as const]),
  ];
  // The source does not say since when it knows: recorded undated, from this import on.
  for (const one of late) ordinary(work, one, null, work.hash(one, null), place);
  const given: Readonly<Record<string, unknown>> = { ...fact.data };
  const recorded: Readonly<Record<string, unknown>> = {
    ...known.fact.data,
    companyId: deal.companyId,
    productId: deal.productId ?? undefined,
  };
  for (const field of ['companyId', 'productId', 'contactId', 'source', 'origin', 'receivedBy'] as const) {
    if (unsaid(given[field]) || sameJson(given[field], recorded[field]) || late.some((one) => `${one.is}Id` === field)) continue;
    work.contradicts(
      place,
      `${field} ${JSON.stringify(recorded[field] ?? null)} as recorded, ${JSON.stringify(given[field])} as the source says`,
      () =>
        plan.replace(
          plan.first('RequestRegistered') ?? known,
          { type: 'RequestRegistered', data: { ...known.fact.data, ...saidBy(fact.data) } },
          at ?? known.at,
          work.hash(fact, at, `/${field}`),
          place,
          work.reason,
        ),
    );
  }
}

type Registration = Extract<DealFact, { type: 'RequestRegistered' }>['data'];

/** What a registration says, without what the source does not hold; its summary is sealed once recorded and never compared. */
function saidBy(data: Registration): Partial<Registration> {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => !unsaid(value)));
}

/** What the row says where the record says nothing. */
function withheldUntilNow(known: Registration, given: Registration): Partial<Registration> {
  const recorded: Readonly<Record<string, unknown>> = { ...known };
  return Object.fromEntries(Object.entries(saidBy(given)).filter(([field]) => unsaid(recorded[field])));
}
