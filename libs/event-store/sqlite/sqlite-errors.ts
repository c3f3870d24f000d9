import { EventStoreUnavailable, LogClosed, LogDamaged } from '../event-store.port.js';

/** The `code` of better-sqlite3's errors; undefined for any other error. Never instanceof: test runners load the class twice. */
export function sqliteCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined;
}

/** One line for people: what happened, to which file, what to do. Errors that are not SQLite's pass through. */
export function asLogError(error: unknown, file: string): unknown {
  const code = sqliteCode(error);
  if (code === undefined) {
    const closed = error instanceof TypeError && /database connection is not open/.test(error.message);
    return closed ? new EventStoreUnavailable(`the log ${file} has been closed by this process`) : error;
  }
  const reason = String((error as { message?: unknown }).message ?? code); // sqliteCode has seen an object
  if (code === 'SQLITE_FULL') {
    return new EventStoreUnavailable(`the disk is full: nothing of this append was written to the log ${file}; make room and try again`);
  }
  if (code.startsWith('SQLITE_READONLY'))
    return new LogClosed(`the log ${file} cannot be written (${reason}): check the file's and the folder's rights`);
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new LogDamaged(
      `the log ${file} is damaged (${reason}): stop writing, keep a copy of the file and of its -wal, and restore a backup`,
    );
  }
  if (code.startsWith('SQLITE_CANTOPEN'))
    return new EventStoreUnavailable(`the log ${file} cannot be opened: is the folder there, and readable?`);
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new EventStoreUnavailable(`the log ${file} is held by another process`);
  }
  if (code.startsWith('SQLITE_CONSTRAINT')) {
    return new EventStoreUnavailable(`another process wrote to the log ${file} at the same time; nothing of this append was written`);
  }
  return new EventStoreUnavailable(`the log ${file} cannot be used (${code}: ${reason})`);
}
