import type { StreamSteps } from '../../command-handling/command.js';
import { streamOf } from '../../domain/commands.js';
import { Refusal } from '../../domain/shared/refusal.js';
import type { Registration, RegistrationStep } from './stretch.js';
import type { Writer } from './writer.js';

interface Asked {
  readonly registration: Registration;
  readonly request: StreamSteps;
}

/** Writes people, companies, products and campaigns: behind what is written already, and before the deals that name them. */
export async function writeRegistrations(registrations: readonly Registration[], writer: Writer, after: Promise<void>): Promise<void> {
  const first = registrations.map((registration) => asked(registration, registration.steps, writer));
  const outcomes = await writer.execute(
    first.map(({ request }) => request),
    { onRefusal: 'rest', after },
  );
  const again: Asked[] = [];
  outcomes.forEach((outcome, i) => {
    const registration = registrations[i];
    if (registration === undefined) return;
    outcome.steps.forEach((step, n) => {
      if (step.status !== 'refused') return;
      const planned = registration.steps[n];
      if (planned?.otherwise !== undefined && step.error instanceof Refusal && step.error.code.endsWith('/already-registered')) {
        again.push(asked(registration, otherwise(planned), writer));
      } else if (n === 0 || outcome.steps[0]?.status !== 'refused') writer.refuse(registration.place, step.error.message);
    });
  });
  const second = await writer.execute(
    again.map(({ request }) => request),
    { onRefusal: 'rest', after },
  );
  second.forEach((outcome, i) => {
    const refused = outcome.steps.find((step) => step.status === 'refused');
    const place = again[i]?.registration.place;
    if (refused !== undefined && place !== undefined) writer.refuse(place, refused.error.message);
  });
}

function asked(registration: Registration, steps: readonly RegistrationStep[], writer: Writer): Asked {
  const first = steps[0]?.command;
  if (first === undefined) throw new TypeError('a registration without a command');
  return {
    registration,
    request: {
      stream: streamOf(first),
      steps: steps.map(({ command, importHash, effectiveAt }) => ({ command, context: writer.context(importHash, effectiveAt) })),
    },
  };
}

/** What the row says of what is registered already, as of the same date. */
function otherwise({ effectiveAt, otherwise: commands = [] }: RegistrationStep): readonly RegistrationStep[] {
  return commands.map((other) => ({ ...other, ...(effectiveAt === undefined ? {} : { effectiveAt }) }));
}
