import { setImmediate as turn } from 'node:timers/promises';
import type Database from 'better-sqlite3';

/** Positions looked at without a turn for others: some ten milliseconds. */
const STEP = 10_000;
const CHUNK_BITS = 12;
const CHUNK = 1 << CHUNK_BITS;

/** A growing list of positions, four bytes each, that is never copied. */
class PositionList {
  length = 0;
  private readonly chunks: Uint32Array[] = [];

  push(position: number): void {
    if ((this.length & (CHUNK - 1)) === 0) this.chunks.push(new Uint32Array(CHUNK));
    // The chunk was made above.
    this.chunks[this.length >>> CHUNK_BITS]![this.length & (CHUNK - 1)] = position;
    this.length += 1;
  }

  at(number: number): number | undefined {
    return number < this.length ? this.chunks[number >>> CHUNK_BITS]?.[number & (CHUNK - 1)] : undefined;
  }
}

/** What is numbered: our events of one category, of one type, or the first events of our streams. */
export type Numbered =
  { readonly of: 'category'; readonly number: number } | { readonly of: 'type'; readonly type: string } | { readonly of: 'streams' };

/**
 * Our events by category, by type, and the beginnings of our streams: each a list that is dense from 0 in log order, and never changes but at its end. Nothing of it is
 * stored and no append pays for it: the first who asks has the log walked once (without the events' data), everybody after has what was committed since walked on. It
 * takes some eight bytes of memory an event from then on.
 */
export class OwnNumbering {
  private readonly walk: Database.Statement;
  private readonly end: Database.Statement;
  private readonly types: Database.Statement;
  private readonly byCategory = new Map<number, PositionList>();
  private readonly byType = new Map<number, PositionList>();
  private readonly streams = new PositionList();
  private through = 0;
  private walking: Promise<void> | undefined;

  constructor(db: Database.Database) {
    this.walk = db
      .prepare(
        `SELECT e.position, s.category, e.type, e.revision FROM events e CROSS JOIN streams s ON s.id = e.stream
         WHERE e.position > ? AND e.position <= ? AND s.category > 0 ORDER BY e.position`,
      )
      .raw();
    this.end = db.prepare('SELECT max(position) FROM events').pluck();
    this.types = db.prepare('SELECT id FROM types WHERE name = ?').pluck();
  }

  /** Resolves when everything that is committed now is numbered; others have their turn meanwhile. */
  async catchUp(): Promise<void> {
    this.walking ??= this.walkToTheEnd().finally(() => (this.walking = undefined));
    await this.walking;
  }

  /** How many there are, of what has been walked through and, where that is little, of what has come since. Never in a transaction that may be rolled back. */
  length(what: Numbered): number {
    if (this.walking === undefined) this.walkOn();
    return this.list(what)?.length ?? 0;
  }

  /** Position of the event of that number; undefined beyond the end. */
  positionAt(what: Numbered, number: number): number | undefined {
    return this.list(what)?.at(number);
  }

  private async walkToTheEnd(): Promise<void> {
    while (!this.walkOn()) await turn();
  }

  /** One step. @returns whether that was the end */
  private walkOn(): boolean {
    const end = (this.end.get() as number | null) ?? 0;
    const to = Math.min(end, this.through + STEP);
    if (to > this.through) {
      for (const [position, category, type, revision] of this.walk.all(this.through, to) as [number, number, number, number][]) {
        listOf(this.byCategory, category).push(position);
        listOf(this.byType, type).push(position);
        if (revision === 0) this.streams.push(position);
      }
      this.through = to;
    }
    return to === end;
  }

  private list(what: Numbered): PositionList | undefined {
    if (what.of === 'streams') return this.streams;
    if (what.of === 'category') return this.byCategory.get(what.number);
    // Ours are JSON, so that a name of ours has one entry with events in it.
    const ids = this.types.all(what.type) as number[];
    return ids.map((id) => this.byType.get(id)).find((list) => list !== undefined);
  }
}

function listOf(lists: Map<number, PositionList>, key: number): PositionList {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const list = new PositionList();
  lists.set(key, list);
  return list;
}
