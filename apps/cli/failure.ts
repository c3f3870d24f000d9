import { LogDamaged } from '../../libs/event-store/event-store.port.js';
import { ReadStoreDamaged } from '../../libs/read-store/read-store.port.js';
import type { ExitCode } from './exit-codes.js';
import { EXIT } from './exit-codes.js';

/** Faults of our own making: their message says too little without the place. */
const UNFORESEEN = [TypeError, RangeError, ReferenceError, SyntaxError];

/** What happened, to what, what to do: one line. */
export function lineOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!UNFORESEEN.some((type) => error instanceof type)) return error.message;
  return `an unforeseen fault: ${error.stack ?? error.message}`;
}

export function exitOf(error: unknown): ExitCode {
  return error instanceof LogDamaged || error instanceof ReadStoreDamaged ? EXIT.damage : EXIT.failed;
}
