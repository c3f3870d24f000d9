import type { EpochMs } from '../../domain/shared/instant.js';
import { positionOf } from '../../domain/shared/position.js';
import type { DealInterval } from '../rows.js';
import type { SealedDeals } from './sealed-deals.js';

/** A deal of `SealedDeals`: its id is made once for all its rows. */
export class ColumnDeal {
  #id: string | undefined;

  constructor(
    readonly sealed: SealedDeals,
    private readonly deal: number,
    readonly start: number,
  ) {}

  get id(): string {
    return (this.#id ??= this.sealed.texts.deals.id(this.deal));
  }
}

/* Every row number is one of these columns: none is undefined. */

/**
 * A row that is read from the columns when it is asked: reports look at a few of its fields. It has accessors and no fields, so it is copied by
 * `plainRow`, never spread. Each accessor reads its own column by name: one that took the name would be as slow as a look-up.
 */
export class ColumnRow implements DealInterval {
  private readonly sealed: SealedDeals;

  constructor(
    private readonly deal: ColumnDeal,
    private readonly row: number,
  ) {
    this.sealed = deal.sealed;
  }

  get entity(): string {
    return this.deal.id;
  }
  get openedBy(): number {
    return this.sealed.rows.openedBy.data[this.row]! - 1;
  }
  get ordinal(): number {
    return this.sealed.rows.ordinal.data[this.row]!;
  }
  get validFrom(): EpochMs {
    return this.sealed.rows.validFrom.data[this.row]!;
  }
  get validTo(): EpochMs | null {
    return this.sealed.instants.validTo.at(this.row, this.deal.start);
  }
  get endedBy(): number | null {
    return lessOne(this.sealed.rows.endedBy.data[this.row]!);
  }
  get withdrawnBy(): number | null {
    return lessOne(this.sealed.rows.withdrawnBy.data[this.row]!);
  }
  get tie(): string {
    const position = positionOf(this.sealed.rows.tie.data[this.row]!);
    const { tieRests } = this.sealed;
    return tieRests.size === 0 ? position : position + (tieRests.get(this.row) ?? '');
  }
  get eventId(): string {
    return this.sealed.eventIds.at(this.row);
  }
  get eventType(): string {
    return this.sealed.texts.of.eventType.text(this.sealed.rows.eventType.data[this.row]!) ?? '';
  }
  get status(): DealInterval['status'] {
    return this.state.status;
  }
  get pipeline(): string | null {
    return this.state.pipeline;
  }
  get stage(): string | null {
    return this.state.stage;
  }
  get owner(): string | null {
    return this.sealed.texts.of.owner.text(this.sealed.rows.owner.data[this.row]!);
  }
  get company(): string | null {
    return this.sealed.texts.of.company.text(this.sealed.requests.company.data[this.request]!);
  }
  get product(): string | null {
    return this.sealed.texts.of.product.text(this.sealed.requests.product.data[this.request]!);
  }
  get contact(): string | null {
    return this.sealed.texts.contact(this.sealed.requests.contact.data[this.request]!);
  }
  get source(): string {
    return this.sealed.texts.of.source.text(this.sealed.requests.source.data[this.request]!) ?? '';
  }
  get origin(): string {
    return this.sealed.texts.of.origin.text(this.sealed.requests.origin.data[this.request]!) ?? '';
  }
  get campaign(): string | null {
    return this.sealed.texts.of.campaign.text(this.sealed.requests.campaign.data[this.request]!);
  }
  get receivedBy(): string | null {
    return this.sealed.texts.of.receivedBy.text(this.sealed.requests.receivedBy.data[this.request]!);
  }
  get department(): string | null {
    return this.sealed.texts.of.department.text(this.sealed.requests.department.data[this.request]!);
  }
  get valueMinor(): number | null {
    return this.sealed.rows.valueKnown.data[this.row]! === 0 ? null : this.sealed.rows.value.data[this.row]!;
  }
  get currency(): string | null {
    return this.sealed.texts.of.currency.text(this.sealed.rows.currency.data[this.row]!);
  }
  get decisionDate(): string | null {
    return this.sealed.texts.of.decisionDate.text(this.sealed.rows.decisionDate.data[this.row]!);
  }
  get chanceToGet(): number | null {
    return lessOne(this.sealed.rows.chanceToGet.data[this.row]!);
  }
  get chanceToGo(): number | null {
    return lessOne(this.sealed.rows.chanceToGo.data[this.row]!);
  }
  get registeredAt(): EpochMs {
    return this.sealed.requests.registeredAt.data[this.request]!;
  }
  get qualifiedAt(): EpochMs | null {
    return this.sealed.instants.qualifiedAt.at(this.row, this.deal.start);
  }
  get stageSince(): EpochMs | null {
    return this.sealed.instants.stageSince.at(this.row, this.deal.start);
  }
  get closedAt(): EpochMs | null {
    return this.sealed.instants.closedAt.at(this.row, this.deal.start);
  }
  get dated(): 0 | 1 {
    return this.sealed.requests.dated.data[this.request]! === 0 ? 0 : 1;
  }

  private get state(): Pick<DealInterval, 'status' | 'pipeline' | 'stage'> {
    return this.sealed.texts.state(this.sealed.rows.state.data[this.row]!);
  }

  private get request(): number {
    return this.sealed.request.data[this.row]!;
  }
}

function lessOne(number: number): number | null {
  return number === 0 ? null : number - 1;
}
