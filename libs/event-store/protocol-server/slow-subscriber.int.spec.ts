import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, START, persistentSubscriptionToStreamSettingsFromDefaults } from '@eventstore/db-client';
import { openLogFile } from '../sqlite/log-file.js';
import type { LogFile } from '../sqlite/log-file.js';
import { startProtocolServer } from './protocol-server.js';
import type { ProtocolServer } from './protocol-server.js';

const clock = { now: () => Date.now() };
const EVENTS = 50_000;
const BATCH = 1_000;
/** A page of the log, what fits into the connection's window, and what both ends hold of a stream: of 50,000 events of 600 bytes. */
const AT_MOST_IN_HAND = 2_000;

let dir: string;
let log: LogFile;
let server: ProtocolServer;
let client: EventStoreDBClient;
/** Events that the server has taken out of the file: all that it, the line and the client together can hold. */
let taken = 0;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'dealtrail-slow-'));
  log = openLogFile({ file: join(dir, 'log.db'), clock });
  server = await startProtocolServer({ log, clock, ownCategories: { kind: 'refused' }, port: 0 });
  client = EventStoreDBClient.connectionString(server.connectionString);
  taken = 0;
  const { reads } = log;
  const counted = <A extends unknown[], E>(read: (...args: A) => E[]) => {
    return (...args: A): E[] => {
      const events = read.apply(reads, args);
      taken += events.length;
      return events;
    };
  };
  reads.readStream = counted(reads.readStream.bind(reads));
  reads.readRange = counted(reads.readRange.bind(reads));
});
afterEach(async () => {
  await client.dispose();
  await server.stop();
  log.close();
  rmSync(dir, { recursive: true });
});

/** Appends by the log's own door, so that nothing but the subscriber reads. Between two batches the server has its turns. */
async function appendMany(): Promise<void> {
  const data = JSON.stringify({ text: 'x'.repeat(500) });
  for (let batch = 0; batch < EVENTS / BATCH; batch += 1) {
    const events = Array.from({ length: BATCH }, () => ({ eventId: crypto.randomUUID(), type: 'T', json: true, data, metadata: '{}' }));
    await log.perform((transaction) => transaction.append('long-1', events));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

// The client's overloads fit no common type but this one.
const confirmed = (subscription: { once(event: 'confirmation', listener: () => void): unknown }): Promise<unknown> =>
  new Promise((resolve) => subscription.once('confirmation', () => resolve(undefined)));

async function revisionsOf(subscription: AsyncIterable<{ event?: { streamId: string; revision: bigint } }>): Promise<number[]> {
  const revisions: number[] = [];
  for await (const { event } of subscription) {
    if (event?.streamId !== 'long-1') continue;
    if (revisions.push(Number(event.revision)) === EVENTS) break;
  }
  return revisions;
}

describe('a subscriber that takes nothing while 50,000 events are appended', () => {
  it.each(['a stream', '$all'])('of %s has no more than a page and a window held for it, and then gets them all', async (source) => {
    const subscription =
      source === '$all' ? client.subscribeToAll({ fromPosition: START }) : client.subscribeToStream('long-1', { fromRevision: START });
    await confirmed(subscription);
    await appendMany();
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan(AT_MOST_IN_HAND);
    expect(await revisionsOf(subscription)).toEqual(Array.from({ length: EVENTS }, (_, index) => index));
  });

  it.each([10, 60_000])('of a group, with %i deliveries allowed, has no more than those and a window held for it', async (bufferSize) => {
    const settings = persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START });
    await client.createPersistentSubscriptionToStream('long-1', 'g', settings);
    const subscription = client.subscribeToPersistentSubscriptionToStream('long-1', 'g', { bufferSize });
    await confirmed(subscription);
    taken = 0;
    await appendMany();
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan(bufferSize === 10 ? 100 : AT_MOST_IN_HAND);
    const delivered: number[] = [];
    for await (const resolved of subscription) {
      await subscription.ack(resolved);
      if (delivered.push(Number(resolved.event?.revision)) === 5_000) break;
    }
    expect(delivered).toEqual(Array.from({ length: 5_000 }, (_, index) => index));
  });
});
