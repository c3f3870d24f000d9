import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANY, EventStoreDBClient, START, jsonEvent } from '@eventstore/db-client';
import { streamName } from '../../domain/shared/ids.js';
import type { EventId } from '../../domain/shared/ids.js';
import { CONTRACT_KEY_STORE, checkForContract } from '../contract/event-store.contract.js';
import { openEventStoreDB } from '../eventstoredb/eventstoredb-event-store.js';
import { openLogFile } from '../sqlite/log-file.js';
import { openSqliteEventStore } from '../sqlite/sqlite-event-store.js';
import type { OwnCategories } from './append-policy.js';
import { startProtocolServer } from './protocol-server.js';

const clock = { now: () => Date.now() };
const options = { clock, checkStored: checkForContract, keyStoreId: CONTRACT_KEY_STORE };
const checked: OwnCategories = { kind: 'checked', checkStored: checkForContract };
const ours = (type = 'RequestRegistered') => jsonEvent({ type, data: { a: 1 }, metadata: { schemaVersion: 1 } });
let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'dealtrail-own-'))));
afterEach(() => rmSync(dir, { recursive: true }));

async function serve(own: OwnCategories, log = openLogFile({ file: join(dir, 'log.db'), clock })) {
  const server = await startProtocolServer({ log, clock, ownCategories: own, port: 0 });
  const client = EventStoreDBClient.connectionString(server.connectionString);
  return {
    url: server.connectionString,
    client,
    server,
    stop: async () => {
      await client.dispose();
      await server.stop();
      log.close();
    },
  };
}

async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'taken',
    (error: { type?: string; code?: number }) => `${error.type ?? 'error'}${error.code === undefined ? '' : ` ${error.code}`}`,
  );
}

describe('the embedded log served to EventStoreDB clients', () => {
  it('beside the deciders refuses every append, deletion and metadata write in our own categories', async () => {
    const store = openSqliteEventStore({ ...options, file: join(dir, 'log.db') });
    await store.append(streamName('deal', '1'), 'none', [
      { eventId: crypto.randomUUID() as EventId, type: 'A', data: {}, metadata: { schemaVersion: 1 } },
    ]);
    const { client, stop } = await serve({ kind: 'refused' }, store.log);
    expect(await refusal(client.appendToStream('deal-1', ours()))).toBe('access-denied');
    expect(await refusal(client.appendToStream('deal-1', ours(), { credentials: { username: 'a', password: 'b' } }))).toBe(
      'access-denied 7',
    );
    expect(await refusal(client.deleteStream('deal-1', { expectedRevision: ANY }))).toBe('access-denied 7');
    expect(await refusal(client.tombstoneStream('deal-2', { expectedRevision: ANY }))).toBe('access-denied 7');
    expect(await refusal(client.setStreamMetadata('deal-1', { maxCount: 1 }))).toBe('access-denied');
    expect(await refusal(client.appendToStream('log-identity', ours('LogMoved')))).toBe('access-denied');
    expect(await refusal(client.appendToStream('dealer-1', ours()))).toBe('taken');
    const { events } = await store.readAll({ limit: 10 });
    expect(events.map(({ stream, type }) => `${stream}:${type}`)).toEqual(['log-identity:LogIdentified', 'deal-1:A']);
    await stop();
  });

  it('alone takes what passes the catalog and refuses everything else there', async () => {
    const { client, stop } = await serve(checked);
    expect(await refusal(client.appendToStream('deal-1', ours()))).toBe('taken');
    const plain = { credentials: { username: 'a', password: 'b' } };
    expect(await refusal(client.appendToStream('deal-1', ours('NobodyKnowsIt'), plain))).toBe('unknown 3');
    expect(await refusal(client.appendToStream('deal-1', [ours(), ours('NobodyKnowsIt')], plain))).toBe('unknown 3');
    expect(await refusal(client.deleteStream('deal-1', { expectedRevision: ANY }))).toBe('access-denied 7');
    expect(await refusal(client.setStreamMetadata('deal-1', { truncateBefore: 1 }))).toBe('access-denied');
    const types: string[] = [];
    for await (const { event } of client.readStream('deal-1', { fromRevision: START })) types.push(event?.type ?? '');
    expect(types).toEqual(['RequestRegistered']);
    await stop();
  });

  it('is served beyond loopback only with TLS and users', async () => {
    const log = openLogFile({ file: join(dir, 'log.db'), clock });
    await expect(startProtocolServer({ log, clock, ownCategories: checked, host: '0.0.0.0', port: 0 })).rejects.toThrow(
      /only with TLS and users$/,
    );
    log.close();
  });

  it('ends open subscriptions when it stops, and a start on the same port is found by the same client', async () => {
    const first = await serve(checked);
    const store = await openEventStoreDB({ ...options, url: first.url, retryMs: 20_000 });
    const { position } = await store.head();
    const waiting = store.waitForNew(position, { timeoutMs: 20_000 });
    const subscription = first.client.subscribeToAll({ fromPosition: START });
    const ended = new Promise<string>((resolve) => subscription.on('error', (error) => resolve((error as { type?: string }).type ?? '')));
    await new Promise((resolve) => subscription.on('caughtUp', () => resolve(undefined)));
    await first.server.stop();
    expect(await ended).toBe('cancelled');
    await first.stop();
    const log = openLogFile({ file: join(dir, 'log.db'), clock });
    const again = await startProtocolServer({ log, clock, ownCategories: checked, port: first.server.port });
    const appended = await store.append(streamName('deal', '1'), 'none', [
      { eventId: crypto.randomUUID() as EventId, type: 'A', data: {}, metadata: { schemaVersion: 1 } },
    ]);
    expect(appended).toMatchObject({ revision: 0, repeated: false });
    expect(await waiting).toBe(true);
    await store.close();
    await again.stop();
    log.close();
  });

  it('that holds streams named like ours without our identity is refused, with the advice to set a prefix', async () => {
    const { client, url, stop } = await serve({ kind: 'checked', checkStored: () => undefined });
    await client.appendToStream('deal-somebody-elses', ours());
    await expect(openEventStoreDB({ ...options, url })).rejects.toMatchObject({
      name: 'LogRefused',
      message:
        "the event store holds streams of others named like ours ('deal-somebody-elses') and no identity of ours: set DEALTRAIL_STREAM_PREFIX",
    });
    await stop();
  });
});
