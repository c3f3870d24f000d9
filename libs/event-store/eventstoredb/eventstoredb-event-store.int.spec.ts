import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, binaryEvent } from '@eventstore/db-client';
import { realEventStore } from '../../testing/real-event-store.js';
import { CONTRACT_KEY_STORE, checkForContract, describeEventStoreContract } from '../contract/event-store.contract.js';
import type { EventStoreUnderTest } from '../contract/event-store.contract.js';
import { startProtocolServer } from '../protocol-server/protocol-server.js';
import { openLogFile } from '../sqlite/log-file.js';
import { openEventStoreDB } from './eventstoredb-event-store.js';

/** A real server where EVENTSTORE_URL names one (each test under a prefix of its own there), else the protocol server over a fresh embedded log. */
const realServer = realEventStore()?.url;

function underTest(streamPrefix: string) {
  return async (): Promise<EventStoreUnderTest> => {
    const server = realServer === undefined ? await freshServer(streamPrefix) : undefined;
    const url = server?.url ?? realServer ?? '';
    const options = {
      url,
      clock: { now: () => 1_700_000_000_000 },
      checkStored: checkForContract,
      keyStoreId: CONTRACT_KEY_STORE,
      streamPrefix: server === undefined ? `t${randomUUID().replaceAll('-', '')}` : streamPrefix,
    };
    const store = await openEventStoreDB(options);
    const foreign = EventStoreDBClient.connectionString(url);
    return {
      store,
      reopen: async (other = {}) => openEventStoreDB({ ...options, ...other }),
      clock: server?.clock,
      appendForeign: async (stream, events) => {
        await foreign.appendToStream(
          stream,
          events.map(({ type, data }) => binaryEvent({ type, data })),
        );
      },
      dispose: async () => {
        await store.close();
        await foreign.dispose();
        await server?.stop();
      },
    };
  };
}

async function freshServer(streamPrefix: string) {
  const dir = mkdtempSync(join(tmpdir(), 'dealtrail-protocol-'));
  let now = 1_700_000_000_000;
  const clock = { now: () => now, set: (at: number) => void (now = at) };
  const log = openLogFile({ file: join(dir, 'log.db'), clock, streamPrefix });
  // Deadlines of batch appends are real time; what is recorded is the test's.
  const server = await startProtocolServer({
    log,
    clock: { now: () => Date.now() },
    ownCategories: { kind: 'checked', checkStored: checkForContract },
    port: 0,
  });
  return {
    url: server.connectionString,
    clock,
    stop: async () => {
      await server.stop();
      log.close();
      rmSync(dir, { recursive: true });
    },
  };
}

describeEventStoreContract('EventStoreDB', underTest(''));
describeEventStoreContract('EventStoreDB with a stream prefix', underTest('acme'));
