import type { DealFact } from '../../libs/domain/deal/deal.events.js';
import type { Deal } from '../../libs/domain/deal/deal.evolve.js';
import { noDeal, pipelinePartOf } from '../../libs/domain/deal/deal.evolve.js';
import type { Fact } from '../../libs/domain/shared/history.js';
import { idOf } from '../../libs/domain/shared/ids.js';
import { currentRowProjection } from '../../libs/projection-engine/current-rows.js';
import type { Handling } from '../../libs/projection-engine/projection.js';
import type { ColumnType, ReadModel, RowLife } from '../../libs/read-store/read-store.port.js';
import { evolveDeal } from '../deal-fold.js';
import { ONLY_DEALS } from '../handling.js';

/**
 * What a deal is found by, as it stands now as far as is known: lists and look-ups read it. entity is the deal's id. Stage, value and expected date, which change with almost every event, are in
 * the deal's open row of `pipeline-snapshot`, and are read there for the few deals that a list shows.
 */
export type DealListing = RowLife & DealListingColumns;
export type DealListingColumns = {
  /** The source's own key of an imported deal, whose id is `<source>-<key>`; null for others. */
  readonly bareKey: string | null;
  readonly status: string;
  readonly pipeline: string | null;
  readonly owner: string | null;
  readonly company: string | null;
  readonly product: string | null;
  readonly contact: string | null;
  readonly source: string;
  readonly campaign: string | null;
  /** Calendar date on which a postponed deal is to be taken up again. */
  readonly wakeUp: string | null;
  readonly registeredAt: number;
  readonly closedAt: number | null;
  readonly dated: 0 | 1;
};

export const dealDirectoryModel: ReadModel = {
  name: 'deal-directory',
  version: 3,
  columns: {
    bareKey: 'text',
    status: 'symbol',
    pipeline: 'symbol',
    owner: 'symbol',
    company: 'symbol',
    product: 'symbol',
    contact: 'text',
    source: 'symbol',
    campaign: 'symbol',
    wakeUp: 'text',
    registeredAt: 'integer',
    closedAt: 'integer',
    dated: 'integer',
  } satisfies Record<keyof DealListingColumns, ColumnType>,
  // One for each question that is asked: an index is a third of what a row costs, and can be added to the rows that are there.
  indexes: [['bareKey']],
};

interface Listed {
  readonly deal: Deal;
  readonly imported: boolean;
}

function evolveListed(listed: Listed, fact: Fact<DealFact>): Listed {
  const deal = evolveDeal(listed.deal, fact);
  return { deal, imported: listed.deal.status === 'none' ? fact.source.metadata.actor.kind === 'import' : listed.imported };
}

function listingOf({ deal, imported }: Listed, life: RowLife): DealListing | null {
  if (deal.status === 'none') return null;
  const { entity } = life;
  const part = pipelinePartOf(deal);
  return {
    entity,
    openedBy: life.openedBy,
    ordinal: life.ordinal,
    validFrom: life.validFrom,
    validTo: life.validTo,
    endedBy: life.endedBy,
    withdrawnBy: life.withdrawnBy,
    bareKey: imported ? entity.slice(entity.indexOf('-') + 1) : null,
    status: deal.status,
    pipeline: part === null ? null : part.pipelineId,
    owner: part === null ? null : part.ownerId,
    company: deal.companyId,
    product: deal.productId,
    contact: deal.contactId,
    source: deal.source,
    campaign: deal.campaignId,
    wakeUp: deal.status === 'postponed' ? deal.wakeUp : null,
    registeredAt: deal.registeredAt,
    closedAt: 'closedAt' in deal ? deal.closedAt : null,
    dated: deal.dated ? 1 : 0,
  };
}

/** Written out: this runs for every event of a rebuild. */
function sameListing(a: DealListing, b: DealListing): boolean {
  return (
    a.status === b.status &&
    a.owner === b.owner &&
    a.closedAt === b.closedAt &&
    a.pipeline === b.pipeline &&
    a.company === b.company &&
    a.product === b.product &&
    a.contact === b.contact &&
    a.wakeUp === b.wakeUp &&
    a.source === b.source &&
    a.campaign === b.campaign &&
    a.registeredAt === b.registeredAt &&
    a.dated === b.dated &&
    a.bareKey === b.bareKey
  );
}

/** What value, expected date and chances are is not in it. */
const handles: Handling = { ...ONLY_DEALS, ExpectedValueEstimated: 'ignore', DecisionDateExpected: 'ignore', ChanceAssessed: 'ignore' };

/** One row per deal, in versions. */
export const dealDirectory = currentRowProjection<Listed, DealListing, DealFact>({
  model: dealDirectoryModel,
  categories: ['deal'],
  handles,
  entityOf: idOf,
  nothing: { deal: noDeal, imported: false },
  evolve: evolveListed,
  row: listingOf,
  same: sameListing,
});
