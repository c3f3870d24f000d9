import { EventStoreUnavailable, LogDamaged, LogRefused } from '../../libs/event-store/event-store.port.js';
import { AnotherHistory } from '../../libs/projection-engine/faults.js';
import { NobodyAnswers } from '../../libs/projection-engine/read-models.js';
import { ReadStoreDamaged, ReadStoreUnavailable } from '../../libs/read-store/read-store.port.js';

/** An error as it crosses threads: its class does not. */
export interface ErrorTold {
  readonly name: string;
  readonly message: string;
}

const CLASSES = {
  ...{ EventStoreUnavailable, LogDamaged, LogRefused, ReadStoreDamaged, ReadStoreUnavailable },
  ...{ AnotherHistory, NobodyAnswers, RangeError },
};

export function errorTold(error: unknown): ErrorTold {
  return error instanceof Error ? { name: error.name, message: error.message } : { name: 'Error', message: String(error) };
}

/** The error again, of the class that who asks looks for. */
export function errorFrom({ name, message }: ErrorTold): Error {
  const Known = (CLASSES as Readonly<Record<string, new (message: string) => Error>>)[name];
  return Known === undefined ? Object.assign(new Error(message), { name }) : new Known(message);
}
