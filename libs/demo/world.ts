import type { EpochMs } from '../domain/shared/instant.js';
import type { Customers } from './customers.js';
import type { DemoStep } from './demo-step.js';
import type { Firm } from './firm.js';
import type { SalesBook } from './sales-book.js';

/** What the stories share. */
export interface World {
  readonly seed: number;
  readonly begins: EpochMs;
  readonly endsAt: EpochMs;
  readonly firm: Firm;
  readonly customers: Customers;
  readonly book: SalesBook;
  /** Another story begins. */
  readonly spawn: (story: Story) => void;
}

/** Steps of one thing, in time order. */
export type Story = Generator<DemoStep, void, void>;
