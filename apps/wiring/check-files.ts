import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { filesOf } from './files.js';

/** A file of the data directory, read through from its first page to its last. */
export interface CheckedFile {
  readonly file: string;
  /** What SQLite found, in its words; null where every page and index fits. */
  readonly damage: string | null;
}

/**
 * Reads log, keys and read models of a data directory through, beside whoever owns it: torn pages and indexes that do not fit their tables. Takes seconds a gigabyte and
 * holds up nobody but the caller. It tells damage of the medium, not a forger's edit.
 */
export function checkFiles(dataDir: string): readonly CheckedFile[] {
  const { log, keys, models } = filesOf(dataDir);
  return [log, keys, models].filter((file) => existsSync(file)).map((file) => ({ file, damage: damageOf(file) }));
}

function damageOf(file: string): string | null {
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { readonly: true });
    const [said] = database.pragma('quick_check(1)') as readonly { readonly quick_check: string }[]; // one row of this column, by SQLite's manual
    return said?.quick_check === 'ok' ? null : (said?.quick_check ?? 'nothing could be read');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    database?.close();
  }
}
