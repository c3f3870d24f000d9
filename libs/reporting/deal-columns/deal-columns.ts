import { setImmediate as turn } from 'node:timers/promises';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { ColumnPage } from '../../read-store/read-store.port.js';
import { rowCounts } from '../../read-store/read-store.port.js';
import { compareLife } from '../paths/order.js';
import { isClosed } from '../paths/milestones.js';
import type { DealHistory } from '../paths/deal-history.js';
import { inOrder, PlainHistory } from '../paths/deal-history.js';
import type { DealInterval } from '../rows.js';
import { plainRow } from '../rows.js';
import { ColumnHistory, ColumnReader } from './column-history.js';
import { ColumnDeal, ColumnRow } from './column-row.js';
import { DealBuilder } from './deal-builder.js';
import type { SealedDeals } from './sealed-deals.js';
import { bytesOf, counts, isKnown, rowsIn } from './sealed-deals.js';
import type { DealSelection } from './selection.js';
import { isSelected, spanOf } from './selection.js';
import { Texts } from './texts.js';

/** So many rows of deals that changed are kept as they are, before they are put into columns. */
const FRESH_ROWS = 50_000;
/** So many deals are gone through before whoever else waits has the thread. */
const DEALS_BETWEEN_TURNS = 5_000;
/** Rough: what a row of its own takes. */
const BYTES_OF_A_ROW = 550;

/**
 * Rows of `pipeline-snapshot` deal by deal, for reports that follow deals: right for any (T, K) at or below the position that its owner has brought it to. Most stand in columns that are
 * never changed (some 65 bytes a row); a deal that changes is taken out of them and kept as rows, until there are enough to be put into columns anew.
 * Rows as of one instant are walked at once, before anything is awaited: what is taken meanwhile is then in none of them by half. Changes come one after the other: each is awaited before the next.
 */
export class DealColumns {
  readonly #texts = new Texts();
  /** The great many, and those that changed since: put together when they are a quarter as many. */
  #sealed: SealedDeals[] = [];
  #out = 0;
  readonly #fresh = new Map<string, DealInterval[]>();
  #freshRows = 0;
  /** By a deal's number, its place among the deals of the columns plus one; 0: it is not there. */
  #places = new Map<SealedDeals, Uint32Array>();

  /** `goOn`: looked at time and again while deals are read; it throws where nobody needs them any more. */
  constructor(
    private readonly freshRows = FRESH_ROWS,
    private readonly goOn: () => void = () => undefined,
  ) {}

  get rows(): number {
    return this.#sealed.reduce((sum, sealed) => sum + rowsIn(sealed), this.#freshRows) - this.#out;
  }

  get bytes(): number {
    const { deals, contacts } = this.#texts;
    const columns = this.#sealed.reduce((sum, sealed) => sum + bytesOf(sealed), 0);
    return columns + deals.byteLength + contacts.byteLength + this.#freshRows * BYTES_OF_A_ROW;
  }

  /** The first rows, page by page in any order, each row once. False where there are more than `most`: then none are kept. */
  async load(pages: AsyncIterable<ColumnPage>, most: number): Promise<boolean> {
    const builder = new DealBuilder(this.#texts);
    for await (const page of pages) {
      builder.addPage(page);
      if (builder.rows > most) return false;
    }
    this.#sealed = [await builder.seal()];
    return true;
  }

  /** Rows that were opened, ended or withdrawn, in any order: one that is there is the same one, completed since. */
  async take(rows: readonly DealInterval[]): Promise<void> {
    for (const row of rows) {
      const own = this.#freshOf(row.entity);
      const place = own.findLastIndex(({ openedBy, ordinal }) => openedBy === row.openedBy && ordinal === row.ordinal);
      if (place !== -1) own[place] = row;
      else {
        own.push(row);
        this.#freshRows += 1;
      }
    }
    if (this.#freshRows > this.freshRows) await this.#seal();
  }

  /** All rows of a deal anew, in place of those that are there. */
  replace(deal: string, rows: readonly DealInterval[]): void {
    const own = this.#freshOf(deal);
    this.#freshRows += rows.length - own.length;
    this.#fresh.set(deal, [...rows]);
  }

  /** The histories that a question looks at, in the order of their deals' ids. They stay right whatever is taken later: columns are never changed, and which deals were out of them is decided here. */
  histories(knownAt: number, selection?: DealSelection): readonly DealHistory[] {
    const parts = this.#sealed.map((sealed) => {
      const reader = new ColumnReader(sealed, knownAt, this.goOn);
      const found: DealHistory[] = [];
      for (let place = 0; place < sealed.deals.length; place += 1) {
        if (sealed.isOut[place] === 1 || (selection !== undefined && !isSelectedHere(sealed, place, knownAt, selection))) continue;
        if (reader.isThere(place)) found.push(new ColumnHistory(reader, place));
      }
      return found;
    });
    const fresh: DealHistory[] = [];
    for (const own of this.#fresh.values()) {
      const history = own
        .filter((row) => row.openedBy <= knownAt && (row.withdrawnBy === null || row.withdrawnBy > knownAt))
        .sort(compareLife);
      if (history.length > 0 && (selection === undefined || isSelected(history, selection))) fresh.push(new PlainHistory(history));
    }
    fresh.sort((a, b) => (a.deal < b.deal ? -1 : 1));
    return [...parts, fresh].reduce<readonly DealHistory[]>(inOrder, []);
  }

