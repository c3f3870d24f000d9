import { positionNumber } from '../../domain/shared/position.js';
import type { Position } from '../../domain/shared/position.js';
import type { DealInterval } from '../rows.js';
import { NumberColumn } from '../timeline-index/number-column.js';
import { EventIds } from './event-ids.js';
import { InstantsByPlace } from './instants-by-place.js';
import type { Placed, RequestNumber, RowNumber, SealedDeals } from './sealed-deals.js';
import { PLACED, REQUEST_NUMBERS, ROW_NUMBERS } from './sealed-deals.js';
import type { Texts } from './texts.js';

type Wide = RowNumber | RequestNumber | Placed | 'deal';
const WIDE: readonly Wide[] = ['deal', ...ROW_NUMBERS, ...REQUEST_NUMBERS, ...PLACED];
const POSITION_DIGITS = 20;

function columnFor(name: Wide): NumberColumn {
  return new NumberColumn(name === 'validFrom' || name === 'registeredAt' || PLACED.some((placed) => placed === name) ? 8 : 1);
}

/** Takes rows in any order, and puts them by deal. */
export class DealBuilder {
  readonly #columns = Object.fromEntries(WIDE.map((name) => [name, columnFor(name)])) as Record<Wide, NumberColumn>; // every name is there
  readonly #eventIds = new EventIds();
  readonly #tieRests = new Map<number, string>();

  constructor(private readonly texts: Texts) {}

  get rows(): number {
    return this.#columns.deal.length;
  }

  add(row: DealInterval): void {
    const { texts } = this;
    const columns = this.#columns;
    const place = this.rows;
    const code = (name: keyof Texts['of'] & keyof DealInterval): number => texts.of[name].code(row[name]);
    columns.deal.push(texts.deals.number(row.entity));
    columns.validFrom.push(row.validFrom);
    columns.openedBy.push(row.openedBy + 1);
    columns.endedBy.push(plusOne(row.endedBy));
    columns.withdrawnBy.push(plusOne(row.withdrawnBy));
    columns.ordinal.push(row.ordinal);
    columns.tie.push(positionNumber(row.tie.slice(0, POSITION_DIGITS) as Position)); // a tie begins with one
    if (row.tie.length > POSITION_DIGITS) this.#tieRests.set(place, row.tie.slice(POSITION_DIGITS));
    columns.eventType.push(code('eventType'));
    columns.state.push(texts.stateCode(row));
    columns.owner.push(code('owner'));
    columns.valueKnown.push(row.valueMinor === null ? 0 : 1);
    columns.value.push(row.valueMinor ?? 0);
    columns.currency.push(code('currency'));
    columns.decisionDate.push(code('decisionDate'));
    columns.chanceToGet.push(plusOne(row.chanceToGet));
    columns.chanceToGo.push(plusOne(row.chanceToGo));
    columns.company.push(code('company'));
    columns.contact.push(texts.contactCode(row.contact));
    columns.product.push(code('product'));
    columns.source.push(code('source'));
    columns.origin.push(code('origin'));
    columns.campaign.push(code('campaign'));
    columns.receivedBy.push(code('receivedBy'));
    columns.department.push(code('department'));
    columns.registeredAt.push(row.registeredAt);
    columns.dated.push(row.dated);
    columns.validTo.push(row.validTo ?? NaN);
    columns.qualifiedAt.push(row.qualifiedAt ?? NaN);
    columns.stageSince.push(row.stageSince ?? NaN);
    columns.closedAt.push(row.closedAt ?? NaN);
    this.#eventIds.set(place, row.eventId);
  }

