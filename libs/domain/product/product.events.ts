import type { Money } from '../shared/money.js';

export type ProductRegistered = { readonly type: 'ProductRegistered'; readonly data: { readonly name: string; readonly series?: string } };
export type ProductRenamed = { readonly type: 'ProductRenamed'; readonly data: { readonly name: string } };
export type ListPriceSet = { readonly type: 'ListPriceSet'; readonly data: { readonly listPrice: Money | null } };
export type ProductEvent = ProductRegistered | ProductRenamed | ListPriceSet;
