import { isoInstant } from '../../domain/shared/instant.js';
import { moneyText } from '../../domain/shared/money.js';
import type { DealBehind, Group, Grouping } from '../queries.js';
import type { DealInterval } from '../rows.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { keyReader, labelsOf } from '../scope/groupings.js';
import type { ReportZone } from '../time/report-zone.js';

export const DEALS_METHOD = 'deals/1';

/** Whether a deal's row is among those that a report's group counts. */
export function inGroup(group: Group, view: DimensionView, zone: ReportZone): (row: DealInterval) => boolean {
  const tests = Object.entries(group).map(([name, value]) => {
    const read = keyReader(name as Grouping, view, zone); // a group's keys are groupings
    return (row: DealInterval): boolean => read(row) === value;
  });
  return (row) => tests.every((test) => test(row));
}

export function dealBehind(row: DealInterval, view: DimensionView): DealBehind {
  const { valueMinor, currency, pipeline, owner, company, product } = row;
  return {
    deal: row.entity,
    status: row.status,
    pipeline,
    stage: row.stage,
    owner,
    company,
    product,
    value: valueMinor === null || currency === null ? null : moneyText({ minor: valueMinor, currency }),
    decisionDate: row.decisionDate,
    registeredAt: isoInstant(row.registeredAt),
    dated: row.dated === 1,
    since: isoInstant(row.validFrom),
    eventId: row.eventId,
    eventType: row.eventType,
    labels: labelsOf({ lastStage: row.stage, pipeline, owner, company, product }, view),
  };
}

/** One page of the deals behind a figure, in the order of their ids; `cursor` is the last id of the page before. */
export function pageOfDeals(
  rows: readonly DealInterval[],
  limit: number,
  cursor: string | undefined,
): { readonly rows: readonly DealInterval[]; readonly next: string | null } {
  const after = rows.filter((row) => cursor === undefined || row.entity > cursor).sort((a, b) => (a.entity < b.entity ? -1 : 1));
  const page = after.slice(0, limit);
  return { rows: page, next: after.length > page.length ? (page.at(-1)?.entity ?? null) : null };
}
