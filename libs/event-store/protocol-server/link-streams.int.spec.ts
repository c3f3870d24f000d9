import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BACKWARDS,
  END,
  EventStoreDBClient,
  START,
  jsonEvent,
  persistentSubscriptionToStreamSettingsFromDefaults,
} from '@eventstore/db-client';
import type { ResolvedEvent } from '@eventstore/db-client';
import type { EventId, StreamName } from '../../domain/shared/ids.js';
import { CONTRACT_KEY_STORE, checkForContract } from '../contract/event-store.contract.js';
import type { EventStore } from '../event-store.port.js';
import { openSqliteEventStore } from '../sqlite/sqlite-event-store.js';
import { startProtocolServer } from './protocol-server.js';
import type { ProtocolServer } from './protocol-server.js';

const clock = { now: () => Date.now() };
const HISTORY = ['deal-1:Opened', 'company-1:Named', 'deal-2:Opened', 'deal-1:Moved', 'deal-1:Won', 'company-1:Renamed', 'deal-2:Lost'];

let dir: string;
let store: EventStore & { readonly log: Parameters<typeof startProtocolServer>[0]['log'] };
let server: ProtocolServer;
let client: EventStoreDBClient;

async function open(streamPrefix = ''): Promise<void> {
  store = openSqliteEventStore({
    ...{ file: join(dir, 'log.db'), clock, checkStored: checkForContract, keyStoreId: CONTRACT_KEY_STORE, streamPrefix },
  });
  server = await startProtocolServer({ log: store.log, clock, ownCategories: { kind: 'refused' }, port: 0 });
  client = EventStoreDBClient.connectionString(server.connectionString);
}

async function close(): Promise<void> {
  await client.dispose();
  await server.stop();
  await store.close();
}

/** `stream:Type`, in order, with an event of somebody else after each. */
async function append(...told: readonly string[]): Promise<void> {
  for (const one of told) {
    const [stream, type = ''] = one.split(':');
    const event = { eventId: crypto.randomUUID() as EventId, type, data: {}, metadata: { schemaVersion: 1 } };
    await store.append(stream as StreamName, 'any', [event]);
    await client.appendToStream('theirs-1', jsonEvent({ type: 'Opened', data: {} }));
  }
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'dealtrail-links-'));
  await open();
  await append(...HISTORY);
});
afterEach(async () => {
  await close();
  rmSync(dir, { recursive: true });
});

/** `number:revision@stream` of an unresolved link, `number=type` of a resolved one. */
function told({ event, link }: ResolvedEvent): string {
  if (link !== undefined) return `${link.revision}=${event?.type ?? 'nothing'}`;
  return `${event?.revision}:${Buffer.from(event?.data as Uint8Array).toString()}`;
}

type ReadOptions = Parameters<EventStoreDBClient['readStream']>[1];
async function read(stream: string, options: ReadOptions = {}): Promise<string[]> {
  const found: string[] = [];
  for await (const resolved of client.readStream(stream, options)) found.push(told(resolved));
  return found;
}

async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'taken',
    (error: { type?: string }) => error.type ?? 'error',
  );
}

