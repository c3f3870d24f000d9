import type { EventMetadata, JsonObject, RecordedEvent } from '../../libs/domain/shared/envelope.js';
import type { EventId } from '../../libs/domain/shared/ids.js';
import { streamName } from '../../libs/domain/shared/ids.js';
import type { EpochMs } from '../../libs/domain/shared/instant.js';
import { isoInstant } from '../../libs/domain/shared/instant.js';
import { positionOf } from '../../libs/domain/shared/position.js';
import { randomNumbers } from './random.js';

/** Ten years of a firm of 200 sellers, whatever the number of events: a deal is open for some eighty days, so one in 45 at any instant. */
export const BEGINS: EpochMs = Date.UTC(2015, 0, 5, 9);
export const ENDS: EpochMs = BEGINS + 3_650 * 86_400_000;
export const PIPELINE = 'sales';
export const STAGES = ['qualify', 'meet', 'analyse', 'design', 'quote', 'negotiate', 'approve', 'sign'] as const;
export const OWNERS = 200;
export const COMPANIES = 20_000;
export const PRODUCTS = 30;
export const SOURCES = ['website', 'fair', 'referral', 'call', 'partner', 'mailing'] as const;

const EVENTS_PER_OPEN_DEAL = 400;

interface Slot {
  readonly deal: number;
  readonly events: RecordedEvent[];
  stage: number;
  owner: string;
}

export interface LoggedEvent {
  readonly event: RecordedEvent;
  /** The stream's events up to this one. */
  readonly history: () => readonly RecordedEvent[];
}

export function metadataOf(eventId: EventId, effectiveAt: EpochMs): EventMetadata {
  const actor = { id: 'bench', kind: 'import' } as const;
  return { schemaVersion: 1, correlationId: eventId, causationId: eventId, actor, effectiveAt: isoInstant(effectiveAt) };
}

export function benchEventId(position: number): EventId {
  return `00000000-0000-7000-8000-${position.toString(16).padStart(12, '0')}` as EventId; // a UUID that says its number
}

/**
 * A log of deals that go forward side by side, event by event from position 1 on: some nine events a deal, one event in 100 told late, one in 100 a correction.
 * Nothing is stored: at most the events of the deals now open are held.
 */
export function* dealLog(events: number): Generator<LoggedEvent> {
  const random = randomNumbers(7);
  const step = (ENDS - BEGINS) / events;
  const slots: (Slot | undefined)[] = Array.from({ length: Math.max(20, Math.round(events / EVENTS_PER_OPEN_DEAL)) });
  let deals = 0;
  for (let position = 1; position <= events; position += 1) {
    const recordedAt = Math.round(BEGINS + position * step);
    const place = random(slots.length);
    const slot = (slots[place] ??= newSlot((deals += 1), random));
    const late = slot.events.length > 2 && random(100) === 0;
    const draft = nextEvent(slot, random);
    const effectiveAt = late ? recordedAt - random(30) * 86_400_000 : recordedAt;
    const eventId = benchEventId(position);
    const event: RecordedEvent = {
      ...{ eventId, stream: streamName('deal', `d${slot.deal}`), revision: slot.events.length, position: positionOf(position), recordedAt },
      ...{ type: draft.type, data: draft.data, effectiveAt, metadata: metadataOf(eventId, effectiveAt) },
    };
    slot.events.push(event);
    yield { event, history: () => slot.events };
    if (draft.closes) slots[place] = undefined;
  }
}

function newSlot(deal: number, random: (below: number) => number): Slot {
  return { deal, events: [], stage: 0, owner: `e${random(OWNERS)}` };
}

interface Draft {
  readonly type: string;
  readonly data: JsonObject;
  readonly closes?: true;
}

/** A text that only the person's key opens; here nobody does. */
function sealed(field: string, deal: number): JsonObject {
  return { box: Buffer.alloc(72, deal % 251).toString('base64'), field, person: `contact-p${deal}`, sealed: 1 };
}

