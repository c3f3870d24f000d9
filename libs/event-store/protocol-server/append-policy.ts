import type { CheckStored } from '../appendable.js';
import { InvalidEvent } from '../event-store.port.js';
import type { LogFile } from '../sqlite/log-file.js';
import type { RawEventToAppend } from '../sqlite/log-transaction.js';
import { linksOf } from './link-streams.js';
import { AccessDenied, InvalidArgument, TooLarge } from './refusals.js';
import { isMetastream, originalOf } from './stream-view.js';

/** What clients may write in Dealtrail's own categories (design section 5). All other streams are taken as they come. */
export type OwnCategories =
  /** Served beside the deciders: only they write. */
  | { readonly kind: 'refused' }
  /** Served alone, behind our own processes: what passes the catalog. */
  | { readonly kind: 'checked'; readonly checkStored: CheckStored };

export const MAX_APPEND_BYTES = 1_048_576;

/** @throws AccessDenied, InvalidArgument, TooLarge */
export function mayAppend(log: LogFile, own: OwnCategories, stream: string, events: readonly RawEventToAppend[]): void {
  const bytes = events.reduce((sum, event) => sum + event.data.length, 0);
  if (bytes > MAX_APPEND_BYTES) throw new TooLarge(MAX_APPEND_BYTES);
  refuseMetadataOfOurs(log, stream);
  refuseLinks(log, stream);
  if (log.categoryNumberOf(stream) === 0) return;
  if (own.kind === 'refused') throw new AccessDenied(`only Dealtrail itself writes ${stream}: send it a command`);
  if (events.length === 0) throw new InvalidArgument('an append to a stream of Dealtrail has at least one event');
  for (const event of events) checkOwn(own.checkStored, event);
}

/** Deleting, for now or for good. @throws AccessDenied */
export function mayDelete(log: LogFile, stream: string): void {
  refuseMetadataOfOurs(log, stream);
  refuseLinks(log, stream);
  if (log.categoryNumberOf(stream) > 0) throw new AccessDenied(`${stream} is a stream of Dealtrail: nothing of it is ever deleted`);
}

function refuseLinks(log: LogFile, stream: string): void {
  if (log.read((reads) => linksOf(reads, stream)) === undefined) return;
  throw new AccessDenied(`${stream} holds links to events of Dealtrail, made when it is read: it is not written`);
}

function refuseMetadataOfOurs(log: LogFile, stream: string): void {
  if (isMetastream(stream) && log.categoryNumberOf(originalOf(stream)) > 0) {
    throw new AccessDenied(`${originalOf(stream)} is a stream of Dealtrail: it takes no metadata`);
  }
}

function checkOwn(checkStored: CheckStored, event: RawEventToAppend): void {
  if (!event.json) throw new InvalidArgument(`${event.type} of Dealtrail is JSON`);
  const [data, metadata] = [parse(event.data, event.type), parse(event.metadata, event.type)];
  try {
    checkStored(event.type, metadata['schemaVersion'], data, metadata);
  } catch (error) {
    if (error instanceof InvalidEvent) throw new InvalidArgument(error.message);
    throw error;
  }
}

const strict = new TextDecoder('utf-8', { fatal: true });

function parse(bytes: string | Uint8Array, type: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(typeof bytes === 'string' ? bytes : strict.decode(bytes));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below, with what was expected.
  }
  throw new InvalidArgument(`data and metadata of ${type} are JSON objects`);
}
