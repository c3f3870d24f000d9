import { ReadStoreDamaged, ReadStoreUnavailable } from '../read-store.port.js';

const BUSY = /^SQLITE_(BUSY|LOCKED)/;
const DAMAGED = /^SQLITE_(CORRUPT|NOTADB)/;
const UNAVAILABLE = /^SQLITE_(FULL|READONLY|IOERR|CANTOPEN|PERM|BUSY|LOCKED|PROTOCOL)/;

/** By code, never `instanceof`: a worker or a test realm may hold another copy of the class. */
function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

export function isBusy(error: unknown): boolean {
  return BUSY.test(codeOf(error));
}

/** What SQLite says in its words as what it means for us; other errors come back as they are. */
export function readStoreFault(error: unknown, file: string): unknown {
  const code = codeOf(error);
  const said = error instanceof Error ? error.message : String(error);
  if (DAMAGED.test(code)) {
    return new ReadStoreDamaged(
      `the read store ${file} is damaged or no read store (${said}): move it away and start again, it is made anew from the log`,
      {
        cause: error,
      },
    );
  }
  if (UNAVAILABLE.test(code)) return new ReadStoreUnavailable(`the read store ${file} cannot be used: ${said} (${code})`, { cause: error });
  return error;
}
