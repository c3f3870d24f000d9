import { logPages } from '../log-pages.js';
import type { JsonObject } from '../../domain/shared/envelope.js';
import { streamName } from '../../domain/shared/ids.js';
import type { EventId, StreamName } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { LOG_START, positionNumber, positionOf } from '../../domain/shared/position.js';
import type { Position } from '../../domain/shared/position.js';
import { AppendTooLarge, InvalidEvent, LogClosed, LogRefused, WrongExpectedRevision } from '../event-store.port.js';
import type { AppendResult, EventBytes, EventStore, EventToAppend, LogPage, StoredEvent } from '../event-store.port.js';
import type { CheckStored } from '../appendable.js';

/** What a test needs of an adapter besides the port. */
export interface EventStoreUnderTest {
  readonly store: EventStore;
  /** Another process's view of the same log. @throws LogRefused */
  reopen(options?: { keyStoreId?: string; streamPrefix?: string }): Promise<EventStore>;
  /** What the store stamps recordedAt from; undefined where the store has its own clock. */
  readonly clock: { set(at: EpochMs): void } | undefined;
  /** Another client of the same store writes to a stream that is not ours. */
  appendForeign(stream: string, events: readonly { type: string; data: Uint8Array }[]): Promise<void>;
  dispose(): Promise<void>;
}

/** Refuses what a contract test calls unknown; stands where the catalog's own check stands in production. */
export const checkForContract: CheckStored = (type, schemaVersion) => {
  if (type === 'NobodyKnowsIt') throw new InvalidEvent(`${type}@${String(schemaVersion)} is not in the catalog`);
};

export const CONTRACT_KEY_STORE = 'key-store-of-the-contract';

