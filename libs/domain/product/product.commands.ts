import type { ProductId } from '../shared/ids.js';
import type { Money } from '../shared/money.js';

export interface RegisterProduct {
  readonly type: 'RegisterProduct';
  readonly id: ProductId;
  readonly name: string;
  readonly series?: string;
  readonly listPrice?: Money;
}
export interface RenameProduct {
  readonly type: 'RenameProduct';
  readonly id: ProductId;
  readonly name: string;
}
/** Null: no longer listed. */
export interface SetListPrice {
  readonly type: 'SetListPrice';
  readonly id: ProductId;
  readonly listPrice: Money | null;
}

export type ProductCommand = RegisterProduct | RenameProduct | SetListPrice;
