import type { DealFact } from '../../domain/deal/deal.events.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { isoInstant } from '../../domain/shared/instant.js';
import { commandsFor, outcome } from './commands-for.js';
import type { PlanFact } from './deal-plan.js';
import type { ImportFact, Place } from './moment.js';
import type { Reconciling } from './reconciling.js';
import { closingOf, describe, describeSaid, isOutcome } from './recorded.js';

/** What may become known of a closed deal. */
const FOLLOWS_A_CLOSE: readonly DealFact['type'][] = ['CompanyIdentified', 'ProductIdentified'];

/** In the ordinary way where it belongs behind all that is known; before undated facts by a correction of the import's own; else it is a contradiction. */
export function ordinary(work: Reconciling, fact: ImportFact, at: EpochMs | null, hash: string, place: Place): void {
  const { plan, reason } = work;
  const t = at ?? Math.max(work.context.instant, plan.latestAt);
  const planned = commandsFor(plan.id, plan.asOf(t), fact, work.context.stages);
  if ('cannot' in planned) {
    const won = closingOf(plan.all());
    const other = fact.is === 'won' && won?.fact.type === 'DealWon' ? won : undefined;
    work.contradicts(place, `${planned.cannot}; the source says ${describeSaid(fact)}`, () =>
      other === undefined
        ? false
        : plan.replace(other, outcome(plan.id, plan.now(), fact as ImportFact & { is: 'won' }).fact, other.at, hash, place, reason),
    );
    return;
  }
  const later = plan.later(t);
  // The last command carries the fact's own hash; what leads to it (a reopening before a win) hashes of its own, so that a crash between loses neither.
  const hashOf = (index: number) => (index === planned.length - 1 ? hash : work.hash(fact, at, `/by${index}`));
  const undated = later.every((known) => !known.dated);
  // An undated fact that could not follow the close was before it, though nobody knows when.
  if (undated && isOutcome(fact)) {
    for (const known of later) if (!FOLLOWS_A_CLOSE.includes(known.fact.type)) pullBefore(work, known, fact, t, place);
  }
  if (plan.later(t).length === 0) planned.forEach((one, i) => plan.act(one, t, at !== null, hashOf(i), place));
  else if (undated) {
    planned.forEach((one, i) => plan.insert(one.fact, t, true, hashOf(i), place, `${reason}: dated before what has no date`));
  } else {
    const [last, next] = [planned.at(-1), later[0]];
    if (last === undefined || next === undefined) return;
    const recorded = `${describe(next.fact)} on ${isoInstant(next.at)}`;
    work.contradicts(
      place,
      `${describe(last.fact)} on ${isoInstant(t)} as the source says, with later events recorded (${recorded})`,
      () => {
        planned.forEach((one, i) => plan.insert(one.fact, t, true, hashOf(i), place, reason));
        return true;
      },
    );
  }
}

function pullBefore(work: Reconciling, known: PlanFact, fact: ImportFact, at: EpochMs, place: Place): void {
  const hash = work.hash(fact, at, `/after ${known.id ?? ''}`);
  work.plan.replace(known, known.fact, at, hash, place, `${work.reason}: undated, before it was closed`, false);
}
