import type { EventId, StageId } from '../shared/ids.js';
import type { EpochMs } from '../shared/instant.js';
import { isoInstant } from '../shared/instant.js';
import { Refusal } from '../shared/refusal.js';
import type { Deal } from './deal.evolve.js';
import type { DealFactType } from './deal.transitions.js';
import { legalNow, phaseOf } from './deal.transitions.js';

function statusSaid(deal: Deal): string {
  switch (phaseOf(deal)) {
    case 'none':
      return 'is not known';
    case 'request-to-marketing':
      return 'is a request closed to marketing';
    case 'request-filed':
      return 'is a request filed without action';
    case 'deal-to-marketing':
      return 'is a deal handed to marketing';
    case 'deal-filed':
      return 'is a deal filed without action';
    default:
      return `is ${deal.status}`;
  }
}

/** The stable code of what went wrong when an event is not legal in a status. */
function codeOf(deal: Deal, type: DealFactType): string {
  const phase = phaseOf(deal);
  if (phase === 'none') return 'deal/unknown';
  if (type === 'RequestRegistered') return 'deal/already-registered';
  if (phase === 'request-to-marketing' || phase === 'request-filed') return 'deal/request-closed';
  switch (type) {
    case 'RequestContacted':
      return 'deal/not-a-new-request';
    case 'LeadQualified':
      return 'deal/already-qualified';
    case 'DealResumed':
      return 'deal/not-postponed';
    case 'DealReopened':
      return 'deal/not-closed';
    default:
      return 'deal/not-open';
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  'deal/unknown': 'RegisterRequest begins it',
  'deal/already-registered': 'a similar question later is a new request under a new id, linked by earlierRequest (RQ20)',
  'deal/request-closed': 'a request closed is never reopened: register a new one, linked by earlierRequest (RQ20)',
};

export const DealRefusal = {
  /** The event has no place in the deal's status: the table of legal transitions says no. */
  notLegal(id: string, deal: Deal, type: DealFactType): Refusal {
    const code = codeOf(deal, type);
    const legal = legalNow(deal);
    const advice = ADVICE[code] ?? `legal now: ${legal.join(', ')}`;
    return new Refusal(code, `deal ${id} ${statusSaid(deal)}: ${type} is not legal; ${advice}`, {
      id,
      status: deal.status,
      event: type,
      legal,
    });
  },
  unknown: (id: string) =>
    new Refusal('deal/unknown', `deal ${id} is not known; RegisterRequest begins it`, { id, legal: ['RegisterRequest'] }),
  withdrawn: (id: string) =>
    new Refusal('deal/withdrawn', `deal ${id} was withdrawn as recorded in error; a correction that voids its withdrawal brings it back`, {
      id,
      legal: ['CorrectHistory'],
    }),
  effectiveBeforePrevious: (id: string, at: EpochMs, latestAt: EpochMs) =>
    new Refusal(
      'deal/effective-before-previous',
      `deal ${id}: ${isoInstant(at)} is before its latest event of ${isoInstant(latestAt)}; CorrectHistory inserts what happened earlier`,
      { id, effectiveAt: isoInstant(at), latest: isoInstant(latestAt), legal: ['CorrectHistory'] },
    ),
  effectiveInFuture: (id: string, at: EpochMs, now: EpochMs) =>
    new Refusal(
      'deal/effective-in-future',
      `deal ${id}: ${isoInstant(at)} has not come yet, it is ${isoInstant(now)}; a deal's event is dated now or before`,
      {
        id,
        effectiveAt: isoInstant(at),
        now: isoInstant(now),
      },
    ),
  notInSource: (id: string, fields: readonly string[]) =>
    new Refusal(
      'deal/not-in-source',
      `deal ${id}: only an import may say "not-in-source" (${fields.join(', ')}); say who, or "unknown" of the source`,
      {
        id,
        fields,
      },
    ),
  fieldEmpty: (id: string, field: string) => new Refusal('deal/field-empty', `deal ${id}: ${field} must not be empty`, { id, field }),
  badField: (id: string, field: string, what: string) =>
    new Refusal('deal/bad-field', `deal ${id}: ${field} is not ${what}`, { id, field }),
  reasonMissing: (id: string, field: string) =>
    new Refusal('deal/reason-missing', `deal ${id}: ${field} must say why (RV04, CL04, AS03)`, { id, field }),
  unknownPipeline: (id: string, pipelineId: string) =>
    new Refusal('deal/unknown-pipeline', `deal ${id}: there is no pipeline ${pipelineId}; DefinePipeline defines one`, { id, pipelineId }),
  noProcessYet: (id: string, pipelineId: string, at: EpochMs) =>
    new Refusal(
      'deal/no-process-yet',
      `deal ${id}: pipeline ${pipelineId} has no process in force at ${isoInstant(at)}; its first version is dated later`,
      {
        id,
        pipelineId,
        at: isoInstant(at),
      },
    ),
  unknownStage: (id: string, stageId: StageId, stages: readonly StageId[]) =>
    new Refusal('deal/unknown-stage', `deal ${id}: the process has no stage ${stageId}; it has ${stages.join(', ')}`, {
      id,
      stageId,
      stages,
    }),
  notForward: (id: string, from: StageId, to: StageId, ahead: readonly StageId[]) =>
    new Refusal(
      'deal/not-forward',
      `deal ${id} is in ${from}: ${to} lies behind it; ReturnToStage goes back, ahead are: ${ahead.join(', ') || 'none'}`,
      {
        id,
        from,
        to,
        legal: ahead,
      },
    ),
  notBackward: (id: string, from: StageId, to: StageId, behind: readonly StageId[]) =>
    new Refusal(
      'deal/not-backward',
      `deal ${id} is in ${from}: ${to} lies ahead of it; AdvanceStage goes there, behind are: ${behind.join(', ') || 'none'}`,
      {
        id,
        from,
        to,
        legal: behind,
      },
    ),
  samePipeline: (id: string, pipelineId: string) =>
    new Refusal('deal/same-pipeline', `deal ${id} is in pipeline ${pipelineId} already; AdvanceStage and ReturnToStage move it there`, {
      id,
      pipelineId,
      legal: ['AdvanceStage', 'ReturnToStage'],
    }),
  fieldsMissing: (id: string, missing: readonly string[], stageId: StageId) =>
    new Refusal('deal/fields-missing', `deal ${id} may not enter ${stageId} yet: not known is ${missing.join(', ')} (QL10)`, {
      id,
      missing,
      stageId,
    }),
  correctionTargetUnknown: (id: string, target: EventId) =>
    new Refusal('deal/correction-target-unknown', `deal ${id} has no event ${target}; deal history lists those it has`, { id, target }),
  correctionTargetNoFact: (id: string, target: EventId, of: EventId) =>
    new Refusal(
      'deal/correction-target-no-fact',
      `deal ${id}: ${target} is a correction, which can only be voided; to correct anew, name the event ${of}`,
      { id, target, legal: ['void', `replace ${of}`] },
    ),
  correctionAfterElsewhere: (id: string, after: EventId) =>
    new Refusal(
      'deal/correction-after-elsewhere',
      `deal ${id}: ${after} is no event of the same instant, so nothing can be put right after it`,
      {
        id,
        after,
      },
    ),
  /** `broken.event` is null where it is the fact that the correction itself brings. */
  correctionBreaksHistory(
    id: string,
    broken: { readonly event: EventId | null; readonly type: DealFactType; readonly at: EpochMs },
    before: Deal,
    why?: string,
  ): Refusal {
    const { event, type, at } = broken;
    const legal = legalNow(before);
    const which =
      event === null
        ? `${type} cannot have happened at ${isoInstant(at)}`
        : `after it ${type} of ${isoInstant(at)} (${event}) would no longer fit`;
    const reason = why ?? `the deal ${statusSaid(before)} then, where legal are: ${legal.join(', ')}`;
    return new Refusal('deal/correction-breaks-history', `deal ${id}: this correction breaks its history: ${which}: ${reason}`, {
      ...{ id, event, type, effectiveAt: isoInstant(at) },
      ...{ status: before.status, legal },
    });
  },
};
