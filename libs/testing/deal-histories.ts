import type { CorrectedFact, HistoryCorrected } from '../domain/shared/correction.js';
import type { DealEvent, DealFact } from '../domain/deal/deal.events.js';
import type { Deal, DealFactAt } from '../domain/deal/deal.evolve.js';
import { evolve, noDeal, pipelinePartOf } from '../domain/deal/deal.evolve.js';
import type { DomainEvent, RecordedEvent } from '../domain/shared/envelope.js';
import { factsAsKnown } from '../domain/shared/history.js';
import type { CampaignId, CompanyId, ContactId, EmployeeId, PipelineId, ProductId, StageId } from '../domain/shared/ids.js';
import type { CalendarDate, EpochMs } from '../domain/shared/instant.js';
import { isoInstant } from '../domain/shared/instant.js';
import { positionOf } from '../domain/shared/position.js';
import type { Draft, Step } from './history-steps.js';
import { HISTORY_STAGES, sealedText } from './history-steps.js';

const DAY = 86_400_000;

function stage(pick: number): StageId {
  return HISTORY_STAGES[pick % HISTORY_STAGES.length] as StageId; // the index is in range
}

function money(pick: number): { minor: number; currency: string } | 'unknown' {
  if (pick % 6 === 0) return 'unknown';
  return { minor: (pick % 50) * 100_000 + (pick % 7), currency: pick % 11 === 0 ? 'SEK' : 'EUR' };
}

function date(pick: number): CalendarDate | null {
  if (pick % 7 === 0) return null;
  return isoInstant(Date.UTC(2025, pick % 12, 1 + (pick % 28))).slice(0, 10) as CalendarDate;
}

function registration({ a, b }: Step): DealFact {
  return {
    type: 'RequestRegistered',
    data: {
      contactId: a % 5 === 0 ? 'not-in-source' : (`p${a % 3}` as ContactId),
      companyId: b % 5 === 0 ? 'not-in-source' : (`c${b % 3}` as CompanyId),
      summary: a % 4 === 0 ? 'not-in-source' : sealedText(`contact-p${a % 3}`, a),
      source: a % 3 === 0 ? { kind: 'known', source: 'website' } : { kind: a % 3 === 1 ? 'unknown' : 'not-asked' },
      origin: b % 2 === 0 ? { kind: 'spontaneous' } : { kind: 'provoked', campaignId: `k${b % 2}` as CampaignId },
      receivedBy: b % 4 === 0 ? 'not-in-source' : { employeeId: `e${b % 3}` as EmployeeId, department: 'sales' },
      ...(b % 3 === 0 ? { productId: `x${a % 3}` as ProductId } : {}),
    },
  };
}

/** Facts that make sense whatever the status: they inform, they do not move. */
function information({ what, a, b }: Step): DealFact {
  switch (what % 5) {
    case 0:
      return { type: 'CompanyIdentified', data: { companyId: `c${a % 3}` as CompanyId } };
    case 1:
      return { type: 'ProductIdentified', data: { productId: `x${a % 3}` as ProductId } };
    case 2:
      return { type: 'ExpectedValueEstimated', data: { value: money(a) } };
    case 3:
      return { type: 'DecisionDateExpected', data: { decisionDate: date(a), ...(b % 3 === 0 ? { projectStart: date(b) } : {}) } };
    default:
      return {
        type: 'ChanceAssessed',
        data: {
          ...(a % 4 === 0 ? {} : { get: a % 5 === 0 ? 'unknown' : (a % 11) * 1000 }),
          ...(b % 3 === 0 ? { go: (b % 11) * 1000 } : {}),
        },
      };
  }
}

function close({ what, a }: Step): DealFact {
  switch (what % 4) {
    case 0:
    case 1:
      return { type: 'DealWon', data: { value: money(a), reasons: ['price'] } };
    case 2:
      return { type: 'DealLost', data: { reasons: ['competitor'] } };
    default:
      return a % 2 === 0
        ? {
            type: 'RequestRoutedToMarketing',
            data: { lists: ['newsletter'], reason: sealedText('deal-h', a, 'RequestRoutedToMarketing.reason') },
          }
        : { type: 'RequestFiled', data: { reason: sealedText('deal-h', a, 'RequestFiled.reason') } };
  }
}