/** The law of every event store. `open` makes an empty log of its own for each test. */
export function describeEventStoreContract(name: string, open: () => Promise<EventStoreUnderTest>): void {
  describe(`${name} keeps the event store's contract`, () => {
    let test: EventStoreUnderTest;
    let store: EventStore;
    beforeEach(async () => {
      test = await open();
      store = test.store;
    });
    afterEach(async () => {
      await test.dispose();
    });

    describe('expected revision', () => {
      it('none: the first append makes the stream, a second one is refused with the revision it is at', async () => {
        const first = await store.append(deal(1), 'none', [event('RequestRegistered'), event('RequestContacted')]);
        expect(first).toMatchObject({ revision: 1, repeated: false });
        await expect(store.append(deal(1), 'none', [event('RequestRegistered')])).rejects.toMatchObject({
          name: 'WrongExpectedRevision',
          stream: deal(1),
          expected: 'none',
          actual: 1,
        });
      });

      it('exact: only the last revision is right', async () => {
        await store.append(deal(1), 'none', [event(), event()]);
        await expect(store.append(deal(1), 0, [event()])).rejects.toBeInstanceOf(WrongExpectedRevision);
        await expect(store.append(deal(1), 2, [event()])).rejects.toMatchObject({ expected: 2, actual: 1 });
        expect(await store.append(deal(1), 1, [event()])).toMatchObject({ revision: 2 });
      });

      it('exact: a stream that does not exist is at -1', async () => {
        await expect(store.append(deal(1), 0, [event()])).rejects.toMatchObject({ expected: 0, actual: -1 });
      });

      it('exists: refused before the first event, right after it', async () => {
        await expect(store.append(deal(1), 'exists', [event()])).rejects.toMatchObject({ expected: 'exists', actual: -1 });
        await store.append(deal(1), 'none', [event()]);
        expect(await store.append(deal(1), 'exists', [event()])).toMatchObject({ revision: 1 });
      });

      it('any: never refused', async () => {
        expect(await store.append(deal(1), 'any', [event()])).toMatchObject({ revision: 0 });
        expect(await store.append(deal(1), 'any', [event()])).toMatchObject({ revision: 1 });
      });
    });

    describe('idempotency by event id', () => {
      it.each(['none', 'any'] as const)('the same append again under %s gives the first answer and writes nothing', async (expected) => {
        const events = [event(), event()];
        const first = await store.append(deal(1), expected, events);
        expect(await store.append(deal(1), expected, events)).toEqual({ ...first, repeated: true });
        expect((await store.readStream(deal(1))).events).toHaveLength(2);
      });

      it('is found behind later events too, at the exact revision it was appended at', async () => {
        await store.append(deal(1), 'none', [event()]);
        const events = [event(), event()];
        const first = await store.append(deal(1), 0, events);
        await store.append(deal(1), 2, [event()]);
        expect(await store.append(deal(1), 0, events)).toEqual({ ...first, repeated: true });
        expect((await store.readStream(deal(1))).events).toHaveLength(4);
      });

      it('the first events of an append are a repeat of those', async () => {
        const events = [event(), event()];
        await store.append(deal(1), 'none', events);
        expect(await store.append(deal(1), 'none', events.slice(0, 1))).toMatchObject({ revision: 0, repeated: true });
      });

      it('known events with a new one behind them are no repeat', async () => {
        const events = [event(), event()];
        await store.append(deal(1), 'none', events);
        await expect(store.append(deal(1), 'none', [...events, event()])).rejects.toBeInstanceOf(WrongExpectedRevision);
        await expect(store.append(deal(1), 'any', [...events, event()])).rejects.toBeInstanceOf(WrongExpectedRevision);
      });

      it('the same ids in another stream are other events', async () => {
        const events = [event()];
        await store.append(deal(1), 'any', events);
        expect(await store.append(deal(2), 'any', events)).toMatchObject({ revision: 0, repeated: false });
      });

      it('the current revision as expected appends again', async () => {
        const events = [event()];
        await store.append(deal(1), 'none', events);
        expect(await store.append(deal(1), 0, events)).toMatchObject({ revision: 1, repeated: false });
      });
    });

    describe('an append', () => {
      it('is whole or not there: one event that the catalog does not know refuses all', async () => {
        await expect(store.append(deal(1), 'none', [event(), event('NobodyKnowsIt')])).rejects.toBeInstanceOf(InvalidEvent);
        expect(await store.readStream(deal(1))).toEqual({ exists: false, events: [], end: true });
      });

      it('has events, of JSON objects, in a stream of ours', async () => {
        await expect(store.append(deal(1), 'none', [])).rejects.toBeInstanceOf(InvalidEvent);
        await expect(store.append(deal(1), 'none', [{ ...event(), data: utf8('[1,2') }])).rejects.toBeInstanceOf(InvalidEvent);
        await expect(store.append(deal(1), 'none', [{ ...event(), data: utf8('[1,2]') }])).rejects.toBeInstanceOf(InvalidEvent);
        await expect(store.append(deal(1), 'none', [{ ...event(), data: new Uint8Array([0x7b, 0xff, 0x7d]) }])).rejects.toBeInstanceOf(
          InvalidEvent,
        );
        await expect(store.append('invoice-1' as StreamName, 'none', [event()])).rejects.toBeInstanceOf(InvalidEvent);
        await expect(store.append(deal(1), 'none', [{ ...event(), eventId: 'seven' as EventId }])).rejects.toBeInstanceOf(InvalidEvent);
        expect((await store.readStream(deal(1))).exists).toBe(false);
      });

      it('takes at most 1 MiB', async () => {
        await expect(store.append(deal(1), 'none', [event('A', { text: 'x'.repeat(1_100_000) })])).rejects.toBeInstanceOf(AppendTooLarge);
        expect(await store.append(deal(1), 'none', [event('A', { text: 'x'.repeat(900_000) })])).toMatchObject({ revision: 0 });
      });

      it('many at once: each succeeds or fails by itself, in order', async () => {
        const results = await store.appendMany([
          { stream: deal(1), expected: 'none', events: [event('A')] },
          { stream: deal(1), expected: 'none', events: [event('B')] },
          { stream: deal(2), expected: 'none', events: [event('NobodyKnowsIt')] },
          { stream: deal(1), expected: 0, events: [event('C'), event('D')] },
          { stream: deal(3), expected: 'any', events: [event('E')] },
        ]);
        expect(results.map((result) => (result.status === 'fulfilled' ? result.value.revision : nameOf(result.reason)))).toEqual([
          0,
          'WrongExpectedRevision',
          'InvalidEvent',
          2,
          0,
        ]);
        expect(typesOf(await store.readAll({ after: await identityPosition(store), limit: 10 }))).toEqual(['A', 'C', 'D', 'E']);
      });

      it('many at once are written when what has to be first has happened, and not at all where it failed', async () => {
        let happen: () => void = () => undefined;
        const first = new Promise<void>((resolve) => (happen = resolve));
        const waiting = store.appendMany(
          [
            { stream: deal(1), expected: 0, events: [event('B')] },
            { stream: deal(2), expected: 'none', events: [event('NobodyKnowsIt')] },
          ],
          { after: first },
        );
        expect(await store.append(deal(1), 'none', [event('A')])).toMatchObject({ revision: 0 });
        happen();
        expect((await waiting).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
        const after = Promise.reject(new Error('there was no first'));
        await expect(store.appendMany([{ stream: deal(1), expected: 'any', events: [event('C')] }], { after })).rejects.toThrow('no first');
        expect((await store.readStream(deal(1))).events.map(({ type }) => type)).toEqual(['A', 'B']);
      });

      it('refused beside others leaves them alone: one group, each answered by itself', async () => {
        await store.append(deal(0), 'none', [event()]);
        const appends = await Promise.allSettled(
          Array.from({ length: 40 }, (_, index) =>
            index % 4 === 3
              ? store.append(deal(0), 'none', [event()])
              : store.append(deal(1 + (index % 4)), 'any', [event('A', { index }), event('B', { index })]),
          ),
        );
        expect(appends.filter((append) => append.status === 'rejected').map((append) => nameOf(append.reason))).toEqual(
          Array.from({ length: 10 }, () => 'WrongExpectedRevision'),
        );
        const done = appends.flatMap((append) => (append.status === 'fulfilled' ? [append.value] : []));
        expect(new Set(done.map((append) => append.position)).size).toBe(30);
        for (const id of [1, 2, 3]) {
          const { events } = await store.readStream(deal(id));
          expect(events.map((stored) => stored.revision)).toEqual(Array.from({ length: 20 }, (_, revision) => revision));
          expect(events.map((stored) => stored.type)).toEqual(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'A' : 'B')));
        }
      });

      it('racing for one revision: exactly one wins', async () => {
        await store.append(deal(1), 'none', [event()]);
        const racers = await Promise.allSettled(Array.from({ length: 8 }, () => store.append(deal(1), 0, [event()])));
        expect(racers.filter((racer) => racer.status === 'fulfilled')).toHaveLength(1);
        expect((await store.readStream(deal(1))).events).toHaveLength(2);
      });
    });

    describe('what comes back', () => {
      it('is canonical JSON of the objects, and exactly the bytes of bytes', async () => {
        const bytes = utf8('{"a":"Zürich é 😀 \\u001f","b":1.5}');
        await store.append(deal(1), 'none', [
          event('A', { b: 1.5, a: { d: 'é😀', c: [1e21, -0, null, true] }, '\u20ac': 1, '10': 2, '9': 3 }),
          { ...event('B'), data: bytes, metadata: utf8('{"schemaVersion":1,"z":1}') },
        ]);
        const { events } = await store.readStream(deal(1));
        expect(events.map((stored) => text(stored.data))).toEqual([
          '{"10":2,"9":3,"a":{"c":[1e+21,0,null,true],"d":"é😀"},"b":1.5,"€":1}',
          '{"a":"Zürich é 😀 \\u001f","b":1.5}',
        ]);
        expect(text(events[1]?.metadata ?? '')).toBe('{"schemaVersion":1,"z":1}');
      });

      it('is the whole event, with its place in stream and log', async () => {
        const appended = event('RequestRegistered', { summary: 'two hundred chairs' });
        const result = await store.append(deal(7), 'none', [appended]);
        const expected: StoredEvent = {
          eventId: appended.eventId,
          stream: deal(7),
          revision: 0,
          position: result.position,
          recordedAt: result.recordedAt,
          type: 'RequestRegistered',
          data: '{"summary":"two hundred chairs"}',
          metadata: '{"schemaVersion":1}',
        };
        expect((await store.readStream(deal(7))).events.map(withText)).toEqual([expected]);
        expect(withText(await store.eventAt(result.position))).toEqual(expected);
        expect(result.position).toMatch(/^\d{20}$/);
      });

      it('is nothing at a position without an event of ours', async () => {
        expect(await store.eventAt(LOG_START)).toBeUndefined();
        expect(await store.eventAt(positionOf(positionNumber((await store.head()).position) + 1_000_000))).toBeUndefined();
      });
    });

    describe('paging', () => {
      it('a stream forwards and backwards, inclusive, to its end', async () => {
        await store.append(deal(1), 'none', [event('A'), event('B'), event('C'), event('D'), event('E')]);
        const read = async (options: Parameters<EventStore['readStream']>[1]): Promise<[string, boolean]> => {
          const page = await store.readStream(deal(1), options);
          return [page.events.map((stored) => stored.type).join(''), page.end];
        };
        expect(await read({})).toEqual(['ABCDE', true]);
        expect(await read({ limit: 2 })).toEqual(['AB', false]);
        expect(await read({ from: 2, limit: 2 })).toEqual(['CD', false]);
        expect(await read({ from: 3, limit: 2 })).toEqual(['DE', true]);
        expect(await read({ from: 5 })).toEqual(['', true]);
        expect(await read({ direction: 'backwards' })).toEqual(['EDCBA', true]);
        expect(await read({ direction: 'backwards', limit: 2 })).toEqual(['ED', false]);
        expect(await read({ direction: 'backwards', from: 2, limit: 2 })).toEqual(['CB', false]);
        expect(await read({ direction: 'backwards', from: 1 })).toEqual(['BA', true]);
        expect(await read({ direction: 'backwards', from: 99, limit: 1 })).toEqual(['E', false]);
        expect(await store.readStream(deal(2), { direction: 'backwards' })).toEqual({ exists: false, events: [], end: true });
      });

      it('the log forwards and backwards, each event once, in order, with foreign streams in between never returned', async () => {
        const appended: AppendResult[] = [];
        for (let index = 0; index < 30; index += 1) {
          if (index % 3 === 0)
            await test.appendForeign(index % 2 === 0 ? 'invoice-1' : 'dealer-1', [
              { type: 'Foreign', data: new Uint8Array([0, 255, index]) },
            ]);
          appended.push(await store.append(deal(index % 4), 'any', [event('A', { index })]));
        }
        await test.appendForeign('$$invoice-1', [{ type: '$metadata', data: utf8('{"$maxCount":3}') }]);
        const positions = appended.map((append) => append.position);
        expect([...positions].sort()).toEqual(positions);
        for (const limit of [1, 7, 1000]) {
          const forwards = await pages(store, 'forwards', limit);
          expect(forwards.slice(1).map((stored) => stored.position)).toEqual(positions);
          expect(forwards[0]?.type).toBe('LogIdentified');
          const backwards = await pages(store, 'backwards', limit);
          expect(backwards.reverse()).toEqual(forwards);
        }
        const tenth = positions[10] ?? LOG_START;
        expect((await store.readAll({ after: tenth, limit: 3 })).events.map((stored) => stored.position)).toEqual(positions.slice(11, 14));
        expect((await store.readAll({ before: tenth, direction: 'backwards', limit: 2 })).events.map((stored) => stored.position)).toEqual([
          positions[9],
          positions[8],
        ]);
        const last = positions.at(-1) ?? LOG_START;
        expect((await store.head()).position).toBe(last);
        expect(await store.readAll({ after: last, limit: 5 })).toEqual({ events: [], through: last, end: true });
      });

      it('says how far it looked, so that a filter that matches nothing comes to the end', async () => {
        for (let index = 0; index < 12; index += 1) await store.append(deal(index), 'none', [event(index === 11 ? 'Rare' : 'Often')]);
        let after = LOG_START;
        let found = 0;
        for (let page = await store.readAll({ after, limit: 2, filter: { types: ['Rare'] } }); ;) {
          found += page.events.length;
          expect(page.through >= after).toBe(true);
          after = page.through;
          if (page.end) break;
          page = await store.readAll({ after, limit: 2, filter: { types: ['Rare'] } });
        }
        expect(found).toBe(1);
        expect(after).toBe((await store.head()).position);
      });
    });

    it('filters by category and by type, both together meaning both', async () => {
      await store.append(deal(1), 'none', [event('A'), event('B')]);
      await store.append(streamName('company', '1'), 'none', [event('A'), event('C')]);
      await store.append(streamName('contact', '1'), 'none', [event('D')]);
      await test.appendForeign('invoice-1', [{ type: 'A', data: utf8('{}') }]);
      const read = async (
        filter: Parameters<EventStore['readAll']>[0]['filter'],
        direction: 'forwards' | 'backwards' = 'forwards',
      ): Promise<string[]> =>
        (
          await store.readAll({ limit: 50, ...(direction === 'forwards' ? { after } : { direction }), ...(filter && { filter }) })
        ).events.map((stored) => `${stored.stream}:${stored.type}`);
      const after = await identityPosition(store);
      expect(await read({ categories: ['deal'] })).toEqual(['deal-1:A', 'deal-1:B']);
      expect(await read({ types: ['A'] })).toEqual(['deal-1:A', 'company-1:A']);
      expect(await read({ types: ['A'] }, 'backwards')).toEqual(['company-1:A', 'deal-1:A']);
      expect(await read({ categories: ['company', 'contact'], types: ['A', 'D'] })).toEqual(['company-1:A', 'contact-1:D']);
      expect(await read({ categories: ['quota'] })).toEqual([]);
      expect(await read({ types: ['Never'] })).toEqual([]);
    });

    describe('waiting for new events', () => {
      it('is over at once where there is one already', async () => {
        expect(await store.waitForNew(LOG_START, { timeoutMs: 10_000 })).toBe(true);
      });

      it('is over when one is appended, and the event can be read then', async () => {
        const { position } = await store.head();
        const waiting = Promise.all([store.waitForNew(position, { timeoutMs: 20_000 }), store.waitForNew(position, { timeoutMs: 20_000 })]);
        const appended = await store.append(deal(1), 'none', [event()]);
        expect(await waiting).toEqual([true, true]);
        expect((await store.readAll({ after: position, limit: 1 })).events[0]?.position).toBe(appended.position);
      });

      it('is over for another process of the same log', async () => {
        const other = await test.reopen();
        const { position } = await other.head();
        const waiting = other.waitForNew(position, { timeoutMs: 20_000 });
        await store.append(deal(1), 'none', [event()]);
        expect(await waiting).toBe(true);
        expect((await other.readAll({ after: position, limit: 5 })).events).toHaveLength(1);
        await other.close();
      });

      it('ends at the time-out, at the signal, and what others write does not wake it', async () => {
        const { position } = await store.head();
        expect(await store.waitForNew(position, { timeoutMs: 0 })).toBe(false);
        const abort = new AbortController();
        const waiting = store.waitForNew(position, { timeoutMs: 20_000, signal: abort.signal });
        await test.appendForeign('invoice-1', [{ type: 'Foreign', data: utf8('x') }]);
        abort.abort();
        expect(await waiting).toBe(false);
        expect(await store.waitForNew(position, { timeoutMs: 20_000, signal: abort.signal })).toBe(false);
        expect(await store.waitForNew(position, { timeoutMs: 30 })).toBe(false);
      });
    });

    describe('recorded time', () => {
      it('never decreases with position', async () => {
        for (let index = 0; index < 20; index += 1) {
          test.clock?.set(1_700_000_000_000 + (index % 5 === 4 ? -5_000 : index * 10));
          await store.append(deal(index % 3), 'any', [event(), event()]);
        }
        const times = (await pages(store, 'forwards', 100)).map((stored) => stored.recordedAt);
        expect([...times].sort((a, b) => a - b)).toEqual(times);
        expect((await store.head()).recordedAt).toBe(times.at(-1));
      });

      it('of an instant is the last position recorded by then', async () => {
        for (let index = 0; index < 25; index += 1) {
          test.clock?.set(1_900_000_000_000 + Math.floor(index / 3) * 1_000);
          await store.append(deal(index), 'none', [event()]);
          if (index % 5 === 0) await test.appendForeign('invoice-1', [{ type: 'Foreign', data: utf8('x') }]);
        }
        const events = await pages(store, 'forwards', 100);
        const instants = new Set(events.flatMap(({ recordedAt }) => [recordedAt - 1, recordedAt, recordedAt + 1]));
        for (const instant of instants) {
          const slow = events.filter((stored) => stored.recordedAt <= instant).at(-1)?.position ?? LOG_START;
          expect([instant, await store.positionAt(instant)]).toEqual([instant, slow]);
        }
        expect(await store.positionAt(0)).toBe(LOG_START);
      });
    });

    it('counts our events behind a position or between two, and says where it stopped counting', async () => {
      for (let index = 0; index < 5; index += 1) {
        await store.append(deal(index), 'none', [event(), event()]);
        await test.appendForeign('invoice-1', [{ type: 'Foreign', data: utf8('x') }]);
      }
      const events = await pages(store, 'forwards', 100);
      for (const [index, { position }] of events.entries()) {
        const behind = events.length - 1 - index;
        expect(await store.count({ after: position, atMost: 1_000 })).toEqual({ events: behind, exact: true });
        expect(await store.count({ after: position, atMost: 3 })).toEqual({ events: Math.min(3, behind), exact: behind <= 3 });
        expect(await store.count({ after: LOG_START, through: position, atMost: 1_000 })).toEqual({ events: index + 1, exact: true });
      }
      expect(await store.count({ after: LOG_START, atMost: 1_000 })).toEqual({ events: events.length, exact: true });
    });

    describe('the identity', () => {
      it('is the first of our events and the same for everybody', async () => {
        const first = await firstOf(store);
        expect({ stream: first?.stream, revision: first?.revision, type: first?.type }).toEqual({
          stream: 'log-identity',
          revision: 0,
          type: 'LogIdentified',
        });
        expect(JSON.parse(text(first?.data ?? ''))).toEqual({
          logId: store.identity.logId,
          keyStoreId: CONTRACT_KEY_STORE,
          streamPrefix: store.identity.streamPrefix,
        });
        const other = await test.reopen();
        expect(other.identity).toEqual(store.identity);
        await other.close();
      });

      it('names its KeyStore: a process with another one does not start', async () => {
        await expect(test.reopen({ keyStoreId: 'another' })).rejects.toBeInstanceOf(LogRefused);
      });

      it('closes the log when it was moved: it can be read and takes no more', async () => {
        const moved = await store.append(streamName('log', 'identity'), 'exists', [event('LogMoved', { to: 'esdb://elsewhere:2113' })]);
        await expect(store.append(deal(1), 'none', [event()])).rejects.toBeInstanceOf(LogClosed);
        const results = await store
          .appendMany([{ stream: deal(1), expected: 'none', events: [event()] }])
          .catch((error: unknown) => nameOf(error));
        expect(results === 'LogClosed' || (Array.isArray(results) && results.every((result) => result.status === 'rejected'))).toBe(true);
        const other = await test.reopen();
        await expect(other.append(deal(1), 'none', [event()])).rejects.toBeInstanceOf(LogClosed);
        expect((await other.head()).position).toBe(moved.position);
        await other.close();
      });
    });
  });
}

