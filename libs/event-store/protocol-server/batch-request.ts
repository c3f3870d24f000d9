import type { RawEventToAppend } from '../sqlite/log-transaction.js';
import { streams } from './generated.js';
import type { Streams } from './generated.js';
import { UUID_TEXT, streamNameOf, uuidText } from './messages.js';
import type { UuidForm } from './messages.js';
import { ANY, InvalidArgument, NO_STREAM, STREAM_EXISTS } from './refusals.js';
import type { ExpectedVersion } from './refusals.js';
import { Reading } from './wire.js';
import { proposedEvent } from './write-calls.js';

/** One message of BatchAppend: the beginning of an append, or more of its events. */
export interface BatchRequest {
  /** Lower-case text; undefined where it says none, or none that is an id. */
  readonly correlation: string | undefined;
  /** How the client writes ids. */
  readonly form: UuidForm;
  readonly options: BatchOptions | undefined;
  /** One by one. @throws InvalidArgument at an event that is none */
  events(): Iterable<RawEventToAppend>;
  readonly isFinal: boolean;
}

export interface BatchOptions {
  /** @throws InvalidArgument */
  stream(): string;
  /** @throws InvalidArgument */
  expected(): ExpectedVersion;
  /** Epoch milliseconds. */
  readonly deadline: number | undefined;
}

/** @throws whatever the library throws at bytes that are no such message */
export function batchRequestOf(bytes: Uint8Array): BatchRequest {
  try {
    return usualRequest(bytes);
  } catch {
    return libraryRequest(streams.BatchAppendReq.deserializeBinary(bytes));
  }
}

/** By the library, whatever the message looks like. */
export function libraryRequest(message: Streams.BatchAppendReq): BatchRequest {
  const options = message.getOptions();
  return {
    correlation: correlationOf(message),
    form: message.getCorrelationId()?.hasString() === true ? 'string' : 'structured',
    options: options && {
      stream: () => streamNameOf(options.getStreamIdentifier()),
      expected: () => expectedOf(options),
      deadline: options.getDeadline()?.toDate().getTime(),
    },
    *events() {
      for (const proposed of message.getProposedMessagesList()) yield proposedEvent(proposed);
    },
    isFinal: message.getIsFinal(),
  };
}

function correlationOf(message: Streams.BatchAppendReq): string | undefined {
  try {
    return uuidText(message.getCorrelationId());
  } catch {
    return undefined;
  }
}

function expectedOf(options: Streams.BatchAppendReq.Options): ExpectedVersion {
  if (options.hasNoStream()) return NO_STREAM;
  if (options.hasAny()) return ANY;
  if (options.hasStreamExists()) return STREAM_EXISTS;
  if (!options.hasStreamPosition()) throw new InvalidArgument('an append says which revision it expects');
  return BigInt.asIntN(64, BigInt(options.getStreamPosition()));
}

/** What clients send, read straight from its bytes at a quarter of the library's time. @throws at the first thing that is unusual, right or wrong */
function usualRequest(bytes: Uint8Array): BatchRequest {
  const reading = new Reading(bytes);
  let correlation: string | undefined;
  let options: BatchOptions | undefined;
  const events: RawEventToAppend[] = [];
  let isFinal: boolean | undefined;
  while (!reading.atEnd) {
    switch (reading.field()) {
      case CORRELATION_ID:
        correlation = once(correlation, usualId(reading.message()));
        break;
      case OPTIONS:
        options = once(options, usualOptions(reading.message()));
        break;
      case PROPOSED_MESSAGE:
        events.push(usualEvent(reading.message()));
        break;
      case IS_FINAL:
        isFinal = once(isFinal, reading.number() !== 0);
        break;
      default:
        throw unusual();
    }
  }
  return { correlation: given(correlation), form: 'string', options, events: () => events, isFinal: isFinal ?? false };
}

// Fields of event_store.client.streams.BatchAppendReq and what is in it, as `bytesField` and `numberField` make them.
const CORRELATION_ID = 0x0a;
const OPTIONS = 0x12;
const PROPOSED_MESSAGE = 0x1a;
const IS_FINAL = 0x20;

