import type { Logger } from 'pino';
import { pino } from 'pino';
import type { LogLevel } from './observing-config.js';

/** JSON lines on standard error. They hold ids, codes, routes and counts: no names, no texts, nothing that somebody sent. */
export function openLog(name: string, level: LogLevel): Logger {
  return pino({ name, level, serializers: { err: told } }, pino.destination({ dest: 2, sync: true }));
}

/**
 * Of an error its kind, its message and where it arose. What hangs on it is left out (a driver hangs the documents on that it could not write), and so is the message
 * of a parser, which quotes what it could not read.
 */
function told(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = (error as { code?: unknown }).code;
  const at = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    type: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error instanceof SyntaxError ? {} : { message: error.message.split('\n')[0]?.slice(0, 500) }),
    stack: at.map((line) => line.trim()),
    ...(error.cause === undefined ? {} : { cause: told(error.cause) }),
  };
}
