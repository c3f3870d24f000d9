import { Type } from '@sinclair/typebox';
import type { EventId, StreamName } from '../domain/shared/ids.js';
import { positionOf } from '../domain/shared/position.js';
import { buildCatalog } from './build-catalog.js';
import type { EncodedEvent } from './build-catalog.js';
import type { EventDefinition, Upcaster } from './definition.js';
import { CatalogContradiction } from './definition.js';
import { InvalidEvent, UnknownEventType } from './errors.js';
import { dealSchemas } from './schemas/deal.schemas.js';
import { exact, listOf } from './schemas/parts.js';

// As a log of years would have it: DealLost named one reason first, then several, and has had room for a note since version 3, which is today's.

const dealLost: readonly EventDefinition[] = [
  { type: 'DealLost', schemaVersion: 1, category: 'deal', schema: exact({ reason: Type.String() }) },
  { type: 'DealLost', schemaVersion: 2, category: 'deal', schema: exact({ reasons: listOf(Type.String()) }) },
  { type: 'DealLost', schemaVersion: 3, category: 'deal', schema: dealSchemas.DealLost },
];
const corrected: EventDefinition = {
  type: 'HistoryCorrected',
  schemaVersion: 1,
  category: 'deal',
  schema: dealSchemas.HistoryCorrected,
  carriesFact: true,
};
const toReasons: Upcaster = { type: 'DealLost', from: 1, to: 2, upcast: ({ reason }) => ({ reasons: [reason ?? ''] }) };
const toToday: Upcaster = { type: 'DealLost', from: 2, to: 3, upcast: (data) => data };
const catalog = buildCatalog([...dealLost, corrected], [toReasons, toToday]);

const metadata = (schemaVersion: number): object => ({
  actor: { id: 'ann', kind: 'person' },
  causationId: 'c1',
  correlationId: 'c1',
  effectiveAt: '2017-10-15T10:00:00.000Z',
  schemaVersion,
});
const stored = (type: string, schemaVersion: number, data: object): EncodedEvent => ({
  eventId: '0190-1' as EventId,
  stream: 'deal-1' as StreamName,
  revision: 3,
  position: positionOf(17),
  recordedAt: 1_700_000_000_000,
  type,
  data: JSON.stringify(data),
  metadata: JSON.stringify(metadata(schemaVersion)),
});
const note = { sealed: 1, person: 'contact-7', field: 'DealLost.note', box: 'A'.repeat(56) };

describe('an event of an earlier version', () => {
  it.each([
    [1, { reason: 'price' }, { reasons: ['price'] }],
    [2, { reasons: ['price', 'delivery'] }, { reasons: ['price', 'delivery'] }],
    [3, { reasons: ['price'], note }, { reasons: ['price'], note }],
  ])('%i is read as today’s would have been written', (version, was, is) => {
    const { data, metadata: read } = catalog.decode(stored('DealLost', version, was));
    expect(data).toEqual(is);
    expect(read.schemaVersion).toBe(3);
  });

  it('inside a correction is too', () => {
    const correction = (schemaVersion: number, data: object): object => ({
      kind: 'replace',
      target: 'e1',
      reason: { ...note, field: 'HistoryCorrected.reason' },
      event: { type: 'DealLost', schemaVersion, data, effectiveAt: '2017-10-15T10:00:00.000Z' },
    });
    expect(catalog.decode(stored('HistoryCorrected', 1, correction(1, { reason: 'price' }))).data).toEqual(
      correction(3, { reasons: ['price'] }),
    );
  });

  it('is checked as what it was, and not as what it is now', () => {
    expect(() => catalog.decode(stored('DealLost', 1, { reasons: ['price'] }))).toThrow(InvalidEvent);
    expect(() => catalog.decode(stored('DealLost', 2, { reasons: ['price'], note }))).toThrow(InvalidEvent);
    expect(() => catalog.decode(stored('DealLost', 4, { reasons: ['price'] }))).toThrow(UnknownEventType);
  });

  it('is taken into a log, by a copy of an older one, but no longer written', () => {
    expect(() => catalog.checkStored('DealLost', 1, { reason: 'price' }, metadata(1))).not.toThrow();
    expect(() => catalog.checkClear('DealLost', { reason: 'price' })).toThrow(InvalidEvent);
    expect(catalog.schemaVersionOf('DealLost')).toBe(3);
  });
});

describe('a chain of upcasters that is not whole', () => {
  const [first, second, third] = dealLost as [EventDefinition, EventDefinition, EventDefinition];
  it.each<[string, readonly EventDefinition[], readonly Upcaster[], string]>([
    ['a version without a schema', [first, third], [toReasons, toToday], 'DealLost has no schema for version 2 (gap)'],
    ['a version without an upcaster', dealLost, [toReasons], 'DealLost has no upcaster from version 2 (gap)'],
    ['an upcaster that jumps', dealLost, [{ ...toReasons, to: 3 }, toToday], 'the upcaster of DealLost from version 1 jumps to 3 (gap)'],
    [
      'one that leads back',
      dealLost,
      [toReasons, { ...toToday, to: 1 }],
      'the upcaster of DealLost from version 2 leads back to 1 (cycle)',
    ],
    ['two from one version', dealLost, [toReasons, toReasons, toToday], 'DealLost from version 1 has two upcasters (duplicate)'],
    ['a version twice', [first, second, second, third], [toReasons, toToday], 'DealLost version 2 is defined twice (duplicate)'],
    [
      'one beyond the newest',
      dealLost,
      [toReasons, toToday, { ...toToday, from: 3, to: 4 }],
      'leads to version 4, which has no schema (gap)',
    ],
    ['one of no type', [], [toReasons], 'an upcaster is for DealLost, which has no schema (gap)'],
  ])('stops the start: %s', (_, definitions, upcasters, fault) => {
    expect(() => buildCatalog(definitions, upcasters)).toThrow(CatalogContradiction);
    expect(() => buildCatalog(definitions, upcasters)).toThrow(fault);
  });
});
