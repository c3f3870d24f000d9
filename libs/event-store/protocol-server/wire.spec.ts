import fc from 'fast-check';
import { holds } from '../../testing/property.js';
import type { RawEvent } from '../sqlite/log-reads.js';
import { AppendedMessage } from './appended-message.js';
import { successMessage } from './batch-append-call.js';
import { batchRequestOf, libraryRequest } from './batch-request.js';
import type { BatchRequest } from './batch-request.js';
import { EventMessage } from './event-message.js';
import { google, streams } from './generated.js';
import type { Streams } from './generated.js';
import { readEvent, streamIdentifier, uuidMessage } from './messages.js';
import { TOMBSTONE } from './stream-view.js';

const number = fc.oneof(fc.nat(300), fc.maxSafeNat());
const bytes = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 300 }));

const anyEvent: fc.Arbitrary<RawEvent> = fc.record({
  position: number.map((at) => Math.min(Math.max(at, 1), TOMBSTONE - 1)),
  stream: fc.string({ unit: 'binary', minLength: 1 }),
  revision: fc.oneof(number, fc.constant(TOMBSTONE)),
  recordedAt: fc.nat(4_000_000_000_000),
  type: fc.string({ unit: 'binary', minLength: 1 }),
  json: fc.boolean(),
  eventId: fc.uuid(),
  data: bytes,
  metadata: bytes,
});

describe('a message written by hand', () => {
  it('of an event is byte for byte what the library writes, with ids in both forms', async () => {
    await holds(
      fc.property(anyEvent, fc.constantFrom('string' as const, 'structured' as const), (event, form) => {
        const ours = Buffer.from(new EventMessage(event, form).serializeBinary());
        expect(ours.toString('hex')).toBe(Buffer.from(readEvent({ event }, form).serializeBinary()).toString('hex'));
      }),
    );
  });

  it('of an append that was written, too', async () => {
    const anyForm = fc.constantFrom('string' as const, 'structured' as const);
    const written = fc.record({
      revision: number.map((at) => Math.min(at, TOMBSTONE - 1)),
      position: number.map((at) => Math.min(Math.max(at, 1), TOMBSTONE - 1)),
    });
    await holds(
      fc.property(fc.uuid(), anyForm, fc.string({ unit: 'binary', minLength: 1 }), written, (correlation, form, stream, place) => {
        const ours = Buffer.from(new AppendedMessage(correlation, form, stream, place).serializeBinary());
        expect(ours.toString('hex')).toBe(Buffer.from(successMessage(correlation, form, stream, place).serializeBinary()).toString('hex'));
      }),
    );
  });
});

const { Options, ProposedMessage } = streams.BatchAppendReq;
const anyForm = fc.constantFrom('string' as const, 'structured' as const);
/** Mostly what clients send; the rest is missing, empty, or no id. */
const sometimes = <T>(usual: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(usual, { nil: undefined, freq: 8 });

const anyUuid = fc
  .tuple(fc.oneof({ weight: 9, arbitrary: fc.uuid() }, fc.constant('00000000-0000-0000-0000-000000000000')), anyForm, fc.boolean())
  .map(([id, form, upper]) => uuidMessage(upper ? id.toUpperCase() : id, form));

const anyOptions = fc
  .tuple(
    sometimes(fc.string({ unit: 'binary' }).map(streamIdentifier)),
    fc.constantFrom('any', 'none', 'exists', 'nothing', 'revision'),
    fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 300n })),
    sometimes(fc.date({ min: new Date(-5_000), noInvalidDate: true })),
  )
  .map(([stream, expects, revision, deadline]) => {
    const options = new Options();
    if (stream !== undefined) options.setStreamIdentifier(stream);
    if (expects === 'any') options.setAny(new google.Empty());
    if (expects === 'none') options.setNoStream(new google.Empty());
    if (expects === 'exists') options.setStreamExists(new google.Empty());
    if (expects === 'revision') options.setStreamPosition(String(revision));
    if (deadline !== undefined) options.setDeadline(google.Timestamp.fromDate(deadline));
    return options;
  });

const anyProposed = fc
  .tuple(
    sometimes(anyUuid),
    sometimes(fc.string({ unit: 'binary' })),
    sometimes(fc.constantFrom('application/json', 'application/octet-stream', '')),
    fc.uint8Array({ maxLength: 200 }),
    fc.uint8Array({ maxLength: 200 }),
  )
  .map(([id, type, contentType, metadata, data]) => {
    const message = new ProposedMessage().setCustomMetadata(metadata).setData(data);
    if (id !== undefined) message.setId(id);
    if (type !== undefined) message.getMetadataMap().set('type', type);
    if (contentType !== undefined) message.getMetadataMap().set('content-type', contentType);
    message.getMetadataMap().set('other', 'x');
    return message;
  });

const anyRequest = fc
  .tuple(sometimes(anyUuid), sometimes(anyOptions), fc.array(anyProposed, { maxLength: 4 }), fc.boolean())
  .map(([correlation, options, proposed, isFinal]) => {
    const request = new streams.BatchAppendReq().setProposedMessagesList(proposed).setIsFinal(isFinal);
    if (correlation !== undefined) request.setCorrelationId(correlation);
    if (options !== undefined) request.setOptions(options);
    return request;
  });

/** Everything that it says, what it throws included. */
function said({ correlation, form, options, events, isFinal }: BatchRequest): unknown {
  const outcome = (tell: () => unknown): unknown => {
    try {
      return tell();
    } catch (error) {
      return String(error);
    }
  };
  const told: unknown[] = [];
  const end = outcome(() => {
    for (const event of events()) told.push({ ...event, data: Buffer.from(event.data), metadata: Buffer.from(event.metadata) });
  });
  const stated = options && { stream: outcome(options.stream), expected: outcome(options.expected), deadline: options.deadline };
  return { correlation, form: correlation === undefined ? undefined : form, options: stated, told, end, isFinal };
}

describe('a message of a batch append, read by hand', () => {
  it('says what the library says of it, whatever is in it', async () => {
    await holds(
      fc.property(anyRequest, (request) => {
        const bytes = request.serializeBinary();
        expect(said(batchRequestOf(bytes))).toEqual(said(libraryRequest(streams.BatchAppendReq.deserializeBinary(bytes))));
      }),
    );
  });

  it('says what the library says, or is refused as it refuses, when bytes are cut off or altered', async () => {
    const outcome = (read: (bytes: Uint8Array) => BatchRequest, bytes: Uint8Array): unknown => {
      try {
        return said(read(bytes));
      } catch {
        return 'refused';
      }
    };
    const library = (bytes: Uint8Array): BatchRequest => libraryRequest(streams.BatchAppendReq.deserializeBinary(bytes));
    await holds(
      fc.property(anyRequest, fc.nat(), fc.nat(255), fc.boolean(), (request: Streams.BatchAppendReq, at, byte, cut) => {
        const whole = request.serializeBinary();
        const bytes = cut
          ? whole.slice(0, at % (whole.length + 1))
          : whole.map((value, index) => (index === at % whole.length ? byte : value));
        expect(outcome(batchRequestOf, bytes)).toEqual(outcome(library, bytes));
      }),
    );
  });
});
