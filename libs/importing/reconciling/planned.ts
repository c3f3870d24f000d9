import type { DealCommand } from '../../domain/deal/deal.commands.js';
import type { DealFact } from '../../domain/deal/deal.events.js';

/** A command, and the fact that its decider makes of it: planning folds that, so that the next command is planned on what will be so. */
export interface Planned {
  readonly command: DealCommand;
  readonly fact: DealFact;
}

/** The deal cannot come to be so by an ordinary command. */
export type CannotBe = { readonly cannot: string };
