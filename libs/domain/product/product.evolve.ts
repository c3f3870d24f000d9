import type { EpochMs } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import type { Timeline } from '../shared/timeline.js';
import { put } from '../shared/timeline.js';
import type { ProductEvent } from './product.events.js';

export interface Product {
  readonly registered: boolean;
  readonly name: Timeline<string>;
  readonly series: string | null;
  readonly listPrice: Timeline<Money | null>;
}

export const noProduct: Product = { registered: false, name: [], series: null, listPrice: [] };

export function evolve(product: Product, fact: ProductEvent & { readonly effectiveAt: EpochMs }): Product {
  const at = fact.effectiveAt;
  switch (fact.type) {
    case 'ProductRegistered':
      return { ...product, registered: true, name: put(product.name, at, fact.data.name), series: fact.data.series ?? null };
    case 'ProductRenamed':
      return { ...product, name: put(product.name, at, fact.data.name) };
    case 'ListPriceSet':
      return { ...product, listPrice: put(product.listPrice, at, fact.data.listPrice) };
    default:
      fact satisfies never; // a new event does not compile until it is folded; an old reader lets it pass
      return product;
  }
}
