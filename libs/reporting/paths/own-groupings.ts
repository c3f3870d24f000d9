import { NOT_IN_SOURCE } from '../../domain/shared/envelope.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { OwnGrouping, Relationship } from '../queries.js';
import type { DealInterval } from '../rows.js';
import type { DealPath } from './deal-path.js';
import { lastRow } from './deal-path.js';
import { isClosed } from './milestones.js';

/** Whether a win is the firm's first one (requirements SO03, SU08). */
type Purchase = 'first' | 'repeat';

/** What one firm asked and bought, as far as is known. */
interface Dealings {
  /** When it asked for the first time. */
  asked: EpochMs;
  /** Since when it has bought something that stands as bought to T; Infinity where it has not. */
  bought: EpochMs;
  /** Purchases that were undone, from (included) to (left out). */
  readonly undone: { readonly from: EpochMs; readonly to: EpochMs }[];
  /** Of the wins that stand at T. */
  first: { readonly deal: string; readonly at: EpochMs } | undefined;
}

function companyOf(path: DealPath): string | null {
  const { company } = lastRow(path);
  return company === NOT_IN_SOURCE ? null : company;
}

function addWins({ rows }: DealPath, dealings: Dealings): void {
  rows.forEach((row, index) => {
    if (row.status !== 'won' || rows[index - 1]?.status === 'won') return;
    const end = rows.slice(index).find(({ status }) => status !== 'won');
    if (end === undefined) dealings.bought = Math.min(dealings.bought, row.validFrom);
    else dealings.undone.push({ from: row.validFrom, to: end.validFrom });
  });
}

function isEarlier(a: NonNullable<Dealings['first']>, b: NonNullable<Dealings['first']>): boolean {
  return a.at < b.at || (a.at === b.at && a.deal < b.deal);
}

/** What firms asked and bought in all their deals, of every scope: what a firm is to us does not depend on who is asked about. */
export class FirmDealings {
  private readonly firms = new Map<string, Dealings>();

  /** Dated deals, as of T. */
  constructor(paths: Iterable<DealPath>) {
    for (const path of paths) {
      const company = companyOf(path);
      if (company === null) continue;
      const { registeredAt, status, closedAt } = lastRow(path);
      const dealings = this.firms.get(company) ?? { asked: Infinity, bought: Infinity, undone: [], first: undefined };
      this.firms.set(company, dealings);
      dealings.asked = Math.min(dealings.asked, registeredAt);
      addWins(path, dealings);
      if (status !== 'won' || closedAt === null) continue;
      const win = { deal: path.deal, at: closedAt };
      if (dealings.first === undefined || isEarlier(win, dealings.first)) dealings.first = win;
    }
  }

  /** At the instant of the request, and not today; null where the firm is not known. */
  relationship(path: DealPath): Relationship | null {
    const dealings = this.of(path);
    if (dealings === undefined) return null;
    const at = lastRow(path).registeredAt;
    if (dealings.bought < at || dealings.undone.some(({ from, to }) => from < at && at <= to)) return 'customer';
    return dealings.asked < at ? 'acquaintance' : 'unknown';
  }

  /** Null for what does not stand won at T, was won nobody knows when, or by a firm that is not known. */
  purchase(path: DealPath): Purchase | null {
    const { status, closedAt } = lastRow(path);
    const first = this.of(path)?.first;
    if (status !== 'won' || closedAt === null || first === undefined) return null;
    return first.deal === path.deal ? 'first' : 'repeat';
  }

  private of(path: DealPath): Dealings | undefined {
    const company = companyOf(path);
    return company === null ? undefined : this.firms.get(company);
  }
}

/** What can be known of a deal before it ends; that a source was asked for and is unknown is an answer. */
const DOCUMENTED: readonly ((row: DealInterval) => boolean)[] = [
  ({ company }) => company !== null && company !== NOT_IN_SOURCE,
  ({ contact }) => contact !== null && contact !== NOT_IN_SOURCE,
  ({ product }) => product !== null,
  ({ source }) => source !== 'not-asked' && source !== NOT_IN_SOURCE,
  ({ valueMinor }) => valueMinor !== null,
  ({ decisionDate }) => decisionDate !== null,
  ({ chanceToGet }) => chanceToGet !== null,
  ({ chanceToGo }) => chanceToGo !== null,
];

/** How well a deal was documented when it ended, or is now (requirements QT09, EF04): `5 of 8`. */
function completeness({ rows }: DealPath): string {
  const before = rows.findLast(({ status }) => !isClosed(status)) ?? rows[0];
  return `${DOCUMENTED.filter((isKnown) => isKnown(before)).length} of ${DOCUMENTED.length}`;
}

/** Reads a grouping that only reports that follow deals have. `firms` is made where one of them asks for it. */
export function ownReader(grouping: OwnGrouping, firms: () => FirmDealings): (path: DealPath) => string | null {
  switch (grouping) {
    case 'receivedBy':
      return (path) => lastRow(path).receivedBy;
    case 'relationship':
      return (path) => firms().relationship(path);
    case 'purchase':
      return (path) => firms().purchase(path);
    case 'completeness':
      return completeness;
  }
}