  /** The rows, deal by deal. Nothing is added to the builder afterwards: its columns are given up one by one, so that only one is held twice. */
  seal(): SealedDeals {
    const { texts } = this;
    const { order, deals, starts } = this.#byDeal();
    const taken = (name: Wide): NumberColumn => {
      const gathered = this.#columns[name].gather(order);
      this.#columns[name] = new NumberColumn(1, 0);
      return gathered;
    };
    const rows = Object.fromEntries(ROW_NUMBERS.map((name) => [name, taken(name)])) as Record<RowNumber, NumberColumn>; // every name is there
    const instants = Object.fromEntries(PLACED.map((name) => [name, placed(taken(name).data, rows.validFrom.data, starts)])) as Record<
      Placed,
      InstantsByPlace
    >; // likewise
    const said = Object.fromEntries(REQUEST_NUMBERS.map((name) => [name, taken(name)])) as Record<RequestNumber, NumberColumn>; // likewise
    const tieRests = new Map<number, string>();
    if (this.#tieRests.size > 0) {
      order.forEach((from, to) => {
        const rest = this.#tieRests.get(from);
        if (rest !== undefined) tieRests.set(to, rest);
      });
    }
    const isOut = new Uint8Array(deals.length);
    return { texts, deals, starts, isOut, rows, instants, ...requestsOf(said, starts), eventIds: this.#eventIds.gather(order), tieRests };
  }

  /** Row numbers by the id of their deal and, of one deal, in the order of its history. */
  #byDeal(): { order: Uint32Array; deals: Uint32Array; starts: Uint32Array } {
    const deal = this.#columns.deal.data;
    const { rows } = this;
    const counts = new Uint32Array(this.texts.deals.size);
    for (let row = 0; row < rows; row += 1) counts[deal[row]!]! += 1; // a row of these, and below
    const ids = new Map<number, string>();
    counts.forEach((count, number) => count > 0 && ids.set(number, this.texts.deals.id(number)));
    const deals = Uint32Array.from([...ids].sort(([, a], [, b]) => (a < b ? -1 : 1)).map(([number]) => number));
    const starts = new Uint32Array(deals.length + 1);
    const next = new Uint32Array(counts.length);
    deals.forEach((number, place) => {
      next[number] = starts[place]!;
      starts[place + 1] = starts[place]! + counts[number]!;
    });
    const order = new Uint32Array(rows);
    for (let row = 0; row < rows; row += 1) {
      order[next[deal[row]!]!] = row;
      next[deal[row]!]! += 1;
    }
    for (let place = 0; place < deals.length; place += 1)
      order.subarray(starts[place], starts[place + 1]).sort((a, b) => this.#compare(a, b));
    return { order, deals, starts };
  }

  /** `compareLife` on columns; rows that are never known together by when they were opened. */
  #compare(a: number, b: number): number {
    const { validFrom, tie, openedBy } = this.#columns;
    const byPosition = validFrom.data[a]! - validFrom.data[b]! || tie.data[a]! - tie.data[b]!; // rows of these
    if (byPosition !== 0) return byPosition;
    const [restA, restB] = [this.#tieRests.get(a) ?? '', this.#tieRests.get(b) ?? ''];
    return restA < restB ? -1 : restA > restB ? 1 : openedBy.data[a]! - openedBy.data[b]! || a - b; // likewise
  }
}

function plusOne(number: number | null): number {
  return number === null ? 0 : number + 1;
}

function placed(instants: ArrayLike<number>, begins: ArrayLike<number>, starts: Uint32Array): InstantsByPlace {
  const places = new InstantsByPlace(instants.length, begins);
  for (let deal = 0; deal + 1 < starts.length; deal += 1) {
    const [start, end] = [starts[deal]!, starts[deal + 1]!]; // deal + 1 < length
    for (let row = start; row < end; row += 1) places.set(row, instants[row]!, start, end); // a row of these
  }
  return places;
}

/** One number for rows of a deal, one after the other, that say the same of its request. */
function requestsOf(said: Record<RequestNumber, NumberColumn>, starts: Uint32Array): Pick<SealedDeals, 'request' | 'requests'> {
  const rows = said.dated.length;
  const columns = REQUEST_NUMBERS.map((name) => said[name].data);
  const firsts = new NumberColumn();
  const request = new NumberColumn();
  let deal = 0;
  for (let row = 0; row < rows; row += 1) {
    const begins = row === starts[deal];
    if (begins) deal += 1;
    if (begins || columns.some((data) => data[row] !== data[row - 1])) firsts.push(row);
    request.push(firsts.length - 1);
  }
  const order = Uint32Array.from(firsts.data.subarray(0, firsts.length));
  const requests = Object.fromEntries(REQUEST_NUMBERS.map((name) => [name, said[name].gather(order)])) as Record<
    RequestNumber,
    NumberColumn
  >; // every name is there
  return { request, requests };
}
