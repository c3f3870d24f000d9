import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventId } from '../domain/shared/ids.js';
import { streamName } from '../domain/shared/ids.js';
import { positionOf } from '../domain/shared/position.js';
import type { EventStore } from '../event-store/event-store.port.js';
import { openSqliteEventStore } from '../event-store/sqlite/sqlite-event-store.js';
import type { Behindhand } from './lag.js';
import { measureLag } from './lag.js';

const EVENTS = 25_000;
const RECORDED = 1_700_000_000_000;

/** A partition that stands so many events before the end of the log. */
function standing(partition: number, before: number): Behindhand {
  const position = positionOf(1 + EVENTS - before); // the log's identity is its first event
  const checkpoint = { position, eventId: null, recordedAt: RECORDED, logId: 'log', epoch: 1 };
  return {
    ...{ model: { name: 'm', version: 1 } as Behindhand['model'], partition, checkpoint, state: 'live', movedAt: RECORDED },
    error: null,
    parked: new Map(),
  };
}

describe('how far read models are behind', () => {
  const dir = mkdtempSync(join(tmpdir(), 'dealtrail-lag-'));
  let log: EventStore;
  let handedOut = 0;
  beforeAll(async () => {
    const opened = openSqliteEventStore({
      ...{ file: join(dir, 'log.db'), clock: { now: () => RECORDED }, checkStored: () => undefined, keyStoreId: 'test-keys' },
    });
    const event = () => ({ eventId: crypto.randomUUID() as EventId, type: 'T', data: {}, metadata: {} });
    await opened.append(streamName('deal', '1'), 'none', Array.from({ length: EVENTS }, event));
    log = opened;
    const readAll = opened.readAll.bind(opened);
    opened.readAll = async (asked) => {
      const page = await readAll(asked);
      handedOut += page.events.length;
      return page;
    };
  });
  beforeEach(() => (handedOut = 0));
  afterAll(async () => {
    await log.close();
    rmSync(dir, { recursive: true });
  });

  it('is counted in the store: no more of the log is handed out than one event for each place', async () => {
    const before = [900, 1_000, 1_000, 700, 0, 1, 300, 999];
    const lags = await measureLag(
      log,
      before.map((events, partition) => standing(partition, events)),
      RECORDED + 5_000,
    );
    expect(lags.map(({ events }) => events)).toEqual(before);
    expect(lags.map(({ exact, seconds }) => [exact, seconds])).toEqual(before.map((events) => [true, events === 0 ? 0 : 5]));
    expect(handedOut).toBe(6);
  });

  it('is at least so many where the log goes on', async () => {
    const lags = await measureLag(
      log,
      [25_000, 24_000, 5_500, 2_000].map((events, partition) => standing(partition, events)),
      RECORDED,
    );
    expect(lags.map(({ events, exact }) => [events, exact])).toEqual([
      [20_000, false],
      [20_000, false],
      [5_500, true],
      [2_000, true],
    ]);
    expect(handedOut).toBe(4);
  });
});