function move(part: { stageId: StageId; pipelineId: PipelineId }, { what, a, b }: Step): DealFact {
  const from = part.stageId;
  if (what % 9 === 0) {
    const pipelineId = `q${b % 2}` as PipelineId;
    return { type: 'DealTransferred', data: { fromPipelineId: part.pipelineId, fromStageId: from, pipelineId, stageId: stage(a) } };
  }
  if (what % 9 === 1) return { type: 'OwnerAssigned', data: { ownerId: `e${a % 3}` as EmployeeId } };
  if (what % 9 === 2) return { type: 'DealPostponed', data: { wakeUp: date(a) } };
  const to = stage(a);
  const here = HISTORY_STAGES.findIndex((id) => id === from);
  const there = a % HISTORY_STAGES.length;
  if (there < here) return { type: 'StageReturned', data: { from, to } };
  return { type: 'StageAdvanced', data: { from, to, skipped: HISTORY_STAGES.slice(here + 1, there) as readonly string[] as StageId[] } };
}

/** A fact that is legal, or nearly so, for a deal in this state. */
function legalFact(deal: Deal, step: Step): DealFact {
  const { what, a, b } = step;
  const part = pipelinePartOf(deal);
  const kind = (what >> 4) % 8;
  switch (deal.status) {
    case 'none':
      return registration(step);
    case 'requested':
    case 'contacted':
      if (kind < 2) return information(step);
      if (kind === 2)
        return { type: 'RequestContacted', data: { channel: 'phone', note: sealedText('deal-h', a, 'RequestContacted.note') } };
      if (kind === 3) return close({ ...step, what: 3 });
      return {
        type: 'LeadQualified',
        data: {
          pipelineId: `q${b % 2}` as PipelineId,
          stageId: stage(a % 2),
          ownerId: b % 5 === 0 ? 'not-in-source' : (`e${b % 3}` as EmployeeId),
        },
      };
    case 'open':
      if (part === null) return information(step);
      if (kind < 2) return information(step);
      return kind < 6 ? move(part, step) : close(step);
    case 'postponed':
      if (kind < 2) return information(step);
      return kind < 6 ? { type: 'DealResumed', data: {} } : close(step);
    default:
      return part === null ? information(step) : { type: 'DealReopened', data: { stageId: stage(a) } };
  }
}

/** Somewhere among, before or after what is known: corrections may say anything about when. */
function someInstant(times: readonly EpochMs[], pick: number): EpochMs {
  const around = times[pick % Math.max(1, times.length)] ?? 0;
  return around + [0, 0, 0, -1, 1, -DAY, DAY, 3 * DAY][(pick >> 3) % 8]!; // the index is in range
}

function corrected(fact: DomainEvent, at: EpochMs, dated: boolean): CorrectedFact {
  return { type: fact.type, schemaVersion: 1, data: fact.data, effectiveAt: isoInstant(at), ...(dated ? {} : { dated: false }) };
}

function correction(events: readonly RecordedEvent[], deal: Deal, step: Step): HistoryCorrected {
  const { what, a, b } = step;
  const reason = sealedText('deal-h', a, 'HistoryCorrected.reason');
  const target = events[a % events.length]!.eventId; // a deal with a first event: the index is in range
  const at = someInstant(
    events.map((event) => event.effectiveAt),
    b,
  );
  const kind = what % 7;
  if (kind < 3) return { type: 'HistoryCorrected', data: { kind: 'void', target, reason } };
  const fact = a % events.length === 0 && kind < 5 ? registration(step) : legalFact(deal, { ...step, what: b });
  const event = corrected(fact, at, b % 13 !== 0);
  if (kind < 5) return { type: 'HistoryCorrected', data: { kind: 'replace', target, event, reason } };
  return { type: 'HistoryCorrected', data: { kind: 'insert', event, reason, ...(b % 2 === 0 ? { after: target } : {}) } };
}

/** The next event of a deal: in order and legal as its history is known, or a correction of anything in it. */
export function nextDealEvent(before: readonly RecordedEvent[], stream: string, step: Step, now: EpochMs, corrections: number): Draft {
  const known = factsAsKnown<DealFact>(before, positionOf(Number.MAX_SAFE_INTEGER));
  const deal = known.facts.reduce<Deal>((state, fact) => evolve(state, fact as DealFactAt), noDeal);
  const latest = known.facts.at(-1)?.effectiveAt ?? 0;
  if (before.length > 0 && (step.b + step.what) % 100 < corrections) {
    const event: DealEvent = correction(before, deal, step);
    return { stream, event, effectiveAt: now };
  }
  const dated = before.length > 0 || step.b % 6 !== 0;
  // Entered at once, or up to some days late.
  const effectiveAt = Math.max(latest, now - [0, 0, 0, DAY, 5 * DAY][step.a % 5]!); // the index is in range
  const event = before.length === 0 ? registration(step) : legalFact(deal, step);
  const processVersion = step.what % 3 === 0 ? 'q0@1' : undefined;
  return { stream, event, effectiveAt, ...(dated ? {} : { dated: false }), ...(processVersion === undefined ? {} : { processVersion }) };
}
