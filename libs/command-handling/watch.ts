import type { StreamOutcome, StreamSteps } from './command.js';

/** Told of what becomes of commands, whoever gives them; for metrics and traces. It changes nothing and does not throw. */
export interface CommandWatch {
  /** Around carrying them out, and around deciding them; hands back what the work does. */
  around<T>(part: 'command' | 'decide', requests: readonly StreamSteps[], work: () => Promise<T>): Promise<T>;
  /** One outcome for each request, in order. */
  settled(requests: readonly StreamSteps[], outcomes: readonly StreamOutcome[]): void;
  /** A store could not be reached, or others wrote to a stream again and again; some of the requests may have been appended. */
  failed(requests: readonly StreamSteps[]): void;
}
