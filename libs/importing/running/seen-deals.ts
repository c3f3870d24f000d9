import Database from 'better-sqlite3';

/** The deals of a snapshot, on disk as a temporary database of SQLite's own: memory stays flat however large the file is. */
export class SeenDeals {
  private readonly database = new Database('');
  private readonly insert;
  private readonly select;

  constructor() {
    this.database.pragma('journal_mode = OFF');
    this.database.pragma('synchronous = OFF');
    this.database.exec('CREATE TABLE seen (id TEXT PRIMARY KEY) WITHOUT ROWID');
    this.insert = this.database.prepare<[string]>('INSERT OR IGNORE INTO seen VALUES (?)');
    this.select = this.database.prepare<[string]>('SELECT 1 FROM seen WHERE id = ?');
  }

  add(id: string): void {
    this.insert.run(id);
  }

  has(id: string): boolean {
    return this.select.get(id) !== undefined;
  }

  /** The next snapshot is another one. */
  forget(): void {
    this.database.exec('DELETE FROM seen');
  }

  close(): void {
    this.database.close();
  }
}
