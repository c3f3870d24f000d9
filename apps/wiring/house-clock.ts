import { DemoClock } from '../../libs/demo/demo-clock.js';
import type { EpochMs } from '../../libs/domain/shared/instant.js';
import type { Clock } from '../../libs/event-store/event-store.port.js';

/** What the log, deciders and answers read time from: the machine's clock, but for the history of a demo company while it is told. */
export class HouseClock implements Clock {
  #demo: DemoClock | undefined;

  constructor(readonly real: Clock = { now: () => Date.now() }) {}

  now(): EpochMs {
    return (this.#demo ?? this.real).now();
  }

  /** From here on simulated, until the demo is told. */
  simulate(begins: EpochMs): DemoClock {
    this.#demo ??= new DemoClock(begins, this.real);
    return this.#demo;
  }

  get demo(): DemoClock | undefined {
    return this.#demo;
  }
}
