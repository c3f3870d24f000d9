import type Database from 'better-sqlite3';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { EventBytes } from '../event-store.port.js';
import { ownPrefix } from '../stream-prefix.js';
import { OwnNumbering } from './own-numbering.js';
import { uuidText } from './uuid-bytes.js';

/** An event as the file holds it, ours or somebody else's. */
export interface RawEvent {
  readonly position: number;
  /** With our prefix, where it is ours. */
  readonly stream: string;
  readonly revision: number;
  readonly recordedAt: EpochMs;
  readonly type: string;
  /** The content type it was sent with: application/json or application/octet-stream. */
  readonly json: boolean;
  readonly eventId: string;
  readonly data: EventBytes;
  readonly metadata: EventBytes;
}

/** Positions in (after, through], at most `limit`; backwards the last ones of them first. */
export interface RawRange {
  readonly after: number;
  readonly through: number;
  readonly backwards: boolean;
  readonly limit: number;
  /** Category numbers (0 is what is not ours); undefined: everything in the file. */
  readonly categories?: readonly number[] | undefined;
  /** Type numbers. */
  readonly types?: readonly number[] | undefined;
}

type Row = readonly [number, string, number, number, number, string, EventBytes, EventBytes];

const COLUMNS = 'e.position, s.name, e.revision, e.recorded_at, e.type, hex(e.event_id), e.data, e.metadata';
/** CROSS JOIN fixes the order: along the events, one look at the stream each. */
const FROM = 'FROM events e CROSS JOIN streams s ON s.id = e.stream';
/** Not a bare parameter: SQLite would look at its value, and prepare the statement again whenever one is bound (nine microseconds a read). */
const LIMIT = 'LIMIT (? + 0)';
const STATEMENTS_KEPT = 64;

/** The file's reading side; each connection has one. Types are kept in memory, stream names (one per deal) are not. */
export class LogReads {
  /** Our events by category and type, for readers who ask for them so. */
  readonly own: OwnNumbering;
  private readonly ownCategories = new Map<string, number>();
  private readonly rangeStatements = new Map<string, Database.Statement>();
  private readonly typeNames = new Map<number, { readonly name: string; readonly json: boolean }>();
  private readonly statements;

  constructor(private readonly db: Database.Database) {
    this.own = new OwnNumbering(db);
    const raw = (sql: string): Database.Statement => db.prepare(sql).raw();
    this.statements = {
      types: db.prepare('SELECT id, name, json FROM types WHERE id = ?').raw(),
      typeIds: db.prepare('SELECT id FROM types WHERE name = ?').pluck(),
      stream: raw('SELECT id, category FROM streams WHERE name = ?'),
      revision: db.prepare('SELECT revision FROM events WHERE stream = ? ORDER BY revision DESC LIMIT 1').pluck(),
      forwards: raw(`SELECT ${COLUMNS} ${FROM} WHERE e.stream = ? AND e.revision >= ? ORDER BY e.revision ${LIMIT}`),
      backwards: raw(`SELECT ${COLUMNS} ${FROM} WHERE e.stream = ? AND e.revision <= ? ORDER BY e.revision DESC ${LIMIT}`),
      at: raw(`SELECT ${COLUMNS} ${FROM} WHERE e.position = ?`),
      recordedAt: db.prepare('SELECT recorded_at FROM events WHERE position = ?').pluck(),
      last: raw('SELECT position, recorded_at FROM events ORDER BY position DESC LIMIT 1'),
      lastOwn: raw(
        `SELECT e.position, e.recorded_at ${FROM} WHERE e.position > ? AND e.position <= ? AND s.category > 0 ORDER BY e.position DESC LIMIT 1`,
      ),
      countOwn: db
        .prepare(`SELECT count(*) FROM (SELECT 1 ${FROM} WHERE e.position > ? AND e.position <= ? AND s.category > 0 ${LIMIT})`)
        .pluck(),
      categories: raw('SELECT id, name FROM categories'),
    };
  }

  /** The number and category of a stream that has been written; undefined otherwise. */
  stream(name: string): { readonly id: number; readonly category: number } | undefined {
    const row = this.statements.stream.get(name) as readonly [number, number] | undefined;
    return row && { id: row[0], category: row[1] };
  }