let ids = 0;

function event(type = 'RequestRegistered', data: JsonObject = {}): EventToAppend {
  ids += 1;
  return {
    eventId: `01890000-0000-7000-8000-${ids.toString(16).padStart(12, '0')}` as EventId,
    type,
    data,
    metadata: { schemaVersion: 1 },
  };
}

function deal(id: number): StreamName {
  return streamName('deal', String(id));
}

function utf8(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

/** Of our events: on a server that others use too, their events may come first by the page. */
async function firstOf(store: EventStore): Promise<StoredEvent | undefined> {
  for await (const [first] of logPages(store, { limit: 1 })) if (first !== undefined) return first;
  return undefined;
}

function text(value: EventBytes): string {
  return typeof value === 'string' ? value : new TextDecoder().decode(value);
}

function withText<E extends StoredEvent | undefined>(stored: E): E {
  return stored && { ...stored, data: text(stored.data), metadata: text(stored.metadata) };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}

function typesOf(page: LogPage): string[] {
  return page.events.map((stored) => stored.type);
}

async function identityPosition(store: EventStore): Promise<Position> {
  return (await firstOf(store))?.position ?? LOG_START;
}

/** Every event of ours, page by page as a reader goes on. */
async function pages(store: EventStore, direction: 'forwards' | 'backwards', limit: number): Promise<StoredEvent[]> {
  const all: StoredEvent[] = [];
  for (let next: Position | undefined; ;) {
    const from = next === undefined ? {} : direction === 'forwards' ? { after: next } : { before: next };
    const page: LogPage = await store.readAll({ direction, limit, ...from });
    expect(page.events.length).toBeLessThanOrEqual(limit);
    all.push(...page.events);
    if (page.end) return all;
    next = page.through;
  }
}
