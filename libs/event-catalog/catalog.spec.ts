import type { EventId, StreamName } from '../domain/shared/ids.js';
import { positionOf } from '../domain/shared/position.js';
import type { EncodedEvent } from './build-catalog.js';
import { catalog } from './catalog.js';
import { InvalidEvent, UnknownEventType } from './errors.js';

const BOX = 'A'.repeat(56);
const seal = (field: string, person = 'contact-7') => ({ sealed: 1, person, field, box: BOX });
const metadata = (more: object = {}) => ({
  actor: { id: 'ann', kind: 'person' },
  causationId: 'c1',
  correlationId: 'c1',
  effectiveAt: '2017-10-15T10:00:00.000Z',
  schemaVersion: 1,
  ...more,
});
const stored = (type: string, data: unknown, more: object = {}): EncodedEvent => ({
  eventId: '0190-1' as EventId,
  stream: 'deal-1' as StreamName,
  revision: 3,
  position: positionOf(17),
  recordedAt: 1_700_000_000_000,
  type,
  data: JSON.stringify(data),
  metadata: JSON.stringify(metadata(more)),
});
const thrownBy = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (thrown) {
    return thrown;
  }
};

describe('the event catalog', () => {
  it('reads an event back with its instants as numbers and its personal fields still sealed', () => {
    expect(catalog.decode(stored('DealLost', { reasons: ['price'], note: seal('DealLost.note') }, { dated: false }))).toEqual({
      eventId: '0190-1',
      stream: 'deal-1',
      revision: 3,
      position: '00000000000000000017',
      recordedAt: 1_700_000_000_000,
      type: 'DealLost',
      data: { reasons: ['price'], note: seal('DealLost.note') },
      effectiveAt: Date.UTC(2017, 9, 15, 10),
      metadata: metadata({ dated: false }),
    });
  });

  it('reads bytes as it reads text', () => {
    const event = stored('TeamJoined', { team: 'Zürich' });
    const bytes = { ...event, data: Buffer.from(event.data as string), metadata: Buffer.from(event.metadata as string) };
    expect(catalog.decode(bytes)).toEqual(catalog.decode(event));
  });

  it('takes clear text before sealing and refuses it in a log', () => {
    const data = { reasons: ['price'], note: 'Mrs. Smith was angry' };
    expect(() => catalog.checkClear('DealLost', data)).not.toThrow();
    const refusal = thrownBy(() => catalog.checkStored('DealLost', 1, data, metadata()));
    expect(refusal).toBeInstanceOf(InvalidEvent);
    expect((refusal as InvalidEvent).faults[0]?.path).toBe('/data/note');
    expect((refusal as InvalidEvent).message).not.toContain('Smith');
  });

  it('refuses an envelope that belongs to another field', () => {
    expect(() => catalog.checkStored('DealLost', 1, { reasons: [], note: seal('DealLost.note') }, metadata())).not.toThrow();
    expect(() => catalog.checkStored('DealLost', 1, { reasons: [], note: seal('DealWon.note') }, metadata())).toThrow(InvalidEvent);
  });

  it.each([
    ['a member that the schema does not name', 'OwnerAssigned', { ownerId: 'ann', extra: 1 }, metadata()],
    ['a wrong type', 'OwnerAssigned', { ownerId: 7 }, metadata()],
    ['money that is no whole number', 'ExpectedValueEstimated', { value: { minor: 1.5, currency: 'EUR' } }, metadata()],
    ['an id that could not stand in a stream name', 'OwnerAssigned', { ownerId: 'a b' }, metadata()],
    ['metadata without an actor', 'OwnerAssigned', { ownerId: 'ann' }, { ...metadata(), actor: undefined }],
    ['metadata that nobody named', 'OwnerAssigned', { ownerId: 'ann' }, metadata({ note: 'hello' })],
    ['an instant that is none', 'OwnerAssigned', { ownerId: 'ann' }, metadata({ effectiveAt: '2017-99-15T10:00:00.000Z' })],
  ])('refuses %s', (_, type, data, meta) => {
    expect(() => catalog.checkStored(type, 1, data, meta)).toThrow(InvalidEvent);
  });

  it('names a type or a version that it does not know, instead of skipping it', () => {
    expect(thrownBy(() => catalog.decode(stored('DealFrozen', {})))).toBeInstanceOf(UnknownEventType);
    const newer = thrownBy(() => catalog.decode(stored('OwnerAssigned', { ownerId: 'ann' }, { schemaVersion: 2 })));
    expect(newer).toBeInstanceOf(UnknownEventType);
    expect((newer as Error).message).toBe(
      'event type OwnerAssigned in schema version 2 is unknown here (versions 1 to 1 are known): this log needs a newer Dealtrail',
    );
  });

  it('says which stored event is no JSON', () => {
    expect(() => catalog.decode({ ...stored('OwnerAssigned', {}), data: '{"ownerId":' })).toThrow(
      /the data of OwnerAssigned deal-1@3 is no JSON/,
    );
  });

  it('checks the fact inside a correction by its own schema', () => {
    const correction = (type: string, data: object) => ({
      kind: 'replace',
      target: 'e1',
      reason: seal('HistoryCorrected.reason'),
      event: { type, schemaVersion: 1, data, effectiveAt: '2017-10-15T10:00:00.000Z' },
    });
    const check = (type: string, data: object) => () => catalog.checkStored('HistoryCorrected', 1, correction(type, data), metadata());
    expect(check('DealLost', { reasons: [], note: seal('DealLost.note') })).not.toThrow();
    expect(check('DealLost', { reasons: [], note: 'in clear' })).toThrow(InvalidEvent);
    expect(check('TeamJoined', { team: null })).toThrow(InvalidEvent);
    expect(check('HistoryCorrected', correction('DealLost', { reasons: [] }))).toThrow(InvalidEvent);
    expect(check('DealFrozen', {})).toThrow(UnknownEventType);
  });

  it('knows the personal fields of every type', () => {
    const personal = Object.fromEntries(
      catalog.types
        .map((type) => [type, catalog.personalFields(type).map((path) => path.join('.'))])
        .filter(([, paths]) => paths?.length !== 0),
    );
    expect(personal).toEqual({
      RequestRegistered: ['summary'],
      RequestContacted: ['note'],
      RequestRoutedToMarketing: ['reason'],
      RequestFiled: ['reason'],
      StageAdvanced: ['reason'],
      StageReturned: ['reason'],
      DealTransferred: ['reason'],
      DealPostponed: ['reason'],
      DealResumed: ['reason'],
      DealWon: ['note'],
      DealLost: ['note'],
      DealReopened: ['reason'],
      HistoryCorrected: ['reason'],
      ContactRegistered: ['name', 'email', 'phone', 'role'],
      ContactDetailsRevised: ['name', 'email', 'phone', 'role'],
      EmployeeRegistered: ['name'],
      EmployeeRenamed: ['name'],
      ForecastSubmitted: ['note'],
    });
  });
});
