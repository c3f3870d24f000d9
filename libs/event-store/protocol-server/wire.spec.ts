import fc from 'fast-check';
import { holds } from '../../testing/property.js';
import type { RawEvent } from '../sqlite/log-reads.js';
import { AppendedMessage } from './appended-message.js';
import { successMessage } from './batch-append-call.js';
import { EventMessage } from './event-message.js';
import { readEvent } from './messages.js';
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
