import { streamName } from '../../libs/domain/shared/ids.js';
import type { EventId } from '../../libs/domain/shared/ids.js';
import type { JsonObject } from '../../libs/domain/shared/envelope.js';
import { isoInstant } from '../../libs/domain/shared/instant.js';
import type { AppendRequest, EventStore } from '../../libs/event-store/event-store.port.js';

/** Deals that are open side by side: what came in earlier is closed, as in a firm of some hundred sellers. */
const OPEN = 2_000;
const STAGES = ['qualification', 'meeting', 'proposal', 'closing'] as const;
const BEGINS = Date.UTC(2015, 0, 5, 9);
const STEP_MS = 33_000;
const PER_CALL = 1_000;

const sealed = (person: string, number: number): JsonObject => ({
  ...{ box: Buffer.alloc(72, number % 251).toString('base64'), field: 'RequestRegistered.summary', person, sealed: 1 },
});

/** The nine events of a deal's life, by their number. */
function eventOf(deal: number, step: number): { type: string; data: JsonObject } {
  const owner = `e${deal % 200}`;
  const money = { currency: 'EUR', minor: 100_000 + ((deal * 7_919) % 900) * 1_000 };
  switch (step) {
    case 0:
      return {
        type: 'RequestRegistered',
        data: {
          ...{ companyId: `c${deal % 5_000}`, contactId: `p${deal % 20_000}`, origin: { kind: 'spontaneous' }, productId: `x${deal % 30}` },
          receivedBy: { department: 'sales', employeeId: owner },
          ...{ source: { kind: 'known', source: 'website' }, summary: sealed(`contact-p${deal % 20_000}`, deal) },
        },
      };
    case 1:
      return { type: 'LeadQualified', data: { ownerId: owner, pipelineId: `q${deal % 2}`, stageId: STAGES[0] } };
    case 2:
      return { type: 'ExpectedValueEstimated', data: { value: money } };
    case 3:
      return { type: 'DecisionDateExpected', data: { decisionDate: `20${15 + (deal % 10)}-${deal % 2 === 0 ? '03' : '11'}-15` } };
    case 4:
    case 6:
      return {
        type: 'StageAdvanced',
        data: step === 4 ? { from: STAGES[0], skipped: [], to: STAGES[1] } : { from: STAGES[1], skipped: [STAGES[2]], to: STAGES[3] },
      };
    case 5:
      return { type: 'ChanceAssessed', data: { get: 1_000 + (deal % 80) * 100, go: 8_000 } };
    case 7:
      return { type: 'ExpectedValueEstimated', data: { value: { ...money, minor: money.minor + 5_000 } } };
    default:
      return deal % 3 === 0
        ? { type: 'DealWon', data: { reasons: ['price'], value: money } }
        : { type: 'DealLost', data: { reasons: ['competitor'] } };
  }
}

const STEPS = 9;

/** Appends a firm's history of so many events, from event number `from` on; deals go forward side by side. Deterministic. */
export async function makeLog(eventStore: EventStore, events: number, from = 0): Promise<void> {
  for (let begun = from; begun < from + events; begun += PER_CALL) {
    const requests: AppendRequest[] = [];
    for (let number = begun; number < Math.min(begun + PER_CALL, from + events); number += 1) requests.push(requestOf(number));
    for (const result of await eventStore.appendMany(requests)) if (result.status === 'rejected') throw result.reason;
  }
}

function requestOf(number: number): AppendRequest {
  const round = Math.floor(number / (OPEN * STEPS));
  const within = number % (OPEN * STEPS);
  const step = Math.floor(within / OPEN);
  const deal = round * OPEN + (within % OPEN);
  const { type, data } = eventOf(deal, step);
  const eventId = `00000000-0000-7000-8000-${number.toString(16).padStart(12, '0')}` as EventId; // a UUID that says its number
  const at = BEGINS + number * STEP_MS;
  const metadata = {
    actor: { id: `e${deal % 200}`, kind: 'person' },
    ...{ causationId: eventId, correlationId: eventId, effectiveAt: isoInstant(at), schemaVersion: 1 },
    ...(step > 0 ? { processVersion: 'q0@1' } : {}),
  };
  return {
    stream: streamName('deal', `b${deal}`),
    expected: step === 0 ? 'none' : step - 1,
    events: [{ eventId, type, data, metadata }],
    recordedAt: at,
  };
}
