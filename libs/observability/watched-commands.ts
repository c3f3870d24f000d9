import type { StepOutcome } from '../command-handling/command.js';
import type { CommandWatch } from '../command-handling/watch.js';
import type { Metrics } from './metrics.js';
import type { Tracing } from './tracing.js';

const CODES: Readonly<Record<string, string>> = {
  RevisionMismatch: 'request/revision-mismatch',
  IdempotencyKeyReused: 'request/idempotency-key-reused',
  InvalidEvent: 'request/malformed',
};

/** Counts what becomes of commands, whoever gives them (HTTP, an import, the demo), and traces them. */
export function commandWatch(metrics: Metrics, tracing: Tracing | null): CommandWatch {
  const { commands, refusals } = metrics.of;
  return {
    around: (part, requests, work) => {
      if (tracing === null) return work();
      const [first] = requests;
      const types = new Set(requests.length === 1 ? first?.steps.map(({ command }) => command.type) : []);
      const name = types.size === 1 ? `${part} ${[...types].join()}` : part;
      return tracing.within(name, { 'dealtrail.requests': requests.length }, work);
    },
    settled(requests, outcomes) {
      requests.forEach(({ steps }, place) => {
        steps.forEach(({ command }, index) => {
          const outcome = outcomes[place]?.steps[index];
          if (outcome === undefined) return;
          commands.inc({ command: command.type, outcome: outcome.status });
          if (outcome.status === 'refused') refusals.inc({ code: codeOf(outcome) });
        });
      });
    },
    failed(requests) {
      for (const { steps } of requests) for (const { command } of steps) commands.inc({ command: command.type, outcome: 'failed' });
    },
  };
}

/** Stable, as HTTP tells it. */
export function codeOf({ error }: Extract<StepOutcome, { status: 'refused' }>): string {
  return 'code' in error ? error.code : (CODES[error.name] ?? 'other');
}
