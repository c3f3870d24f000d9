import type { DealFact } from '../../domain/deal/deal.events.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { isoInstant } from '../../domain/shared/instant.js';
import { sameJson } from '../../domain/shared/same-json.js';
import { commandsFor, outcome, unsaid } from './commands-for.js';
import type { PlanFact } from './deal-plan.js';
import type { ImportFact, Place } from './moment.js';
import type { Planned } from './planned.js';
import type { Reconciling } from './reconciling.js';
import { closingOf, describe, enters, factTypes, isOutcome } from './recorded.js';
import { stageOtherwise } from './stage-differences.js';

/** The fact is recorded without a date: now it gets this one. True where that is all there is to do. */
export function redate(work: Reconciling, fact: ImportFact, at: EpochMs, hash: string, place: Place): boolean {
  const { plan } = work;
  if (!plan.recorded) return false;
  const types = factTypes(fact);
  const undated = plan.all().filter((known) => !known.dated && known.id !== undefined && types.includes(known.fact.type));
  const same = undated.find((known) => enters(known.fact, fact));
  const target = same ?? (fact.is === 'stage' ? undated.find((known) => known.fact.type === 'LeadQualified') : undefined);
  if (target === undefined) return false;
  const all = same !== undefined && satisfies(target.fact, fact);
  plan.replace(target, target.fact, at, all ? hash : work.hash(fact, at, '/dated'), place, `${work.reason}: the date became known`);
  return all;
}

/** One row per deal: the same fact is recorded with another date or value. */
export function otherwiseRecorded(work: Reconciling, fact: ImportFact, at: EpochMs | null, hash: string, place: Place): boolean {
  const { plan } = work;
  if (!plan.recorded) return false;
  if (fact.is === 'stage') return stageOtherwise(work, fact, at, hash, place);
  if (isOutcome(fact)) {
    const closing = closingOf(plan.all());
    if (closing === undefined || closing.id === undefined) return false;
    const planned = outcome(plan.id, plan.now(), fact).fact;
    const sameValue = closing.fact.type === planned.type && sameJson(closing.fact.data, planned.data);
    if (sameValue && (at === null || at === closing.at)) return true;
    const [recorded, stated] = [describe(closing.fact), describe(planned)];
    work.contradicts(
      place,
      `${recorded} on ${isoInstant(closing.at)} as recorded, ${stated}${at === null ? '' : ` on ${isoInstant(at)}`} as the source says`,
      () => plan.replace(closing, planned, at ?? closing.at, hash, place, work.reason),
    );
    return true;
  }
  const types = factTypes(fact);
  const there = plan
    .all()
    .findLast((known) => types.includes(known.fact.type) && (at === null || known.at === at) && known.id !== undefined);
  if (there === undefined || satisfies(there.fact, fact)) return there !== undefined;
  const [planned] = asCommands(work, fact, there) ?? [];
  if (planned === undefined) return true;
  work.contradicts(place, `${describe(there.fact)} as recorded, ${describe(planned.fact)} as the source says`, () =>
    plan.replace(there, planned.fact, there.at, hash, place, work.reason),
  );
  return true;
}

/** The fact as it would stand just before `there`. */
function asCommands(work: Reconciling, fact: ImportFact, there: PlanFact): readonly Planned[] | undefined {
  const planned = commandsFor(work.plan.id, work.plan.asOf(there.at - 1), fact, work.context.stages);
  if (!('cannot' in planned) && planned.length > 0) return planned;
  // Said again after a while, or first said with the registration itself: only the value counts.
  switch (fact.is) {
    case 'value':
      return [
        {
          command: { type: 'EstimateValue', id: work.plan.id, value: fact.value },
          fact: { type: 'ExpectedValueEstimated', data: { value: fact.value } },
        },
      ];
    case 'decision': {
      const data = {
        decisionDate: fact.decisionDate ?? null,
        ...(fact.projectStart === undefined ? {} : { projectStart: fact.projectStart }),
      };
      return [{ command: { type: 'ExpectDecision', id: work.plan.id, ...data }, fact: { type: 'DecisionDateExpected', data } }];
    }
    case 'chance': {
      const { is: _is, ...data } = fact;
      return [{ command: { type: 'AssessChance', id: work.plan.id, ...data }, fact: { type: 'ChanceAssessed', data } }];
    }
    default:
      return undefined;
  }
}

/** Whether a recorded fact says all that the source's fact says. */
function satisfies(recorded: DealFact, fact: ImportFact): boolean {
  const { is: _is, ...said } = fact;
  const data: Readonly<Record<string, unknown>> = { ...recorded.data };
  return Object.entries(said).every(([field, value]) => {
    if (field === 'stageId') return enters(recorded, fact);
    if (field === 'pipelineId' || unsaid(value)) return true;
    return !(field in data) || sameJson(data[field], value);
  });
}
