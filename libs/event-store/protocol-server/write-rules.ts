import type { RawEventToAppend, LogTransaction } from '../sqlite/log-transaction.js';
import { randomUUID } from 'node:crypto';
import { ANY, NO_STREAM, STREAM_EXISTS, StreamDeleted, WrongVersion } from './refusals.js';
import type { ExpectedVersion } from './refusals.js';
import { SOFT_DELETED_METADATA, TOMBSTONE, isMetastream, metastreamOf, originalOf, viewStream } from './stream-view.js';
import type { StreamView } from './stream-view.js';

/** Where an append ended. Revision -1: the stream is still not there. */
export interface Written {
  readonly revision: number;
  /** Of the last event; undefined where nothing says it. */
  readonly position: number | undefined;
}

/** Runs inside the group's transaction; the table of protocol notes section 4. @throws WrongVersion, StreamDeleted, before anything is written */
export function appendEvents(
  transaction: LogTransaction,
  stream: string,
  expected: ExpectedVersion,
  events: readonly RawEventToAppend[],
): Written {
  const view = viewStream(transaction.reads, stream);
  if (view.tombstoned) throw new StreamDeleted(stream);
  if (expected === STREAM_EXISTS && view.softDeleted) throw new StreamDeleted(stream);
  const known = alreadyThere(transaction, view, expected, events);
  // The first append's place is told only where its event can still be read.
  if (known !== undefined) return events.length === 0 || isVisible(view, known.revision) ? known : { ...known, position: undefined };
  const metaOfSoftDeleted = isMetastream(stream) ? viewStream(transaction.reads, originalOf(stream)) : undefined;
  const result = transaction.append(stream, events);
  if (view.softDeleted) writeTruncation(transaction, stream, view.metadata, view.lastRevision + 1);
  if (metaOfSoftDeleted?.softDeleted === true) {
    // Replacing the metadata of a soft-deleted stream opens it again, without its old events.
    const written = viewStream(transaction.reads, metaOfSoftDeleted.name);
    writeTruncation(transaction, written.name, written.metadata, written.lastRevision + 1);
  }
  return result;
}

function isVisible(view: StreamView, revision: number): boolean {
  return !view.softDeleted && revision >= view.firstVisible;
}

function alreadyThere(
  transaction: LogTransaction,
  view: StreamView,
  expected: ExpectedVersion,
  events: readonly RawEventToAppend[],
): Written | undefined {
  const current = view.lastRevision;
  const wrong = (): WrongVersion => new WrongVersion(view.name, expected, BigInt(current), 'Append');
  if (expected === STREAM_EXISTS && current === -1 && !view.hasMetadata) throw wrong();
  if (expected === ANY || expected === STREAM_EXISTS) return recentlyAppended(transaction, view, events, wrong);
  if (expected > BigInt(current)) throw wrong();
  if (expected === BigInt(current)) return events.length === 0 ? endOf(transaction, view) : undefined;
  const stored = view.id === undefined ? [] : transaction.reads.readStream(view.id, Number(expected) + 1, false, events.length);
  const last = stored.at(-1);
  const same = (index: number): boolean => stored[index]?.eventId === events[index]?.eventId.toLowerCase();
  // A stream deleted softly may be made anew under "no stream", by other events than those that it began with.
  if (expected === NO_STREAM && view.softDeleted && !same(0)) return undefined;
  if (last === undefined || stored.length < events.length || !events.every((_, index) => same(index))) throw wrong();
  return { revision: last.revision, position: last.position };
}

/** All ids known: a repeat. The first one new: a new append. The first one known and a later one new: neither. */
function recentlyAppended(
  transaction: LogTransaction,
  view: StreamView,
  events: readonly RawEventToAppend[],
  wrong: () => WrongVersion,
): Written | undefined {
  if (events.length === 0) return endOf(transaction, view);
  let last: Written | undefined;
  for (const [index, event] of events.entries()) {
    const place = transaction.recent(event.eventId);
    const known = place?.stream === view.name ? place : undefined;
    if (known === undefined && index === 0) return undefined;
    if (known === undefined) throw wrong();
    if (last === undefined || known.revision > last.revision) last = { revision: known.revision, position: known.position };
  }
  return last;
}

/** An append of nothing answers with where the stream stands; one to a missing stream makes none. */
function endOf(transaction: LogTransaction, view: StreamView): Written {
  const last = view.id === undefined ? undefined : transaction.reads.readStream(view.id, TOMBSTONE, true, 1)[0];
  return { revision: view.lastRevision, position: last?.position ?? transaction.reads.last().position };
}

/** Hides everything until something new is appended. @throws WrongVersion, StreamDeleted */
export function softDelete(transaction: LogTransaction, stream: string, expected: ExpectedVersion): Written {
  const view = mayDelete(transaction, stream, expected);
  if (view.lastRevision === -1 && !view.hasMetadata) throw new WrongVersion(stream, expected, -1n, 'Delete');
  return writeMetadata(transaction, stream, SOFT_DELETED_METADATA);
}

/** Deletes for good: nobody reads or writes under this name again. @throws WrongVersion, StreamDeleted */
export function tombstone(transaction: LogTransaction, stream: string, expected: ExpectedVersion): Written {
  mayDelete(transaction, stream, expected);
  const event = { eventId: randomUUID(), type: '$streamDeleted', json: false, data: new Uint8Array(), metadata: new Uint8Array() };
  return transaction.append(stream, [event], { revision: TOMBSTONE });
}

function mayDelete(transaction: LogTransaction, stream: string, expected: ExpectedVersion): StreamView {
  const view = viewStream(transaction.reads, stream);
  const current = BigInt(view.lastRevision);
  if (view.tombstoned || (expected === STREAM_EXISTS && view.softDeleted)) throw new StreamDeleted(stream);
  const fits =
    expected === ANY ||
    (expected === STREAM_EXISTS && (current !== -1n || view.hasMetadata)) ||
    expected === current ||
    (expected === NO_STREAM && view.softDeleted);
  if (!fits) throw new WrongVersion(stream, expected, current, 'Delete');
  return view;
}

function writeTruncation(transaction: LogTransaction, stream: string, metadata: Readonly<Record<string, unknown>>, before: number): void {
  writeMetadata(transaction, stream, JSON.stringify({ ...metadata, $tb: before }));
}

function writeMetadata(transaction: LogTransaction, stream: string, json: string): Written {
  const event = { eventId: randomUUID(), type: '$metadata', json: true, data: json, metadata: new Uint8Array() };
  return transaction.append(metastreamOf(stream), [event]);
}
