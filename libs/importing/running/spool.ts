import Database from 'better-sqlite3';
import type { ChangeRow } from '../translating/change-per-row.js';

/**
 * Puts rows aside on disk: the changes of one deal may stand anywhere in an export, newest first as often as not, and have to be decided together,
 * oldest first. A temporary database of SQLite's own, without a name, gone with the process; memory stays flat however large the file is.
 */
export class Spool {
  private readonly database = new Database('');
  private readonly insertChange;

  constructor() {
    this.database.pragma('journal_mode = OFF');
    this.database.pragma('synchronous = OFF');
    this.database.exec(
      'CREATE TABLE change (key TEXT NOT NULL, at INTEGER NOT NULL, line INTEGER NOT NULL, field TEXT NOT NULL, "from" TEXT NOT NULL, "to" TEXT NOT NULL)',
    );
    this.insertChange = this.database.prepare<[string, number, number, string, string, string]>(
      'INSERT INTO change VALUES (?, ?, ?, ?, ?, ?)',
    );
  }

  addChanges(rows: readonly ChangeRow[]): void {
    this.database.exec('BEGIN');
    for (const { key, at, line, field, from, to } of rows) this.insertChange.run(key, at, line, field, from, to);
    this.database.exec('COMMIT');
  }

  /** Deal by deal, each deal's changes by time, those of one time in the order of the file. */
  *deals(): Generator<{ readonly key: string; readonly rows: readonly ChangeRow[] }> {
    const select = this.database.prepare<[], ChangeRow>('SELECT key, at, line, field, "from", "to" FROM change ORDER BY key, at, line');
    let key: string | undefined;
    let rows: ChangeRow[] = [];
    for (const row of select.iterate()) {
      if (key !== undefined && row.key !== key) {
        yield { key, rows };
        rows = [];
      }
      key = row.key;
      rows.push(row);
    }
    if (key !== undefined) yield { key, rows };
  }

  close(): void {
    this.database.close();
  }
}
