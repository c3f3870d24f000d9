import { setImmediate } from 'node:timers/promises';
import { positionNumber } from '../../domain/shared/position.js';
import type { Position } from '../../domain/shared/position.js';
import type { ColumnPage, TextColumn } from '../../read-store/read-store.port.js';
import type { DealInterval } from '../rows.js';
import { NumberColumn } from '../timeline-index/number-column.js';
import { EventIds } from './event-ids.js';
import { InstantsByPlace } from './instants-by-place.js';
import type { Placed, RequestNumber, RowNumber, SealedDeals } from './sealed-deals.js';
import { PLACED, REQUEST_NUMBERS, ROW_NUMBERS } from './sealed-deals.js';
import type { Turn } from './sort-in-turns.js';
import { sortInTurns } from './sort-in-turns.js';
import type { Texts } from './texts.js';
import { CODED } from './texts.js';

type Wide = RowNumber | RequestNumber | Placed | 'deal';
const WIDE: readonly Wide[] = ['deal', ...ROW_NUMBERS, ...REQUEST_NUMBERS, ...PLACED];
const POSITION_DIGITS = 20;
/** Fewer rows hold nobody up. */
const MANY_ROWS = 50_000;
/** So many deals are put in order before whoever else waits has the thread. */
const DEALS_BETWEEN_TURNS = 20_000;

function columnFor(name: Wide): NumberColumn {
  return new NumberColumn(name === 'validFrom' || name === 'registeredAt' || PLACED.some((placed) => placed === name) ? 8 : 1);
}

/** Takes rows in any order, and puts them by deal. */
export class DealBuilder {
  readonly #columns = Object.fromEntries(WIDE.map((name) => [name, columnFor(name)])) as Record<Wide, NumberColumn>; // every name is there
  readonly #eventIds = new EventIds();
  readonly #tieRests = new Map<number, string>();
  readonly #translations = new Map<string, { readonly dictionary: readonly string[]; readonly codes: number[] }>();

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
    this.#addTie(place, row.tie);
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

  /** A page of a scan of `pipeline-snapshot` by every column. */
  addPage(page: ColumnPage): void {
    const { texts } = this;
    const columns = this.#columns;
    const first = this.rows;
    const number = (name: string): Float64Array => page.numbers[name]!; // the scan was asked for every column, here and below
    const push = (name: Wide, values: Float64Array, more: number): void => {
      const column = columns[name];
      for (let row = 0; row < page.length; row += 1) column.push(values[row]! + more);
    };
    const pushKnown = (name: Wide, values: Float64Array, more: number): void => {
      const column = columns[name];
      for (let row = 0; row < page.length; row += 1) column.push(Number.isNaN(values[row]) ? 0 : values[row]! + more);
    };
    for (const name of ['validFrom', 'validTo', 'ordinal', 'registeredAt', 'qualifiedAt', 'stageSince', 'closedAt', 'dated'] as const)
      push(name, number(name), 0);
    push('openedBy', number('openedBy'), 1);
    for (const name of ['endedBy', 'withdrawnBy', 'chanceToGet', 'chanceToGo'] as const) pushKnown(name, number(name), 1);
    pushKnown('value', number('valueMinor'), 0);
    for (const minor of number('valueMinor').subarray(0, page.length)) columns.valueKnown.push(Number.isNaN(minor) ? 0 : 1);

    const pushCoded = (name: Wide, from: string, codeOf: (text: string | null) => number): void => {
      const { codes, dictionary } = page.texts[from]!;
      const known = this.#codesOf(from, dictionary);
      const none = name === 'deal' ? 0 : codeOf(null);
      const column = columns[name];
      for (let row = 0; row < page.length; row += 1) {
        const code = codes[row]!;
        column.push(code === -1 ? none : (known[code] ??= codeOf(dictionary[code] ?? null)));
      }
    };
    pushCoded('deal', 'entity', (id) => texts.deals.number(id ?? ''));
    pushCoded('contact', 'contact', (id) => texts.contactCode(id));
    for (const name of CODED) pushCoded(name, name, (text) => texts.of[name].code(text));
    this.#addStates(page);
    const [tie, eventId] = [page.texts['tie']!, page.texts['eventId']!];
    for (let row = 0; row < page.length; row += 1) {
      this.#addTie(first + row, tie.dictionary[tie.codes[row]!] ?? '');
      this.#eventIds.set(first + row, eventId.dictionary[eventId.codes[row]!] ?? '');
    }
  }

