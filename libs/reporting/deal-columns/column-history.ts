import type { EpochMs } from '../../domain/shared/instant.js';
import type { DealHistory } from '../paths/deal-history.js';
import type { DealInterval, History } from '../rows.js';
import { ColumnDeal, ColumnRow } from './column-row.js';
import type { SealedDeals } from './sealed-deals.js';
import { isKnown } from './sealed-deals.js';

/** So many deals are read before it is looked whether anybody still needs them. */
const DEALS_BETWEEN_LOOKS = 1_024;

/** Reads deals of columns as known at one K. Reports look at one deal at a time, and several times at that: the last one's rows are at hand. */
export class ColumnReader {
  private at = -1;
  private rows: History = [];
  private cut: History = [];
  private reads = 0;

  /** `goOn` throws where nobody needs them any more. */
  constructor(
    private readonly sealed: SealedDeals,
    private readonly knownAt: number,
    private readonly goOn: () => void,
  ) {}

  /** Empty where nothing of the deal was known. */
  rowsAt(place: number): History {
    if (place === this.at) return this.rows;
    this.look();
    this.rows = historyOf(this.sealed, place, this.knownAt);
    this.cut = this.rows;
    this.at = place;
    return this.rows;
  }

  private look(): void {
    this.reads += 1;
    if (this.reads % DEALS_BETWEEN_LOOKS === 0) this.goOn();
  }

  firstAt(place: number, length: number): History {
    const rows = this.rowsAt(place);
    if (this.cut.length !== length) this.cut = rows.slice(0, length);
    return this.cut;
  }

  dealAt(place: number): string {
    if (place === this.at) return this.rows[0]?.entity ?? '';
    return this.sealed.texts.deals.id(this.sealed.deals[place]!); // a place among its deals
  }

  stateAt(place: number, asOf: EpochMs): DealInterval | undefined {
    this.look();
    const { starts, rows, deals } = this.sealed;
    const start = starts[place]!; // a place among its deals, here and below
    for (let row = starts[place + 1]! - 1; row >= start; row -= 1) {
      // A row of the deal; they lie in the order of its history.
      if (rows.validFrom.data[row]! > asOf || !isKnown(this.sealed, row, this.knownAt)) continue;
      return new ColumnRow(new ColumnDeal(this.sealed, deals[place]!, start), row);
    }
    return undefined;
  }

  isThere(place: number): boolean {
    const { starts } = this.sealed;
    for (let row = starts[place]!; row < starts[place + 1]!; row += 1) if (isKnown(this.sealed, row, this.knownAt)) return true; // a place among its deals
    return false;
  }
}

export class ColumnHistory implements DealHistory {
  constructor(
    private readonly reader: ColumnReader,
    private readonly place: number,
  ) {}

  get deal(): string {
    return this.reader.dealAt(this.place);
  }

  get rows(): History {
    return this.reader.rowsAt(this.place);
  }

  first(length: number): History {
    return this.reader.firstAt(this.place, length);
  }

  stateAt(asOf: EpochMs): DealInterval | undefined {
    return this.reader.stateAt(this.place, asOf);
  }
}

function historyOf(sealed: SealedDeals, place: number, knownAt: number): History {
  const [start, end] = [sealed.starts[place]!, sealed.starts[place + 1]!]; // a place among its deals
  const deal = new ColumnDeal(sealed, sealed.deals[place]!, start); // likewise
  let known = 0;
  for (let row = start; row < end; row += 1) if (isKnown(sealed, row, knownAt)) known += 1;
  // As long as it will be: a list that grows takes room for sixteen more.
  const history = new Array<DealInterval>(known);
  for (let row = start, next = 0; row < end; row += 1) {
    if (!isKnown(sealed, row, knownAt)) continue;
    history[next] = new ColumnRow(deal, row);
    next += 1;
  }
  return history;
}
