import type { EpochMs } from '../domain/shared/instant.js';
import type { Clock } from '../event-store/event-store.port.js';

/** The clock of a log that a demo makes: simulated from the log's identity event to the demo's last, the real one from then on. */
export class DemoClock implements Clock {
  #simulated: EpochMs | undefined;

  constructor(
    begins: EpochMs,
    private readonly real: Clock,
  ) {
    this.#simulated = begins;
  }

  now(): EpochMs {
    return this.#simulated ?? this.real.now();
  }

  /** Never back. */
  advanceTo(at: EpochMs): void {
    this.#simulated = Math.max(this.#simulated ?? at, at);
  }

  /** The history is told: time is real again. */
  finish(): void {
    this.#simulated = undefined;
  }
}