  #addStates(page: ColumnPage): void {
    const [status, pipeline, stage] = [page.texts['status']!, page.texts['pipeline']!, page.texts['stage']!]; // asked for
    const text = ({ dictionary }: TextColumn, code: number): string | null => (code === -1 ? null : (dictionary[code] ?? null));
    const known = this.#codesOf('state', status.dictionary);
    for (let row = 0; row < page.length; row += 1) {
      const [a, b, c] = [status.codes[row]!, pipeline.codes[row]! + 1, stage.codes[row]! + 1]; // a row of the page
      const key = (a * 4_096 + b) * 65_536 + c;
      known[key] ??= this.texts.stateCode({
        status: text(status, a) as DealInterval['status'], // the column holds no other text
        pipeline: text(pipeline, b - 1),
        stage: text(stage, c - 1),
      });
      this.#columns.state.push(known[key]);
    }
  }

  #addTie(row: number, tie: string): void {
    this.#columns.tie.push(positionNumber(tie.slice(0, POSITION_DIGITS) as Position)); // a tie begins with one
    if (tie.length > POSITION_DIGITS) this.#tieRests.set(row, tie.slice(POSITION_DIGITS));
  }

  /** Our codes by those of a scan's dictionary: another scan has another. */
  #codesOf(column: string, dictionary: readonly string[]): number[] {
    let known = this.#translations.get(column);
    if (known?.dictionary !== dictionary) this.#translations.set(column, (known = { dictionary, codes: [] }));
    return known.codes;
  }

  /**
   * The rows, deal by deal. Nothing is added to the builder afterwards: its columns are given up one by one, so that only one is held twice.
   * Whoever else waits has the thread between two of them.
   */
  async seal(): Promise<SealedDeals> {
    const { texts } = this;
    const turn: Turn = this.rows < MANY_ROWS ? () => Promise.resolve() : setImmediate;
    const { order, deals, starts } = await this.#byDeal(turn);
    const taken = async <N extends Wide, T>(names: readonly N[], as: (column: NumberColumn) => T | Promise<T>): Promise<Record<N, T>> => {
      const made: Partial<Record<N, T>> = {};
      for (const name of names) {
        made[name] = await as(this.#columns[name].gather(order));
        this.#columns[name] = new NumberColumn(1, 0);
        await turn();
      }
      return made as Record<N, T>; // every name is there
    };
    const rows = await taken(ROW_NUMBERS, (column) => column);
    const instants = await taken(PLACED, ({ data }) => placed(data, rows.validFrom.data, starts, turn));
    const said = await taken(REQUEST_NUMBERS, (column) => column);
    const tieRests = new Map<number, string>();
    if (this.#tieRests.size > 0) {
      order.forEach((from, to) => {
        const rest = this.#tieRests.get(from);
        if (rest !== undefined) tieRests.set(to, rest);
      });
    }
    const isOut = new Uint8Array(deals.length);
    const hasUndated = new Uint8Array(deals.length);
    for (let place = 0; place < deals.length; place += 1) {
      for (let row = starts[place]!; row < starts[place + 1]!; row += 1) if (said.dated.data[row] === 0) hasUndated[place] = 1; // place < length
    }
    const eventIds = this.#eventIds.gather(order);
    await turn();
    const requests = await requestsOf(said, starts, turn);
    return { texts, deals, starts, isOut, hasUndated, rows, instants, ...requests, eventIds, tieRests };
  }

  /** Row numbers by the id of their deal and, of one deal, in the order of its history. */
  async #byDeal(turn: Turn): Promise<{ order: Uint32Array; deals: Uint32Array; starts: Uint32Array }> {
    const deal = this.#columns.deal.data;
    const { rows } = this;
    const counts = new Uint32Array(this.texts.deals.size);
    for (let row = 0; row < rows; row += 1) counts[deal[row]!]! += 1; // a row of these, and below
    const ids = Array.from(counts, (count, number) => (count === 0 ? '' : this.texts.deals.id(number)));
    await turn();
    const present = Uint32Array.from(counts.keys()).filter((number) => counts[number] !== 0);
    const deals = await sortInTurns(present, (x, y) => ids[x]! < ids[y]!, turn); // numbers of deals, and below
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
    for (let place = 0; place < deals.length; place += 1) {
      this.#putInOrder(order.subarray(starts[place], starts[place + 1]));
      if (place % DEALS_BETWEEN_TURNS === 0) await turn();
    }
    return { order, deals, starts };
  }

  /** Most histories were told in their order. */
  #putInOrder(rows: Uint32Array): void {
    for (let index = 1; index < rows.length; index += 1) {
      if (this.#compare(rows[index - 1]!, rows[index]!) <= 0) continue; // index < length
      rows.sort((a, b) => this.#compare(a, b));
      return;
    }
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

async function placed(instants: ArrayLike<number>, begins: ArrayLike<number>, starts: Uint32Array, turn: Turn): Promise<InstantsByPlace> {
  const places = new InstantsByPlace(instants.length, begins);
  for (let deal = 0; deal + 1 < starts.length; deal += 1) {
    const [start, end] = [starts[deal]!, starts[deal + 1]!]; // deal + 1 < length
    for (let row = start; row < end; row += 1) places.set(row, instants[row]!, start, end); // a row of these
    if (deal % DEALS_BETWEEN_TURNS === 0) await turn();
  }
  return places;
}

/** One number for rows of a deal, one after the other, that say the same of its request. */
async function requestsOf(
  said: Record<RequestNumber, NumberColumn>,
  starts: Uint32Array,
  turn: Turn,
): Promise<Pick<SealedDeals, 'request' | 'requests'>> {
  const rows = said.dated.length;
  const isOther = new Uint8Array(rows);
  for (const start of starts) if (start < rows) isOther[start] = 1;
  for (const name of REQUEST_NUMBERS) {
    const { data } = said[name];
    for (let row = 1; row < rows; row += 1) if (data[row] !== data[row - 1]) isOther[row] = 1;
    await turn();
  }
  const firsts = new NumberColumn();
  const request = new NumberColumn();
  for (let row = 0; row < rows; row += 1) {
    if (isOther[row] === 1) firsts.push(row);
    request.push(firsts.length - 1);
  }
  await turn();
  const order = Uint32Array.from(firsts.data.subarray(0, firsts.length));
  const requests = Object.fromEntries(REQUEST_NUMBERS.map((name) => [name, said[name].gather(order)])) as Record<
    RequestNumber,
    NumberColumn
  >; // every name is there
  return { request, requests };
}
