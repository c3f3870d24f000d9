import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTRACT_KEY_STORE, checkForContract, describeEventStoreContract } from '../contract/event-store.contract.js';
import { openSqliteEventStore } from './sqlite-event-store.js';

function underTest(streamPrefix: string, writerThread = false) {
  return async () => {
    const dir = mkdtempSync(join(tmpdir(), 'dealtrail-log-'));
    const file = join(dir, 'log.db');
    let now = 1_700_000_000_000;
    const clock = { now: () => now };
    const options = { file, clock, checkStored: checkForContract, keyStoreId: CONTRACT_KEY_STORE, streamPrefix, writerThread };
    const store = openSqliteEventStore(options);
    return {
      store,
      reopen: async (other = {}) => openSqliteEventStore({ ...options, readOnly: true, pollMs: 1, ...other }),
      clock: { set: (at: number) => void (now = at) },
      appendForeign: async (stream: string, events: readonly { type: string; data: Uint8Array }[]) => {
        await store.log.perform((transaction) =>
          transaction.append(
            stream,
            events.map(({ type, data }) => ({ eventId: crypto.randomUUID(), type, json: false, data, metadata: new Uint8Array() })),
          ),
        );
      },
      dispose: async () => {
        await store.close();
        rmSync(dir, { recursive: true });
      },
    };
  };
}

describeEventStoreContract('the SQLite log', underTest(''));
describeEventStoreContract('the SQLite log with a stream prefix', underTest('acme'));
describeEventStoreContract('the SQLite log with a stream prefix, written in a thread of its own,', underTest('acme', true));