  /** Rows that count at (T, K), in any order. */
  *asOf(asOf: EpochMs, knownAt: number): Iterable<DealInterval> {
    for (const sealed of this.#sealed) {
      for (let place = 0; place < sealed.deals.length; place += 1) {
        if (sealed.isOut[place] === 1) continue;
        const [start, end] = [sealed.starts[place]!, sealed.starts[place + 1]!]; // place < deals.length
        for (let row = start; row < end; row += 1) {
          if (counts(sealed, row, start, asOf, knownAt)) yield new ColumnRow(new ColumnDeal(sealed, sealed.deals[place]!, start), row); // likewise
        }
      }
    }
    for (const own of this.#fresh.values()) for (const row of own) if (rowCounts(row, asOf, knownAt)) yield row;
  }

  /** The deal's rows as rows of their own, taken out of the columns where they stand in them. */
  #freshOf(deal: string): DealInterval[] {
    let own = this.#fresh.get(deal);
    if (own !== undefined) return own;
    own = this.#takeOut(deal);
    this.#fresh.set(deal, own);
    this.#freshRows += own.length;
    return own;
  }

  #takeOut(deal: string): DealInterval[] {
    const number = this.#texts.deals.find(deal);
    if (number === undefined) return [];
    for (const sealed of this.#sealed) {
      const place = (this.#placesIn(sealed)[number] ?? 0) - 1;
      if (place === -1 || sealed.isOut[place] === 1) continue;
      sealed.isOut[place] = 1;
      const rows = everyRowOf(sealed, place).map(plainRow);
      this.#out += rows.length;
      return rows;
    }
    return [];
  }

  /** Where each deal stands in these columns: made when the first of them changes. */
  #placesIn(sealed: SealedDeals): Uint32Array {
    const known = this.#places.get(sealed);
    if (known !== undefined) return known;
    const places = new Uint32Array(this.#texts.deals.size);
    sealed.deals.forEach((number, place) => (places[number] = place + 1));
    this.#places.set(sealed, places);
    return places;
  }

  /** What is fresh into columns, together with what was put there last; and with all the rest where that is no longer few. */
  async #seal(): Promise<void> {
    const [most, ...others] = this.#sealed;
    const recent = others.reduce((sum, sealed) => sum + rowsIn(sealed), this.#freshRows);
    const isFew = most !== undefined && recent * 4 < rowsIn(most);
    const builder = new DealBuilder(this.#texts);
    for (const sealed of isFew ? others : this.#sealed) {
      for (let place = 0; place < sealed.deals.length; place += 1) {
        if (sealed.isOut[place] === 0) for (const row of everyRowOf(sealed, place)) builder.add(row);
        if (place % DEALS_BETWEEN_TURNS === DEALS_BETWEEN_TURNS - 1) await turn();
      }
    }
    for (const own of this.#fresh.values()) for (const row of own) builder.add(row);
    const made = await builder.seal();
    this.#fresh.clear();
    this.#freshRows = 0;
    this.#sealed = isFew ? [most, made] : [made];
    this.#places = new Map([...this.#places].filter(([sealed]) => this.#sealed.includes(sealed)));
    this.#out = this.#sealed.reduce((sum, sealed) => sum + rowsOut(sealed), 0);
  }
}

function everyRowOf(sealed: SealedDeals, place: number): ColumnRow[] {
  const [start, end] = [sealed.starts[place]!, sealed.starts[place + 1]!]; // a place among its deals
  const deal = new ColumnDeal(sealed, sealed.deals[place]!, start); // likewise
  return Array.from({ length: end - start }, (_, index) => new ColumnRow(deal, start + index));
}

function rowsOut({ isOut, starts }: SealedDeals): number {
  return isOut.reduce((sum, out, place) => sum + (out === 1 ? starts[place + 1]! - starts[place]! : 0), 0); // place < deals.length
}

/** `isSelected` on columns. */
function isSelectedHere(sealed: SealedDeals, place: number, knownAt: number, selection: DealSelection): boolean {
  const { rows, request, requests, texts } = sealed;
  const [start, end] = [sealed.starts[place]!, sealed.starts[place + 1]!]; // a place among its deals; and rows of it below
  const { from, to } = spanOf(selection);
  if (selection.by !== 'registered' && sealed.hasUndated[place] === 0) {
    // Rows lie in the order of their beginnings: most deals are told by their first or their last.
    if (rows.validFrom.data[start]! >= Math.max(from, to)) return false;
    if (rows.validFrom.data[end - 1]! < from) return selection.by === 'between' && isOpenAtEnd(sealed, start, end, knownAt);
  }
  const opening = selection.by === 'between' ? selection.opening : -Infinity;
  let state = -1;
  for (let row = start; row < end; row += 1) {
    if (!isKnown(sealed, row, knownAt)) continue;
    const said = request.data[row]!;
    if (requests.dated.data[said] === 0) return true;
    if (selection.by === 'registered') return requests.registeredAt.data[said]! >= from && requests.registeredAt.data[said]! < to;
    const began = rows.validFrom.data[row]!;
    if (began >= from && began < to) return true;
    if (began <= opening) state = row;
  }
  return state !== -1 && !isClosed(texts.state(rows.state.data[state]!).status);
}

/** Whether the last known row of a deal is of one that is not closed. */
function isOpenAtEnd(sealed: SealedDeals, start: number, end: number, knownAt: number): boolean {
  for (let row = end - 1; row >= start; row -= 1) {
    if (isKnown(sealed, row, knownAt)) return !isClosed(sealed.texts.state(sealed.rows.state.data[row]!).status); // a row of the deal
  }
  return false;
}
