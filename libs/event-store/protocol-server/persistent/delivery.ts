import type { ResolvedEvent } from '../messages.js';

/** An event on its way to a consumer. */
export interface Delivery {
  /** What consumers answer with: the link's id where there is a link. */
  readonly id: string;
  /** Where in the source; undefined for what was parked and is replayed: it does not hold up the checkpoint. */
  readonly place: number | undefined;
  readonly resolved: ResolvedEvent;
  readonly retryCount: number;
}

export type NackAction = 'park' | 'retry' | 'skip' | 'stop';
