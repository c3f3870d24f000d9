import type { DealFact } from '../../libs/domain/deal/deal.events.js';
import type { Deal } from '../../libs/domain/deal/deal.evolve.js';
import { evolve, noDeal, pipelinePartOf } from '../../libs/domain/deal/deal.evolve.js';
import type { Fact } from '../../libs/domain/shared/history.js';
import { idOf } from '../../libs/domain/shared/ids.js';
import { currentRowProjection } from '../../libs/projection-engine/current-rows.js';
import type { ColumnType, ReadModel, RowLife } from '../../libs/read-store/read-store.port.js';
import { ONLY_DEALS } from '../handling.js';

/** A deal as it stands now, as far as is known: what lists and look-ups read. entity is the deal's id. */
export type DealListing = RowLife & DealListingColumns;
export type DealListingColumns = {
  /** The source's own key of an imported deal, whose id is `<source>-<key>`; null for others. */
  readonly bareKey: string | null;
  readonly status: string;
  readonly pipeline: string | null;
  /** For closed deals the last one. */
  readonly stage: string | null;
  readonly owner: string | null;
  readonly company: string | null;
  readonly product: string | null;
  readonly contact: string | null;
  readonly source: string;
  readonly campaign: string | null;
  readonly valueMinor: number | null;
  readonly currency: string | null;
  readonly decisionDate: string | null;
  /** Calendar date on which a postponed deal is to be taken up again. */
  readonly wakeUp: string | null;
  readonly registeredAt: number;
  readonly stageSince: number | null;
  readonly closedAt: number | null;
  readonly dated: 0 | 1;
};

export const dealDirectoryModel: ReadModel = {
  name: 'deal-directory',
  version: 1,
  columns: {
    bareKey: 'text',
    status: 'text',
    pipeline: 'text',
    stage: 'text',
    owner: 'text',
    company: 'text',
    product: 'text',
    contact: 'text',
    source: 'text',
    campaign: 'text',
    valueMinor: 'integer',
    currency: 'text',
    decisionDate: 'text',
    wakeUp: 'text',
    registeredAt: 'integer',
    stageSince: 'integer',
    closedAt: 'integer',
    dated: 'integer',
  } satisfies Record<keyof DealListingColumns, ColumnType>,
  indexes: [['bareKey'], ['registeredAt'], ['owner', 'registeredAt'], ['company', 'registeredAt']],
};

interface Listed {
  readonly deal: Deal;
  readonly imported: boolean;
}

function evolveListed(listed: Listed, fact: Fact<DealFact>): Listed {
  const deal = evolve(listed.deal, fact);
  return listed.deal.status === 'none' ? { deal, imported: fact.source.metadata.actor.kind === 'import' } : { ...listed, deal };
}

function listingOf({ deal, imported }: Listed, id: string): DealListingColumns | null {
  if (deal.status === 'none') return null;
  const part = pipelinePartOf(deal);
  const value = deal.status === 'won' ? deal.wonValue : deal.value;
  return {
    bareKey: imported ? id.slice(id.indexOf('-') + 1) : null,
    status: deal.status,
    pipeline: part === null ? null : part.pipelineId,
    stage: part === null ? null : part.stageId,
    owner: part === null ? null : part.ownerId,
    company: deal.companyId,
    product: deal.productId,
    contact: deal.contactId,
    source: deal.source,
    campaign: deal.campaignId,
    valueMinor: value === 'unknown' ? null : value.minor,
    currency: value === 'unknown' ? null : value.currency,
    decisionDate: deal.decisionDate,
    wakeUp: deal.status === 'postponed' ? deal.wakeUp : null,
    registeredAt: deal.registeredAt,
    stageSince: part === null ? null : part.stageSince,
    closedAt: 'closedAt' in deal ? deal.closedAt : null,
    dated: deal.dated ? 1 : 0,
  };
}

const COLUMNS = Object.keys(dealDirectoryModel.columns) as (keyof DealListingColumns)[]; // the model's columns are these, see `satisfies`

/** One row per deal, in versions. */
export const dealDirectory = currentRowProjection<Listed, DealListingColumns, DealFact>({
  model: dealDirectoryModel,
  categories: ['deal'],
  handles: ONLY_DEALS,
  entityOf: idOf,
  nothing: { deal: noDeal, imported: false },
  evolve: evolveListed,
  columns: listingOf,
  same: (a, b) => COLUMNS.every((column) => a[column] === b[column]),
});
