import type { DealFact } from '../../libs/domain/deal/deal.events.js';
import type { Deal, ExistingDeal } from '../../libs/domain/deal/deal.evolve.js';
import { noDeal, pipelinePartOf } from '../../libs/domain/deal/deal.evolve.js';
import type { Fact } from '../../libs/domain/shared/history.js';
import { idOf } from '../../libs/domain/shared/ids.js';
import type { MoneyOrUnknown } from '../../libs/domain/shared/money.js';
import type { Handling } from '../../libs/projection-engine/projection.js';
import { intervalProjection } from '../../libs/projection-engine/intervals.js';
import type { ColumnType, ReadModel, RowLife } from '../../libs/read-store/read-store.port.js';
import type { DealInterval } from '../../libs/reporting/rows.js';
import { evolveDeal } from '../deal-fold.js';
import { ONLY_DEALS } from '../handling.js';

export const pipelineSnapshotModel: ReadModel = {
  name: 'pipeline-snapshot',
  version: 2,
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
  } satisfies Record<keyof Omit<DealInterval, keyof RowLife>, ColumnType>,
  // Every model is indexed by entity; reports without the timeline index scan by effective time.
  // The few rows of deals registered without a date are asked for by every report that counts them.
  indexes: [['validFrom'], { where: { column: 'dated', is: 0 }, columns: ['registeredAt'] }],
};

function shownValue(deal: ExistingDeal): MoneyOrUnknown {
  return deal.status === 'won' ? deal.wonValue : deal.value;
}

/** The row that shows a deal's state, and what opened it. One literal and no spread: this runs for every event of a rebuild. */
export function dealRow(deal: Deal, fact: Fact<DealFact>, life: RowLife): DealInterval | null {
  if (deal.status === 'none') return null;
  const part = pipelinePartOf(deal);
  const value = shownValue(deal);
  return {
    entity: life.entity,
    openedBy: life.openedBy,
    ordinal: life.ordinal,
    validFrom: life.validFrom,
    validTo: life.validTo,
    endedBy: life.endedBy,
    withdrawnBy: life.withdrawnBy,
    tie: fact.tie,
    eventId: fact.id,
    eventType: fact.type,
    status: deal.status,
    pipeline: part === null ? null : part.pipelineId,
    stage: part === null ? null : part.stageId,
    owner: part === null ? null : part.ownerId,
    company: deal.companyId,
    product: deal.productId,
    contact: deal.contactId,
    source: deal.source,
    origin: deal.origin,
    campaign: deal.campaignId,
    receivedBy: deal.receivedBy,
    department: deal.department,
    valueMinor: value === 'unknown' ? null : value.minor,
    currency: value === 'unknown' ? null : value.currency,
    // Who ended without a date closed in no period: not in that in which it was once expected either.
    decisionDate: 'closedAt' in deal && deal.closedAt === null ? null : deal.decisionDate,
    chanceToGet: deal.chanceToGet,
    chanceToGo: deal.chanceToGo,
    registeredAt: deal.registeredAt,
    qualifiedAt: part === null ? null : part.qualifiedAt,
    stageSince: part === null ? null : part.stageSince,
    closedAt: 'closedAt' in deal ? deal.closedAt : null,
    dated: deal.dated ? 1 : 0,
  };
}

/** All but the row's life and what opened it. Written out: this runs for every event of a rebuild. */
function sameState(a: DealInterval, b: DealInterval): boolean {
  return (
    a.status === b.status &&
    a.stage === b.stage &&
    a.stageSince === b.stageSince &&
    a.valueMinor === b.valueMinor &&
    a.currency === b.currency &&
    a.owner === b.owner &&
    a.decisionDate === b.decisionDate &&
    a.chanceToGet === b.chanceToGet &&
    a.chanceToGo === b.chanceToGo &&
    a.closedAt === b.closedAt &&
    a.pipeline === b.pipeline &&
    a.company === b.company &&
    a.product === b.product &&
    a.qualifiedAt === b.qualifiedAt &&
    a.contact === b.contact &&
    a.source === b.source &&
    a.origin === b.origin &&
    a.campaign === b.campaign &&
    a.receivedBy === b.receivedBy &&
    a.department === b.department &&
    a.registeredAt === b.registeredAt &&
    a.dated === b.dated
  );
}

const handles: Handling = { ...ONLY_DEALS };

/** One row per deal and state interval: what every pipeline report reads. */
export const pipelineSnapshot = intervalProjection<Deal, DealInterval, DealFact>({
  model: pipelineSnapshotModel,
  categories: ['deal'],
  handles,
  entityOf: idOf,
  nothing: noDeal,
  evolve: evolveDeal,
  row: dealRow,
  same: sameState,
});