function money(random: (below: number) => number): JsonObject {
  return { currency: 'EUR', minor: 100_000 + random(900_000) * 100 };
}

function nextEvent(slot: Slot, random: (below: number) => number): Draft {
  const { deal, events } = slot;
  if (events.length === 0) {
    const data = {
      ...{ companyId: `c${random(COMPANIES)}`, contactId: `p${deal}`, productId: `x${random(PRODUCTS)}`, summary: 'not-in-source' },
      ...{
        source: { kind: 'known', source: SOURCES[random(SOURCES.length)] ?? '' },
        receivedBy: { department: 'sales', employeeId: slot.owner },
      },
      origin: random(4) === 0 ? { kind: 'provoked', campaignId: `m${random(40)}` } : { kind: 'spontaneous' },
    };
    return { type: 'RequestRegistered', data };
  }
  if (events.length === 1) return { type: 'RequestContacted', data: { channel: 'phone' } };
  if (events.length === 2) {
    if (random(8) === 0) return { type: 'RequestFiled', data: { reason: sealed('RequestFiled.reason', deal) }, closes: true };
    return { type: 'LeadQualified', data: { ownerId: slot.owner, pipelineId: PIPELINE, stageId: STAGES[0] } };
  }
  if (random(80) === 0) return correction(slot, random);
  switch (random(10)) {
    case 0:
    case 1:
      return { type: 'ExpectedValueEstimated', data: { value: money(random) } };
    case 2: {
      const decisionDate = isoInstant(BEGINS + random(3_650) * 86_400_000).slice(0, 10);
      return { type: 'DecisionDateExpected', data: { decisionDate } };
    }
    case 3:
      return { type: 'ChanceAssessed', data: { get: random(10) * 1_000, go: 8_000 } };
    case 4:
      if (random(3) > 0) return { type: 'RequestContacted', data: { channel: 'visit' } };
      slot.owner = `e${random(OWNERS)}`;
      return { type: 'OwnerAssigned', data: { ownerId: slot.owner } };
    case 5:
      if (random(3) > 0 && events.length < 14) return advance(slot, random);
      return random(3) === 0
        ? { type: 'DealWon', data: { value: money(random), reasons: ['price'] }, closes: true }
        : { type: 'DealLost', data: { reasons: ['competitor'] }, closes: true };
    default:
      return advance(slot, random);
  }
}

function advance(slot: Slot, random: (below: number) => number): Draft {
  const from = STAGES[slot.stage] ?? STAGES[0];
  if (slot.stage === STAGES.length - 1)
    return random(2) === 0
      ? { type: 'DealWon', data: { value: money(random), reasons: ['relationship'] }, closes: true }
      : { type: 'DealLost', data: { reasons: ['price'] }, closes: true };
  slot.stage = Math.min(STAGES.length - 1, slot.stage + 1 + random(2));
  return { type: 'StageAdvanced', data: { from, to: STAGES[slot.stage] ?? STAGES[0], skipped: [] } };
}

/** The registration was told wrong: another company, so that every row of the deal is made anew. */
function correction({ deal, events, owner }: Slot, random: (below: number) => number): Draft {
  const first = events[0];
  const registered = events.filter(({ type }) => type === 'ExpectedValueEstimated').at(-1);
  const wrong = registered ?? first;
  if (wrong === undefined) throw new TypeError(`deal ${deal} of ${owner} has no event to correct`);
  const corrected = events.some(({ type }) => type === 'HistoryCorrected');
  if (corrected) return { type: 'ExpectedValueEstimated', data: { value: money(random) } };
  const data: JsonObject = registered === undefined ? { ...wrong.data, companyId: `c${random(COMPANIES)}` } : { value: money(random) };
  const event = { type: wrong.type, schemaVersion: 1, data, effectiveAt: isoInstant(wrong.effectiveAt) };
  return {
    type: 'HistoryCorrected',
    data: { kind: 'replace', target: wrong.eventId, event, reason: sealed('HistoryCorrected.reason', deal) },
  };
}