function usualOptions(reading: Reading): BatchOptions {
  let stream: string | undefined;
  let expected: ExpectedVersion | undefined;
  let deadline: number | undefined;
  while (!reading.atEnd) {
    switch (reading.field()) {
      case 0x0a: // stream_identifier, whose field 3 is the name
        stream = once(stream, text(reading.message().only(0x1a)));
        break;
      case 0x10: // stream_position
        expected = once(expected, BigInt(reading.number()));
        break;
      case 0x1a: // no_stream, an empty message as the next two
        expected = once(expected, nothing(reading, NO_STREAM));
        break;
      case 0x22: // any
        expected = once(expected, nothing(reading, ANY));
        break;
      case 0x2a: // stream_exists
        expected = once(expected, nothing(reading, STREAM_EXISTS));
        break;
      case 0x32: // deadline_21_10_0
        deadline = once(deadline, usualTimestamp(reading.message()));
        break;
      default:
        throw unusual();
    }
  }
  const [name, version] = [given(stream), given(expected)];
  if (name === '') throw unusual();
  return { stream: () => name, expected: () => version, deadline };
}

function usualTimestamp(reading: Reading): number {
  let seconds: number | undefined;
  let nanos: number | undefined;
  while (!reading.atEnd) {
    const field = reading.field();
    if (field === 0x08) seconds = once(seconds, reading.number());
    else if (field === 0x10) nanos = once(nanos, reading.number());
    else throw unusual();
  }
  const milliseconds = (seconds ?? 0) * 1_000 + (nanos ?? 0) / 1_000_000;
  if (milliseconds > LATEST_DATE || (nanos ?? 0) > MOST_NANOS) throw unusual();
  return Math.trunc(milliseconds);
}

/** What a Date can hold, and a signed number of 32 bits. */
const LATEST_DATE = 8.64e15;
const MOST_NANOS = 2_147_483_647;

function usualEvent(reading: Reading): RawEventToAppend {
  let eventId: string | undefined;
  let type: string | undefined;
  let contentType: string | undefined;
  let metadata: Uint8Array | undefined;
  let data: Uint8Array | undefined;
  while (!reading.atEnd) {
    switch (reading.field()) {
      case 0x0a: // id
        eventId = once(eventId, usualId(reading.message()));
        break;
      case 0x12: {
        // metadata: an entry of a map, key and value
        const entry = reading.message();
        const key = text(entry.bytesOf(0x0a));
        const value = text(entry.bytesOf(0x12));
        if (!entry.atEnd) throw unusual();
        if (key === 'type') type = once(type, value);
        else if (key === 'content-type') contentType = once(contentType, value);
        break;
      }
      case 0x1a: // custom_metadata
        metadata = once(metadata, reading.bytes());
        break;
      case 0x22: // data
        data = once(data, reading.bytes());
        break;
      default:
        throw unusual();
    }
  }
  const name = given(type);
  if (name === '') throw unusual();
  return {
    eventId: given(eventId),
    type: name,
    json: given(contentType) === 'application/json',
    data: data ?? NO_BYTES,
    metadata: metadata ?? NO_BYTES,
  };
}

const NO_BYTES = new Uint8Array();

/** Field 2 of a UUID: its text. */
function usualId(reading: Reading): string {
  const id = text(reading.only(0x12));
  if (!UUID_TEXT.test(id)) throw unusual();
  return id;
}

function text(bytes: Buffer): string {
  const decoded = bytes.toString('utf8');
  // Bytes that are no text: what the library makes of them is its own affair.
  if (decoded.includes('\uFFFD')) throw unusual();
  return decoded;
}

function nothing(reading: Reading, means: ExpectedVersion): ExpectedVersion {
  if (!reading.message().atEnd) throw unusual();
  return means;
}

/** A second value under one name is merged or wins, by rules that the library knows. */
function once<T>(before: T | undefined, value: T): T {
  if (before !== undefined) throw unusual();
  return value;
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw unusual();
  return value;
}

const UNUSUAL = new Error('not what clients send');

/** Always the same: it is caught, and nobody looks where it came from. */
function unusual(): Error {
  return UNUSUAL;
}
