import type { Database, Statement } from 'better-sqlite3';

/** The texts of `symbol` columns, numbered once for the whole store: a row holds the number. */
export class Symbols {
  readonly #ids = new Map<string, number>();
  readonly #values: string[] = [];
  readonly #add: Statement<[string], unknown>;
  readonly #find: Statement<[string], { id: number }>;
  readonly #from: Statement<[number], { id: number; value: string }>;
  /** Numbered in the transaction that runs: taken back when it is. */
  #fresh: string[] = [];

  constructor(db: Database) {
    this.#add = db.prepare('INSERT INTO symbols (value) VALUES (?) ON CONFLICT DO NOTHING');
    this.#find = db.prepare('SELECT id FROM symbols WHERE value = ?');
    this.#from = db.prepare('SELECT id, value FROM symbols WHERE id >= ? ORDER BY id');
  }

  /** The number of a text, a new one where it has none yet: within a transaction only. */
  idOf(value: string): number {
    const known = this.#ids.get(value);
    if (known !== undefined) return known;
    this.#add.run(value);
    const id = this.#find.get(value)?.id;
    if (id === undefined) throw new Error(`the symbol ${value} was not stored`);
    this.#ids.set(value, id);
    this.#values[id] = value;
    this.#fresh.push(value);
    return id;
  }

  valueOf(id: number): string {
    const known = this.#values[id];
    if (known !== undefined) return known;
    // Numbered by another connection since we last looked.
    for (const row of this.#from.all(Math.min(this.#values.length, id))) {
      this.#values[row.id] = row.value;
      this.#ids.set(row.value, row.id);
    }
    const value = this.#values[id];
    if (value === undefined) throw new Error(`the read store has no symbol number ${id}`);
    return value;
  }

  committed(): void {
    this.#fresh = [];
  }

  rolledBack(): void {
    for (const value of this.#fresh) {
      delete this.#values[this.#ids.get(value) ?? -1];
      this.#ids.delete(value);
    }
    this.#fresh = [];
  }
}