  /** -1 where the stream has no event. */
  lastRevision(streamId: number): number {
    return (this.statements.revision.get(streamId) as number | undefined) ?? -1;
  }

  readStream(streamId: number, from: number, backwards: boolean, limit: number): RawEvent[] {
    const statement = backwards ? this.statements.backwards : this.statements.forwards;
    return (statement.all(streamId, from, limit) as Row[]).map((row) => this.event(row));
  }

  readRange(range: RawRange): RawEvent[] {
    const numbers = [...(range.categories ?? []), ...(range.types ?? [])];
    const rows = this.rangeStatement(range).all(range.after, range.through, ...numbers, range.limit) as Row[];
    return rows.map((row) => this.event(row));
  }

  eventAt(position: number): RawEvent | undefined {
    const row = this.statements.at.get(position) as Row | undefined;
    return row && this.event(row);
  }

  recordedAtOf(position: number): EpochMs | undefined {
    return this.statements.recordedAt.get(position) as number | undefined;
  }

  last(): { readonly position: number; readonly recordedAt: EpochMs } {
    const row = this.statements.last.get() as readonly [number, number] | undefined;
    return { position: row?.[0] ?? 0, recordedAt: row?.[1] ?? 0 };
  }

  /** The last of our events in (after, through]; looks at what others wrote behind it, one by one. */
  lastOwn(after: number, through: number): { readonly position: number; readonly recordedAt: EpochMs } | undefined {
    const row = this.statements.lastOwn.get(after, through) as readonly [number, number] | undefined;
    return row && { position: row[0], recordedAt: row[1] };
  }

  /** Our events in (after, through], at most `limit`. */
  countOwn(after: number, through: number, limit: number): number {
    return this.statements.countOwn.get(after, through, limit) as number;
  }

  categoryNumbers(): ReadonlyMap<string, number> {
    return new Map((this.statements.categories.all() as [number, string][]).map(([id, name]) => [name, id]));
  }

  /** Of a category as streams are named, with the file's prefix; undefined for every other name. */
  ownCategoryNumber(prefixed: string): number | undefined {
    if (this.ownCategories.size === 0) {
      const prefix = ownPrefix(this.db.prepare('SELECT value FROM settings WHERE name = ?').pluck().get('streamPrefix') as string);
      for (const [name, id] of this.categoryNumbers()) this.ownCategories.set(prefix + name, id);
    }
    return this.ownCategories.get(prefixed);
  }

  typeNumbers(name: string): readonly number[] {
    return this.statements.typeIds.all(name) as number[];
  }

  private event(row: Row): RawEvent {
    const type = this.type(row[4]);
    return {
      position: row[0],
      stream: row[1],
      revision: row[2],
      recordedAt: row[3],
      type: type.name,
      json: type.json,
      eventId: uuidText(row[5]),
      data: row[6],
      metadata: row[7],
    };
  }

  private type(id: number): { readonly name: string; readonly json: boolean } {
    const known = this.typeNames.get(id);
    if (known !== undefined) return known;
    const row = this.statements.types.get(id) as readonly [number, string, number];
    const type = { name: row[1], json: row[2] === 1 };
    this.typeNames.set(id, type);
    return type;
  }

  /** Dictionary numbers may be given out again after a rollback: what was learned in it is forgotten. */
  forgetTypes(): void {
    this.typeNames.clear();
  }

  private rangeStatement(range: RawRange): Database.Statement {
    const shape = `${range.backwards ? 'b' : 'f'}${range.categories?.length ?? '-'}/${range.types?.length ?? '-'}`;
    const known = this.rangeStatements.get(shape);
    if (known !== undefined) return known;
    const among = (column: string, list: readonly number[] | undefined): string =>
      list === undefined ? '' : ` AND ${column} IN (${list.map(() => '?').join(',')})`;
    const statement = this.db
      .prepare(
        `SELECT ${COLUMNS} ${FROM} WHERE e.position > ? AND e.position <= ?` +
          `${among('s.category', range.categories)}${among('e.type', range.types)}` +
          ` ORDER BY e.position ${range.backwards ? 'DESC' : 'ASC'} ${LIMIT}`,
      )
      .raw();
    if (this.rangeStatements.size >= STATEMENTS_KEPT) this.rangeStatements.clear();
    this.rangeStatements.set(shape, statement);
    return statement;
  }
}