describe('streams of links to our own events', () => {
  it('hold one category, one type, or the beginnings of the streams, numbered from 0 in the order of the log', async () => {
    expect(await read('$ce-deal')).toEqual(['0:0@deal-1', '1:0@deal-2', '2:1@deal-1', '3:2@deal-1', '4:1@deal-2']);
    expect(await read('$ce-deal', { resolveLinkTos: true })).toEqual(['0=Opened', '1=Opened', '2=Moved', '3=Won', '4=Lost']);
    expect(await read('$ce-company')).toEqual(['0:0@company-1', '1:1@company-1']);
    // What somebody else calls the same is not ours.
    expect(await read('$et-Opened')).toEqual(['0:0@deal-1', '1:0@deal-2']);
    expect(await read('$streams')).toEqual(['0:0@log-identity', '1:0@deal-1', '2:0@company-1', '3:0@deal-2']);
    await expect(read('$ce-quota')).rejects.toMatchObject({ type: 'stream-not-found' });
    await expect(read('$ce-theirs')).rejects.toMatchObject({ type: 'stream-not-found' });
    await expect(read('$et-Never')).rejects.toMatchObject({ type: 'stream-not-found' });
  });

  it('are read in both directions from any number', async () => {
    expect(await read('$ce-deal', { fromRevision: 3n })).toEqual(['3:2@deal-1', '4:1@deal-2']);
    expect(await read('$ce-deal', { fromRevision: 1n, maxCount: 2 })).toEqual(['1:0@deal-2', '2:1@deal-1']);
    expect(await read('$ce-deal', { fromRevision: 9n })).toEqual([]);
    expect(await read('$ce-deal', { direction: BACKWARDS, fromRevision: END, maxCount: 2, resolveLinkTos: true })).toEqual([
      '4=Lost',
      '3=Won',
    ]);
    expect(await read('$ce-deal', { direction: BACKWARDS, fromRevision: 1n })).toEqual(['1:0@deal-2', '0:0@deal-1']);
  });

  it('show the same links, ids and positions whenever they are read', async () => {
    const whole = async (): Promise<unknown[]> => {
      const found: unknown[] = [];
      for (const stream of ['$ce-deal', '$et-Opened', '$streams'])
        for await (const { event, link } of client.readStream(stream, { resolveLinkTos: true }))
          found.push([link?.id, link?.revision, link?.position, link?.created, link?.metadata, event?.id]);
      return found;
    };
    const before = await whole();
    expect(new Set(before.map((one) => (one as string[])[0])).size).toBe(before.length);
    await close();
    await open();
    await append('deal-3:Opened');
    const after = await whole();
    expect(after).toHaveLength(before.length + 3);
    expect(after.slice(0, 5)).toEqual(before.slice(0, 5));
    expect(await read('$ce-deal', { fromRevision: 5n })).toEqual(['5:0@deal-3']);
  });

  it('are followed from a number, through what is there, to what comes', async () => {
    const seen: string[] = [];
    let wake: () => void = () => undefined;
    const subscription = client.subscribeToStream('$ce-deal', { fromRevision: 2n, resolveLinkTos: true });
    subscription.on('data', (resolved) => (seen.push(told(resolved)), wake()));
    subscription.on('caughtUp', () => (seen.push('caught up'), wake()));
    const until = async (count: number): Promise<void> => {
      while (seen.length < count) await new Promise<void>((resolve) => (wake = resolve));
    };
    await until(3);
    await append('company-2:Named', 'deal-3:Opened', 'deal-3:Won');
    await until(5);
    await subscription.unsubscribe();
    expect(seen).toEqual(['3=Won', '4=Lost', 'caught up', '5=Opened', '6=Won']);
  });

  it('that are longer than a page come whole, in both directions and to a subscriber', async () => {
    const events = Array.from({ length: 700 }, () => ({
      ...{ eventId: crypto.randomUUID() as EventId, type: 'Moved', data: {}, metadata: { schemaVersion: 1 } },
    }));
    await store.append('deal-9' as StreamName, 'none', events);
    const numbers = Array.from({ length: 705 }, (_, index) => index);
    const numbersOf = (all: readonly string[]): number[] => all.map((one) => Number.parseInt(one, 10));
    expect(numbersOf(await read('$ce-deal'))).toEqual(numbers);
    expect(numbersOf(await read('$ce-deal', { direction: BACKWARDS, fromRevision: END }))).toEqual(numbers.toReversed());
    const followed: number[] = [];
    for await (const { event } of client.subscribeToStream('$ce-deal', { fromRevision: START })) {
      if (followed.push(Number(event?.revision)) === 705) break;
    }
    expect(followed).toEqual(numbers);
  });

  it('are shared by the consumers of a group, over a restart of the server', async () => {
    const settings = persistentSubscriptionToStreamSettingsFromDefaults({
      ...{ startFrom: START, resolveLinkTos: true, checkPointLowerBound: 1, checkPointUpperBound: 1 },
    });
    await client.createPersistentSubscriptionToStream('$ce-deal', 'g', settings);
    const take = async (count: number): Promise<string[]> => {
      const taken: string[] = [];
      const subscription = client.subscribeToPersistentSubscriptionToStream('$ce-deal', 'g');
      for await (const resolved of subscription) {
        await subscription.ack(resolved);
        if (taken.push(told(resolved)) === count) break;
      }
      return taken;
    };
    expect(await take(5)).toEqual(['0=Opened', '1=Opened', '2=Moved', '3=Won', '4=Lost']);
    const checkpoint = '"4"';
    for await (const { event } of client.subscribeToStream('$persistentsubscription-$ce-deal::g-checkpoint', { fromRevision: START })) {
      if (JSON.stringify(event?.data) === checkpoint) break;
    }
    await close();
    await open();
    await append('deal-3:Opened');
    expect(await take(1)).toEqual(['5=Opened']);
  });

  it('take no appends and cannot be deleted', async () => {
    const event = jsonEvent({ type: 'T', data: {} });
    for (const stream of ['$ce-deal', '$et-Opened', '$streams']) {
      expect(await refusal(client.appendToStream(stream, event))).toBe('access-denied');
      expect(await refusal(client.deleteStream(stream))).toBe('access-denied');
      expect(await refusal(client.tombstoneStream(stream))).toBe('access-denied');
    }
    expect(await refusal(client.appendToStream('$ce-theirs', event))).toBe('taken');
  });

  it("are cut by their metadata, as a real server's are", async () => {
    await client.setStreamMetadata('$ce-deal', { maxCount: 2 });
    expect(await read('$ce-deal')).toEqual(['3:2@deal-1', '4:1@deal-2']);
  });

  it('have the prefix of our streams in their names', async () => {
    await close();
    rmSync(join(dir, 'log.db'));
    await open('acme');
    await append('deal-1:Opened');
    expect(await read('$ce-acme_deal')).toEqual(['0:0@acme_deal-1']);
    await expect(read('$ce-deal')).rejects.toMatchObject({ type: 'stream-not-found' });
  });
});
