import type { ModelBatch, ReadModel, Row, RowChange } from '../../libs/read-store/read-store.port.js';
import { positionOf } from '../../libs/domain/shared/position.js';
import type { EpochMs } from '../../libs/domain/shared/instant.js';

/** As wide as the rows of `pipeline-snapshot`, made without a log so that the store alone is measured. */
export const INTERVALS: ReadModel = {
  name: 'bench-intervals',
  version: 1,
  columns: {
    tie: 'text',
    eventId: 'text',
    eventType: 'symbol',
    status: 'symbol',
    pipeline: 'symbol',
    stage: 'symbol',
    owner: 'symbol',
    company: 'symbol',
    product: 'symbol',
    contact: 'text',
    source: 'symbol',
    origin: 'symbol',
    campaign: 'symbol',
    receivedBy: 'symbol',
    department: 'symbol',
    valueMinor: 'integer',
    currency: 'symbol',
    decisionDate: 'symbol',
    chanceToGet: 'integer',
    chanceToGo: 'integer',
    registeredAt: 'integer',
    qualifiedAt: 'integer',
    stageSince: 'integer',
    closedAt: 'integer',
    dated: 'integer',
  },
  indexes: [['validFrom']],
};

/** What the timeline index reads. */
export const INDEX_COLUMNS = [
  ...['entity', 'openedBy', 'validFrom', 'validTo', 'endedBy', 'withdrawnBy', 'tie', 'status', 'pipeline', 'stage', 'owner', 'company'],
  ...[
    'product',
    'source',
    'origin',
    'campaign',
    'department',
    'valueMinor',
    'currency',
    'decisionDate',
    'chanceToGet',
    'chanceToGo',
    'dated',
  ],
];

const FROM: EpochMs = Date.UTC(2010, 0, 1);
const LIVE = 10_000;

/** Events of `LIVE` deals at a time, one after the other; each opens a row and ends the one before, after about eight the deal makes room for another. */
export function* intervalBatches(rows: number, eventsPerBatch: number): Generator<ModelBatch> {
  let seed = 7;
  const random = (below: number) => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) % below;
  const live: (Row | undefined)[] = Array.from({ length: LIVE });
  let deals = 0;
  let changes: RowChange[] = [];
  for (let position = 1; position <= rows; position += 1) {
    const slot = random(LIVE);
    const before = random(8) === 0 ? undefined : live[slot];
    const validFrom = FROM + position * 50;
    const row: Row = {
      ...(before ?? newDeal((deals += 1), validFrom)),
      openedBy: position,
      ordinal: 0,
      validFrom,
      validTo: null,
      endedBy: null,
      withdrawnBy: null,
      tie: String(position).padStart(20, '0'),
      eventId: `018f0000-0000-7000-8000-${position.toString(16).padStart(12, '0')}`,
      stage: `stage-${random(8)}`,
      valueMinor: random(10_000_000),
      stageSince: validFrom,
    };
    if (before !== undefined) {
      const { entity, openedBy, ordinal } = before;
      changes.push({ kind: 'end', key: { entity, openedBy, ordinal }, validTo: validFrom, endedBy: position });
    }
    changes.push({ kind: 'insert', row });
    live[slot] = row;
    if (position % eventsPerBatch === 0 || position === rows) {
      const checkpoint = { position: positionOf(position), eventId: null, recordedAt: validFrom, logId: 'bench', epoch: 0 };
      yield { model: INTERVALS, partition: 0, changes, checkpoint };
      changes = [];
    }
  }
}

function newDeal(number: number, at: EpochMs): Row {
  return {
    entity: `018f${(number * 7_919).toString(16).padStart(8, '0')}`,
    openedBy: 0,
    ordinal: 0,
    validFrom: at,
    validTo: null,
    endedBy: null,
    withdrawnBy: null,
    eventType: 'StageAdvanced',
    status: 'open',
    pipeline: 'new-business',
    owner: `employee-${number % 200}`,
    company: `company-${number % 20_000}`,
    product: `product-${number % 7}`,
    contact: `contact-${number}`,
    source: ['web', 'fair', 'referral', 'unknown'][number % 4] ?? null,
    origin: 'spontaneous',
    campaign: null,
    receivedBy: `employee-${number % 200}`,
    department: 'sales',
    currency: 'EUR',
    decisionDate: '2017-12-31',
    chanceToGet: 5_000,
    chanceToGo: 6_000,
    registeredAt: at,
    qualifiedAt: at,
    closedAt: null,
    dated: 1,
  };
}
