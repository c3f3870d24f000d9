import { pipelinePartOf } from '../../domain/deal/deal.evolve.js';
import type { RecordedEvent } from '../../domain/shared/envelope.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { isoInstant } from '../../domain/shared/instant.js';
import { sameJson } from '../../domain/shared/same-json.js';
import type { PlannedStep } from './deal-plan.js';
import { DealPlan } from './deal-plan.js';
import type { HashedSaid, Moment, SaidOfDeal } from './moment.js';
import { ordinary } from './ordinary.js';
import { otherwiseRecorded, redate } from './otherwise-recorded.js';
import type { ReconcileContext, Remark } from './reconciling.js';
import { Reconciling } from './reconciling.js';
import { closingOf, describe, isOutcome } from './recorded.js';
import { registered } from './registration-differences.js';
import { qualifiedLater } from './stage-differences.js';

export interface Reconciled {
  readonly steps: readonly PlannedStep[];
  readonly remarks: readonly Remark[];
}

/**
 * What a source says of one deal, against what is recorded of it: the commands that bring in what is new, and the contradictions. A fact whose hash
 * stands in the stream is known, whatever came after it. Pure: the stream comes in, the commands go out.
 */
export function reconcile(said: SaidOfDeal<HashedSaid>, events: readonly RecordedEvent[], context: ReconcileContext): Reconciled {
  const work = new Reconciling(said, new DealPlan(said.id, events), context);
  if (work.plan.withdrawn) {
    const place = said.moments[0]?.said[0]?.place;
    if (place !== undefined)
      work.remarks.push({ kind: 'odd', place, reason: 'the deal was withdrawn as recorded in error; nothing is written about it' });
  } else {
    for (const one of said.moments) moment(work, one);
    if (said.claim === 'happened') stillClosed(work);
  }
  return { steps: work.plan.steps, remarks: work.remarks };
}

function moment(work: Reconciling, { at, said }: Moment<HashedSaid>): void {
  const begins = at !== null && work.plan.first('RequestRegistered')?.dated === false;
  const redated = begins ? beginning(work, said, at) : [];
  if (redated === undefined) return;
  for (const one of said) {
    if (redated.includes(one)) continue;
    if (saidByWin(work, one, said)) continue;
    if (one.onlyIfNew === true && pipelinePartOf(work.plan.now()) !== null && work.plan.recorded) continue;
    if (one.fact.is !== 'registered') say(work, one, at);
    else if (!registered(work, one, one.fact, at)) return;
  }
}

/**
 * The date of the beginning became known: all that stands undated with it moves there first, so that what is new is behind it. Undefined: nothing more is said of this
 * moment.
 */
function beginning(work: Reconciling, said: readonly HashedSaid[], at: EpochMs): readonly HashedSaid[] | undefined {
  const redated: HashedSaid[] = [];
  for (const one of said) {
    if (one.fact.is === 'registered') {
      if (!registered(work, one, one.fact, at)) return undefined;
      redated.push(one);
    } else if (work.plan.first('RequestRegistered')?.dated === true) {
      if (!work.plan.has(one.hash) && redate(work, one.fact, at, one.hash, one.place)) redated.push(one);
    }
  }
  return redated;
}

/** A closed deal takes no other expected value; the win that comes of it at the same instant says it as well. */
function saidByWin(work: Reconciling, { fact }: HashedSaid, said: readonly HashedSaid[]): boolean {
  if (fact.is !== 'value' || closingOf(work.plan.all()) === undefined) return false;
  return said.some(({ fact: other }) => other.is === 'won' && sameJson(other.value, fact.value));
}

function say(work: Reconciling, { fact, place, hash: asSaid }: HashedSaid, asked: EpochMs | null): void {
  const { plan } = work;
  const start = plan.first('RequestRegistered');
  let at = asked;
  if (at !== null && start?.dated === false) {
    // A deal cannot go on before it begins, and when it began nobody knows: it is closed, but in no period.
    work.remarks.push({
      kind: 'odd',
      place,
      reason: `${fact.is} on ${isoInstant(at)}: recorded undated, for when the deal began has no date`,
    });
    at = null;
  }
  const hash = at === asked ? asSaid : work.hash(fact, at);
  if (plan.has(hash)) return;
  if (at !== null && redate(work, fact, at, hash, place)) return;
  if (work.said.claim === 'happened' && otherwiseRecorded(work, fact, at, hash, place)) return;
  if (at !== null && fact.is === 'stage' && qualifiedLater(work, fact, at, hash, place)) return;
  ordinary(work, fact, at, hash, place);
}

/** One row per deal: an import closed the deal, and the row has it open now. What a person recorded since is no contradiction. */
function stillClosed(work: Reconciling): void {
  const { plan } = work;
  const last = work.said.moments.at(-1)?.said.findLast(({ fact }) => fact.is === 'stage' || isOutcome(fact));
  const closing = closingOf(plan.all());
  if (last?.fact.is !== 'stage' || closing === undefined || !closing.imported || closing.id === undefined) return;
  if (closing.fact.type === 'DealPostponed') return;
  const hash = work.hash(last.fact, closing.at, '/open again');
  work.contradicts(
    last.place,
    `${describe(closing.fact)} on ${isoInstant(closing.at)} as recorded, open in ${last.fact.stageId} as the source says`,
    () => plan.void(closing, hash, last.place, work.reason),
  );
}
