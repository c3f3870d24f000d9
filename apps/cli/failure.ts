import { LogDamaged } from '../../libs/event-store/event-store.port.js';
import { ReadStoreDamaged } from '../../libs/read-store/read-store.port.js';
import type { ExitCode } from './exit-codes.js';
import { EXIT } from './exit-codes.js';
import { visible } from './render/visible.js';

/** Faults of our own making: their message says too little without the place. */
const UNFORESEEN = [TypeError, RangeError, ReferenceError, SyntaxError];

/** Of a port that cannot be listened on Node says no more than which. */
function ofPort(error: NodeJS.ErrnoException & { readonly address?: string; readonly port?: number }): string | undefined {
  if (error.syscall !== 'listen' || error.port === undefined) return undefined;
  const port = `port ${error.port} of ${error.address ?? 'this machine'}`;
  if (error.code === 'EADDRINUSE')
    return `${port} is in use by another process: end that one, or name another port (PORT; 0 takes any free one)`;
  if (error.code === 'EACCES') return `${port} is not for this user: name another port (PORT; from 1024 on)`;
  return undefined;
}

/** What happened, to what, what to do: one line. */
export function lineOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const port = ofPort(error);
  if (port !== undefined) return port;
  if (!UNFORESEEN.some((type) => error instanceof type)) return visible(error.message);
  return `an unforeseen fault: ${error.stack ?? error.message}`;
}

export function exitOf(error: unknown): ExitCode {
  return error instanceof LogDamaged || error instanceof ReadStoreDamaged ? EXIT.damage : EXIT.failed;
}
