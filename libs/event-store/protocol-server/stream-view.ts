import type { EpochMs } from '../../domain/shared/instant.js';
import type { LogReads, RawEvent } from '../sqlite/log-reads.js';
import type { Numbered } from '../sqlite/own-numbering.js';
import { linksOf, readLinks } from './link-streams.js';

/** A tombstone's revision in the file; clients see 2^63-1, which a JavaScript number cannot hold. */
export const TOMBSTONE = Number.MAX_SAFE_INTEGER;
export const TOMBSTONE_ON_THE_WIRE = 9_223_372_036_854_775_807n;
/** `$tb` of a soft-deleted stream, as JSON text; read back by JSON.parse it is the nearest double. */
export const SOFT_DELETED_METADATA = '{"$tb":9223372036854775807}';
const SOFT_DELETED = 9_223_372_036_854_775_807;

const METADATA_PREFIX = '$$';

export function metastreamOf(stream: string): string {
  return METADATA_PREFIX + stream;
}

export function isMetastream(stream: string): boolean {
  return stream.startsWith(METADATA_PREFIX);
}

/** The stream that a metastream speaks of. */
export function originalOf(metastream: string): string {
  return metastream.slice(METADATA_PREFIX.length);
}

/** What a stream is to a reader: where it ends, what of it is visible (protocol notes section 5). */
export interface StreamView {
  readonly name: string;
  readonly id: number | undefined;
  /** Of a stream that is made of links when it is read. */
  readonly links: Numbered | undefined;
  /** Of the last event; -1 where it has never been written, TOMBSTONE where it was deleted for good. */
  readonly lastRevision: number;
  readonly tombstoned: boolean;
  readonly softDeleted: boolean;
  /** Its metadata stream has been written. */
  readonly hasMetadata: boolean;
  /** The metadata's own members, for a writer that keeps them. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Events below are truncated. */
  readonly firstVisible: number;
  readonly maxAgeMs: number | undefined;
}

export function viewStream(reads: LogReads, name: string): StreamView {
  const links = linksOf(reads, name);
  const id = links === undefined ? reads.stream(name)?.id : undefined;
  const lastRevision = links !== undefined ? reads.own.length(links) - 1 : id === undefined ? -1 : reads.lastRevision(id);
  const meta = isMetastream(name) ? undefined : lastMetadata(reads, name);
  const metadata = meta ?? {};
  const truncateBefore = positive(metadata['$tb']);
  const maxCount = isMetastream(name) ? 1 : positive(metadata['$maxCount']);
  const maxAge = positive(metadata['$maxAge']);
  const tombstoned = lastRevision === TOMBSTONE || (isMetastream(name) && isTombstoned(reads, originalOf(name)));
  const softDeleted = truncateBefore !== undefined && truncateBefore >= SOFT_DELETED;
  return {
    name,
    id,
    links,
    lastRevision,
    tombstoned,
    softDeleted,
    hasMetadata: meta !== undefined,
    metadata,
    firstVisible: Math.max(truncateBefore ?? 0, maxCount === undefined ? 0 : lastRevision - maxCount + 1, 0),
    maxAgeMs: maxAge === undefined ? undefined : maxAge * 1_000,
  };
}

function isTombstoned(reads: LogReads, name: string): boolean {
  const id = reads.stream(name)?.id;
  return id !== undefined && reads.lastRevision(id) === TOMBSTONE;
}

/** Undefined where there is none; empty where it is no JSON object. */
function lastMetadata(reads: LogReads, stream: string): Readonly<Record<string, unknown>> | undefined {
  const id = reads.stream(metastreamOf(stream))?.id;
  const event = id === undefined ? undefined : reads.readStream(id, TOMBSTONE, true, 1)[0];
  if (event === undefined) return undefined;
  try {
    const text = typeof event.data === 'string' ? event.data : Buffer.from(event.data).toString('utf8');
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Invalid, broken and non-positive values are ignored, as the real server does. */
function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
}

export interface VisiblePage {
  readonly events: readonly RawEvent[];
  /** Where to go on: the revision of the next look; undefined where nothing is left in this direction. */
  readonly next: number | undefined;
}

/** The visible events at and after (backwards: at and before) `from`. A page may be empty and still have a next one, where events are too old. */
export function readVisible(reads: LogReads, view: StreamView, from: number, backwards: boolean, limit: number, now: EpochMs): VisiblePage {
  if (view.softDeleted) return { events: [], next: undefined };
  const start = backwards ? from : Math.max(from, view.firstVisible);
  const page = readStored(reads, view, start, backwards, limit);
  const last = page.at(-1);
  const oldest = view.maxAgeMs === undefined ? -Infinity : now - view.maxAgeMs;
  const events = page.filter((event) => event.revision >= view.firstVisible && event.recordedAt >= oldest && event.revision !== TOMBSTONE);
  const done = page.length < limit || last === undefined || (backwards && last.revision <= view.firstVisible);
  return { events, next: done ? undefined : last.revision + (backwards ? -1 : 1) };
}

function readStored(reads: LogReads, view: StreamView, from: number, backwards: boolean, limit: number): readonly RawEvent[] {
  if (view.links !== undefined) return readLinks(reads, view.name, view.links, from, backwards, limit);
  return view.id === undefined ? [] : reads.readStream(view.id, from, backwards, limit);
}
