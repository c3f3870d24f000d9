import type { ServerReadableStream, ServerUnaryCall } from '@grpc/grpc-js';
import type { LogFile } from '../sqlite/log-file.js';
import type { RawEventToAppend } from '../sqlite/log-transaction.js';
import type { Caller } from './access.js';
import { MAX_APPEND_BYTES, mayAppend, mayDelete } from './append-policy.js';
import type { OwnCategories } from './append-policy.js';
import { shared, streams } from './generated.js';
import type { Shared, Streams } from './generated.js';
import { streamNameOf, uuidText } from './messages.js';
import { ANY, InvalidArgument, NO_STREAM, STREAM_EXISTS, TooLarge, WrongVersion } from './refusals.js';
import type { ExpectedVersion } from './refusals.js';
import { appendEvents, softDelete, tombstone } from './write-rules.js';
import type { Written } from './write-rules.js';

/** An event as either append call brings it. */
interface Proposed {
  getId(): Shared.UUID | undefined;
  getMetadataMap(): { get(key: string): string | undefined };
  getCustomMetadata_asU8(): Uint8Array;
  getData_asU8(): Uint8Array;
}

/** @throws InvalidArgument */
export function proposedEvent(message: Proposed): RawEventToAppend {
  const metadata = message.getMetadataMap();
  const type = metadata.get('type');
  const contentType = metadata.get('content-type');
  const missing = [...(type === undefined ? ['type'] : []), ...(contentType === undefined ? ['content-type'] : [])];
  if (missing.length > 0) {
    throw new InvalidArgument(`Required Metadata Property ${missing.map((name) => `'${name}'`).join(', ')} is missing`, {
      exception: 'missing-required-metadata-property',
      'required-metadata-properties': 'type,content-type',
    });
  }
  if (type === undefined || type === '') throw new InvalidArgument('an event has a type');
  return {
    eventId: uuidText(message.getId()),
    type,
    json: contentType === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

/** Own events are kept as text, so that every reader of ours gets one form; the bytes are the same. */
export function asStored(log: LogFile, stream: string, events: readonly RawEventToAppend[]): readonly RawEventToAppend[] {
  if (log.categoryNumberOf(stream) === 0) return events;
  const text = (bytes: string | Uint8Array): string => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8'));
  return events.map((event) => ({ ...event, data: text(event.data), metadata: text(event.metadata) }));
}

/** Streams.Append: options first, then one event a message. Nothing is written before the client has ended. */
export async function answerAppend(
  call: ServerReadableStream<Streams.AppendReq, Streams.AppendResp>,
  log: LogFile,
  own: OwnCategories,
  caller: Caller,
): Promise<Streams.AppendResp> {
  let target: { stream: string; expected: ExpectedVersion } | undefined;
  const events: RawEventToAppend[] = [];
  let bytes = 0;
  for await (const request of call as AsyncIterable<Streams.AppendReq>) {
    const options = request.getOptions();
    const message = request.getProposedMessage();
    if (options !== undefined) {
      if (target !== undefined) throw new InvalidArgument('the options come once, first');
      target = { stream: streamNameOf(options.getStreamIdentifier()), expected: expectedOf(options) };
    }
    if (message === undefined) continue;
    const event = proposedEvent(message);
    // Refused as soon as it is too large: what a client goes on sending is not kept.
    if ((bytes += event.data.length) > MAX_APPEND_BYTES) throw new TooLarge(MAX_APPEND_BYTES);
    events.push(event);
  }
  if (target === undefined) throw new InvalidArgument('an append begins with its options');
  const { stream, expected } = target;
  caller.demand(log, 'write', stream);
  mayAppend(log, own, stream, events);
  const stored = asStored(log, stream, events);
  try {
    const written = await log.perform((transaction) => appendEvents(transaction, stream, expected, stored));
    return new streams.AppendResp().setSuccess(appended(written));
  } catch (error) {
    if (error instanceof WrongVersion) return new streams.AppendResp().setWrongExpectedVersion(wrongVersion(error));
    throw error;
  }
}

export async function answerDelete(
  call: ServerUnaryCall<Streams.DeleteReq, Streams.DeleteResp>,
  log: LogFile,
  caller: Caller,
): Promise<Streams.DeleteResp> {
  const options = call.request.getOptions();
  const stream = streamNameOf(options?.getStreamIdentifier());
  const expected = expectedToDelete(options, 'Delete');
  caller.demand(log, 'delete', stream);
  mayDelete(log, stream);
  const written = await log.perform((transaction) => softDelete(transaction, stream, expected));
  const at = String(written.position);
  return new streams.DeleteResp().setPosition(new streams.DeleteResp.Position().setCommitPosition(at).setPreparePosition(at));
}

export async function answerTombstone(
  call: ServerUnaryCall<Streams.TombstoneReq, Streams.TombstoneResp>,
  log: LogFile,
  caller: Caller,
): Promise<Streams.TombstoneResp> {
  const options = call.request.getOptions();
  const stream = streamNameOf(options?.getStreamIdentifier());
  const expected = expectedToDelete(options, 'Tombstone');
  caller.demand(log, 'delete', stream);
  mayDelete(log, stream);
  const written = await log.perform((transaction) => tombstone(transaction, stream, expected));
  const at = String(written.position);
  return new streams.TombstoneResp().setPosition(new streams.TombstoneResp.Position().setCommitPosition(at).setPreparePosition(at));
}

interface Expected {
  hasRevision(): boolean;
  getRevision(): string;
  hasNoStream(): boolean;
  hasAny(): boolean;
  hasStreamExists(): boolean;
}

/** @throws InvalidArgument */
export function expectedOf(options: Expected): ExpectedVersion {
  if (options.hasNoStream()) return NO_STREAM;
  if (options.hasAny()) return ANY;
  if (options.hasStreamExists()) return STREAM_EXISTS;
  if (!options.hasRevision()) throw new InvalidArgument('an append says which revision it expects');
  // 2^64-1, 2^64-2 and 2^64-4 are -1, -2 and -4: no stream, any, exists.
  return BigInt.asIntN(64, BigInt(options.getRevision()));
}

function expectedToDelete(options: Expected | undefined, what: 'Delete' | 'Tombstone'): ExpectedVersion {
  const says = options !== undefined && (options.hasNoStream() || options.hasAny() || options.hasStreamExists() || options.hasRevision());
  if (!says) {
    throw new InvalidArgument(`'None' is not a valid EventStore.Client.Streams.${what}Req+Types+Options+ExpectedStreamRevisionOneofCase`);
  }
  return expectedOf(options);
}

function appended(written: Written): Streams.AppendResp.Success {
  const success = new streams.AppendResp.Success();
  if (written.revision < 0) success.setNoStream(new shared.Empty());
  else success.setCurrentRevision(String(written.revision));
  if (written.position === undefined) return success.setNoPosition(new shared.Empty());
  const at = String(written.position);
  return success.setPosition(new streams.AppendResp.Position().setCommitPosition(at).setPreparePosition(at));
}

function wrongVersion(error: WrongVersion): Streams.AppendResp.WrongExpectedVersion {
  const answer = new streams.AppendResp.WrongExpectedVersion();
  if (error.actual < 0n) answer.setCurrentNoStream(new shared.Empty());
  else answer.setCurrentRevision(String(error.actual));
  if (error.expected === ANY) answer.setExpectedAny(new shared.Empty());
  else if (error.expected === STREAM_EXISTS) answer.setExpectedStreamExists(new shared.Empty());
  else if (error.expected === NO_STREAM) answer.setExpectedNoStream(new shared.Empty());
  else answer.setExpectedRevision(String(error.expected));
  return answer;
}
