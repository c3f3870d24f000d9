import { assertNever } from '../shared/assert-never.js';
import type { DecideContext } from '../shared/decide-context.js';
import { dimensionInstant } from '../shared/effective-instant.js';
import type { EpochMs } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import { checkMoney, sameMoney } from '../shared/money-rules.js';
import { registryRefusals } from '../shared/registry.refusals.js';
import { holdsAt } from '../shared/timeline.js';
import type { StreamKind } from '../stream-kind.js';
import type { ProductCommand, RegisterProduct } from './product.commands.js';
import type { ProductEvent } from './product.events.js';
import type { Product } from './product.evolve.js';
import { evolve, noProduct } from './product.evolve.js';

const refusals = registryRefusals('product', 'RegisterProduct');

function samePrice(a: Money | null, b: Money | null): boolean {
  return a === null || b === null ? a === b : sameMoney(a, b);
}

function register(product: Product, command: RegisterProduct, at: EpochMs): ProductEvent[] {
  const { name, series, listPrice } = command;
  if (product.registered) {
    const same =
      holdsAt(product.name, at, name) &&
      (series ?? null) === product.series &&
      (listPrice === undefined || holdsAt(product.listPrice, at, listPrice, samePrice));
    if (same) return [];
    throw refusals.alreadyRegistered(command.id);
  }
  if (name.trim() === '') throw refusals.textMissing(command.id, 'name');
  const events: ProductEvent[] = [{ type: 'ProductRegistered', data: series === undefined ? { name } : { name, series } }];
  if (listPrice !== undefined) events.push({ type: 'ListPriceSet', data: { listPrice: checkMoney('product', command.id, listPrice) } });
  return events;
}

export function decide(product: Product, command: ProductCommand, { at }: Pick<DecideContext, 'at'>): ProductEvent[] {
  if (command.type === 'RegisterProduct') return register(product, command, at);
  if (!product.registered) throw refusals.unknown(command.id);
  switch (command.type) {
    case 'RenameProduct':
      if (command.name.trim() === '') throw refusals.textMissing(command.id, 'name');
      return holdsAt(product.name, at, command.name) ? [] : [{ type: 'ProductRenamed', data: { name: command.name } }];
    case 'SetListPrice': {
      const { listPrice } = command;
      if (holdsAt(product.listPrice, at, listPrice, samePrice)) return [];
      if (listPrice !== null) checkMoney('product', command.id, listPrice);
      return [{ type: 'ListPriceSet', data: { listPrice } }];
    }
    default:
      return assertNever(command);
  }
}

function firstKnown(product: Product, command: ProductCommand): boolean {
  switch (command.type) {
    case 'RegisterProduct':
      return !product.registered;
    case 'RenameProduct':
      return product.name.length === 0;
    case 'SetListPrice':
      return product.listPrice.length === 0;
  }
}

export const productKind: StreamKind<Product, ProductCommand, ProductEvent> = {
  category: 'product',
  initial: noProduct,
  evolve,
  decide,
  effectiveAt: (product, command, asked, { now }) => dimensionInstant(asked, now, firstKnown(product, command)),
  pipelinesNeeded: () => [],
};
