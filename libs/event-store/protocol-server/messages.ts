import type { RawEvent } from '../sqlite/log-reads.js';
import type { EventBytes } from '../event-store.port.js';
import { InvalidArgument } from './refusals.js';
import { shared, streams } from './generated.js';
import type { Shared, Streams } from './generated.js';
import { TOMBSTONE, TOMBSTONE_ON_THE_WIRE } from './stream-view.js';

/** How a client wants ids: as text, or as two signed 64-bit halves. */
export type UuidForm = 'string' | 'structured';

export function uuidMessage(id: string, form: UuidForm): Shared.UUID {
  const uuid = new shared.UUID();
  if (form === 'string') return uuid.setString(id);
  const half = (hex: string): string => BigInt.asIntN(64, BigInt(`0x${hex}`)).toString();
  const hex = id.replaceAll('-', '');
  const structured = new shared.UUID.Structured();
  structured.setMostSignificantBits(half(hex.slice(0, 16)));
  structured.setLeastSignificantBits(half(hex.slice(16)));
  return uuid.setStructured(structured);
}

/** Lower-case, and not all zeros. */
export const UUID_TEXT = /^(?!0{8}-0{4}-0{4}-0{4}-0{12}$)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Lower-case text of either form. @throws InvalidArgument */
export function uuidText(uuid: Shared.UUID | undefined): string {
  const text = uuid?.hasString() === true ? uuid.getString().toLowerCase() : structuredText(uuid?.getStructured());
  if (!UUID_TEXT.test(text)) throw new InvalidArgument('an id is a UUID other than all zeros');
  return text;
}

function structuredText(structured: Shared.UUID.Structured | undefined): string {
  if (structured === undefined) return '';
  const half = (value: string): string => BigInt.asUintN(64, BigInt(value)).toString(16).padStart(16, '0');
  const hex = half(structured.getMostSignificantBits()) + half(structured.getLeastSignificantBits());
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function streamIdentifier(name: string): Shared.StreamIdentifier {
  return new shared.StreamIdentifier().setStreamName(Buffer.from(name, 'utf8'));
}

/** @throws InvalidArgument for a missing or empty name */
export function streamNameOf(identifier: Shared.StreamIdentifier | undefined): string {
  const name = identifier === undefined ? '' : Buffer.from(identifier.getStreamName_asU8()).toString('utf8');
  if (name === '') throw new InvalidArgument('a stream has a name');
  return name;
}

export function bytesOf(value: EventBytes): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
}

export function revisionOnTheWire(revision: number): string {
  return revision === TOMBSTONE ? TOMBSTONE_ON_THE_WIRE.toString() : String(revision);
}

/** Streams.Read and PersistentSubscriptions.Read have message classes of the same shape; `into` is a new one of either. */
export function fillRecordedEvent<M extends Streams.ReadResp.ReadEvent.RecordedEvent>(into: M, event: RawEvent, form: UuidForm): M {
  into.setId(uuidMessage(event.eventId, form));
  into.setStreamIdentifier(streamIdentifier(event.stream));
  into.setStreamRevision(revisionOnTheWire(event.revision));
  const position = String(event.position);
  into.setCommitPosition(position);
  into.setPreparePosition(position);
  const metadata = into.getMetadataMap();
  metadata.set('type', event.type);
  metadata.set('content-type', event.json ? 'application/json' : 'application/octet-stream');
  metadata.set('created', `${event.recordedAt}0000`); // 100 ns ticks since 1970
  into.setCustomMetadata(bytesOf(event.metadata));
  into.setData(bytesOf(event.data));
  return into;
}

/** What one look at a link or an event gives: the target beside the link, or a link whose target is gone. */
export interface ResolvedEvent {
  readonly event?: RawEvent | undefined;
  readonly link?: RawEvent | undefined;
}

export function readEvent(resolved: ResolvedEvent, form: UuidForm): Streams.ReadResp {
  const { ReadEvent } = streams.ReadResp;
  const message = new ReadEvent();
  const { event, link } = resolved;
  if (event !== undefined) message.setEvent(fillRecordedEvent(new ReadEvent.RecordedEvent(), event, form));
  if (link !== undefined) message.setLink(fillRecordedEvent(new ReadEvent.RecordedEvent(), link, form));
  const place = link ?? event;
  if (place !== undefined) message.setCommitPosition(String(place.position));
  return new streams.ReadResp().setEvent(message);
}
