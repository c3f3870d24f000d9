import { pipelinePartOf } from '../../domain/deal/deal.evolve.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { isoInstant } from '../../domain/shared/instant.js';
import { commandsFor, saysNothing } from './commands-for.js';
import type { ImportFact, Place } from './moment.js';
import { ordinary } from './ordinary.js';
import type { Reconciling } from './reconciling.js';
import { enters } from './recorded.js';

export function stageOtherwise(
  work: Reconciling,
  fact: ImportFact & { is: 'stage' },
  at: EpochMs | null,
  hash: string,
  place: Place,
): boolean {
  const { plan } = work;
  const entered = plan.all().find((known) => enters(known.fact, fact));
  if (entered === undefined) return false;
  if (at !== null && entered.at !== at) {
    work.contradicts(
      place,
      `in stage ${fact.stageId} from ${isoInstant(entered.at)} as recorded, from ${isoInstant(at)} as the source says`,
      () => plan.replace(entered, entered.fact, at, hash, place, work.reason),
    );
  }
  const owner = pipelinePartOf(plan.asOf(entered.at))?.ownerId;
  if (owner === undefined || owner === fact.ownerId || fact.ownerId === 'not-in-source') return true;
  const qualified = plan.first('LeadQualified');
  if (owner === 'not-in-source' && ordinaryOwner(work, fact, place)) return true;
  work.contradicts(place, `owner ${owner} as recorded, ${fact.ownerId} as the source says`, () =>
    qualified === undefined
      ? false
      : plan.replace(
          qualified,
          { type: 'LeadQualified', data: { ...qualified.fact.data, ownerId: fact.ownerId } },
          qualified.at,
          hash,
          place,
          work.reason,
        ),
  );
  return true;
}

/** The source did not know the owner and does now, without saying since when. */
function ordinaryOwner(work: Reconciling, fact: ImportFact & { is: 'stage' }, place: Place): boolean {
  const { status } = work.plan.now();
  if (fact.ownerId === 'not-in-source' || (status !== 'open' && status !== 'postponed')) return false;
  const owner = { is: 'owner', ownerId: fact.ownerId } as const;
  const hash = work.hash(owner, null);
  if (!work.plan.has(hash)) ordinary(work, owner, null, hash, place);
  return true;
}

/** The deal was a mere request at `at` as recorded, and qualified later; the source has it in a stage by then. */
export function qualifiedLater(work: Reconciling, fact: ImportFact & { is: 'stage' }, at: EpochMs, hash: string, place: Place): boolean {
  const { plan, reason } = work;
  const known = plan.first('LeadQualified');
  if (known === undefined || known.at <= at || plan.asOf(at).status === 'none') return false;
  work.contradicts(
    place,
    `in stage ${known.fact.data.stageId} from ${isoInstant(known.at)} as recorded, in ${fact.stageId} on ${isoInstant(at)} as the source says`,
    () => {
      const { stageId, pipelineId, ownerId } = known.fact.data;
      const data = { pipelineId: fact.pipelineId, stageId: fact.stageId, ownerId: saysNothing(fact.ownerId) ? ownerId : fact.ownerId };
      if (!plan.replace(known, { type: 'LeadQualified', data }, at, hash, place, reason)) return false;
      if (ownerId !== data.ownerId && ownerId !== 'not-in-source') {
        plan.insert({ type: 'OwnerAssigned', data: { ownerId } }, known.at, known.dated, work.hash(fact, at, '/owner'), place, reason);
      }
      const back = commandsFor(plan.id, plan.asOf(at), { is: 'stage', pipelineId, stageId, ownerId }, work.context.stages);
      if (!('cannot' in back)) {
        back.forEach((move, i) => plan.insert(move.fact, known.at, known.dated, work.hash(fact, at, `/onwards${i}`), place, reason));
      }
      return true;
    },
  );
  return true;
}
