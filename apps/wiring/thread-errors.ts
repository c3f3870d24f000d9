import { EventStoreUnavailable, LogDamaged, LogRefused } from '../../libs/event-store/event-store.port.js';
import { KeyStoreUnavailable } from '../../libs/privacy/key-store.port.js';
import { AnotherHistory } from '../../libs/projection-engine/faults.js';
import { NobodyAnswers } from '../../libs/projection-engine/read-models.js';
import { ReadStoreDamaged, ReadStoreUnavailable } from '../../libs/read-store/read-store.port.js';
import { AmountTooLarge } from '../../libs/domain/shared/money.js';
import { QuestionNotUnderstood } from '../../libs/reporting/queries.js';
import { TimeNotUnderstood } from '../../libs/reporting/time/report-zone.js';
import { AnswerNotReady, AskerGone } from '../../projections/answers/sources.js';

/** An error as it crosses threads: its class does not. */
export interface ErrorTold {
  readonly name: string;
  readonly message: string;
  /** Of an answer that is not ready yet. */
  readonly notReady?: Pick<AnswerNotReady, 'code' | 'position'>;
}

const CLASSES = {
  ...{ EventStoreUnavailable, LogDamaged, LogRefused, ReadStoreDamaged, ReadStoreUnavailable },
  ...{
    AnotherHistory,
    NobodyAnswers,
    RangeError,
    KeyStoreUnavailable,
    QuestionNotUnderstood,
    TimeNotUnderstood,
    AmountTooLarge,
    AskerGone,
  },
};

export function errorTold(error: unknown): ErrorTold {
  if (error instanceof AnswerNotReady) {
    const { name, message, code, position } = error;
    return { name, message, notReady: { code, position } };
  }
  return error instanceof Error ? { name: error.name, message: error.message } : { name: 'Error', message: String(error) };
}

/** The error again, of the class that who asks looks for. */
export function errorFrom({ name, message, notReady }: ErrorTold): Error {
  if (notReady !== undefined) return new AnswerNotReady(notReady.code, message, notReady.position);
  const Known = (CLASSES as Readonly<Record<string, new (message: string) => Error>>)[name];
  return Known === undefined ? Object.assign(new Error(message), { name }) : new Known(message);
}
