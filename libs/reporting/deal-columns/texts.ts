import type { DealStatus } from '../../domain/deal/deal.evolve.js';
import type { DealInterval } from '../rows.js';
import { Dictionary } from '../timeline-index/dictionary.js';
import { IdTable } from './id-table.js';

/** Columns of few different texts. */
export const CODED = [
  ...(['eventType', 'owner', 'company', 'product', 'source', 'origin', 'campaign', 'receivedBy', 'department'] as const),
  ...(['currency', 'decisionDate'] as const),
] as const;
export type Coded = (typeof CODED)[number];
type State = Pick<DealInterval, 'status' | 'pipeline' | 'stage'>;

/** The texts behind the numbers of `DealColumns`: codes are never taken back. */
export class Texts {
  readonly deals = new IdTable();
  /** Almost every deal has another: not worth a dictionary. */
  readonly contacts = new IdTable();
  readonly of = Object.fromEntries(CODED.map((name) => [name, new Dictionary()])) as Readonly<Record<Coded, Dictionary>>; // every name is there
  readonly #states = new Dictionary();
  readonly #read: (State | undefined)[] = [];

  stateCode({ status, pipeline, stage }: State): number {
    return this.#states.code(JSON.stringify([status, pipeline, stage]));
  }

  state(code: number): State {
    return (this.#read[code] ??= stateOf(this.#states.text(code)));
  }

  contactCode(contact: string | null): number {
    return contact === null ? 0 : this.contacts.number(contact) + 1;
  }

  contact(code: number): string | null {
    return code === 0 ? null : this.contacts.id(code - 1);
  }
}

function stateOf(text: string | null): State {
  const [status, pipeline, stage] = JSON.parse(text ?? '["requested",null,null]') as [DealStatus, string | null, string | null]; // as stateCode wrote it
  return { status, pipeline, stage };
}
