import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { streamName } from '../../domain/shared/ids.js';
import type { EventId } from '../../domain/shared/ids.js';
import { LOG_START } from '../../domain/shared/position.js';
import type { Position } from '../../domain/shared/position.js';
import { openFaultProxy } from '../../testing/fault-proxy.js';
import type { FaultProxy } from '../../testing/fault-proxy.js';
import { CONTRACT_KEY_STORE, checkForContract } from '../contract/event-store.contract.js';
import { EventStoreUnavailable } from '../event-store.port.js';
import type { EventStore, EventToAppend, StoredEvent } from '../event-store.port.js';
import { startProtocolServer } from '../protocol-server/protocol-server.js';
import type { ProtocolServer } from '../protocol-server/protocol-server.js';
import { openLogFile } from '../sqlite/log-file.js';
import type { LogFile } from '../sqlite/log-file.js';
import { openEventStoreDB } from './eventstoredb-event-store.js';

const DEAL = streamName('deal', '1');
/** A test here ends by what it waits for; this only bounds one that would never end, on a machine however busy. */
const PATIENCE_MS = 120_000;
let now = 1_700_000_000_000;
const clock = { now: () => now };

let dir: string;
let log: LogFile;
let server: ProtocolServer;
let line: FaultProxy;
let store: EventStore;

async function serve(): Promise<void> {
  log = openLogFile({ file: join(dir, 'log.db'), clock });
  const own = { kind: 'checked', checkStored: checkForContract } as const;
  // Deadlines of batch appends are real time; what is recorded is the test's.
  server = await startProtocolServer({ log, clock: { now: () => Date.now() }, ownCategories: own, port: 0 });
}

async function endServer(): Promise<void> {
  await server.stop();
  log.close();
}

async function connect(options: { timeoutMs?: number; retryMs?: number } = {}): Promise<EventStore> {
  const url = `esdb://127.0.0.1:${line.port}?tls=false`;
  return openEventStoreDB({ url, clock, checkStored: checkForContract, keyStoreId: CONTRACT_KEY_STORE, retryMs: PATIENCE_MS, ...options });
}

beforeEach(async () => {
  now = 1_700_000_000_000;
  dir = mkdtempSync(join(tmpdir(), 'dealtrail-store-faults-'));
  await serve();
  line = await openFaultProxy(server.port);
  store = await connect();
});
afterEach(async () => {
  await store.close();
  await line.close();
  await endServer();
  rmSync(dir, { recursive: true });
});

function event(number: number, filler = ''): EventToAppend {
  return { eventId: crypto.randomUUID() as EventId, type: 'T', data: { number, filler }, metadata: { schemaVersion: 1 } };
}

const numberOf = ({ data }: { data: unknown }): number => (JSON.parse(String(data)) as { number: number }).number;

/** What the file holds of our deals, without the line between. */
function written(): number[] {
  const category = log.categoryNumber('deal') ?? 0;
  const range = { after: 0, through: log.last().position, backwards: false, limit: 100_000, categories: [category] };
  return log.read((reads) => reads.readRange(range)).map(numberOf);
}

/** Runs once, when the next commit is on the disk and before anybody has been told. */
function atNextCommit(work: () => void): void {
  const stop = log.watch(() => {
    stop();
    work();
  });
}

describe('the EventStoreDB adapter on a bad line', () => {
  it.each(['none', 0] as const)('appends once when the answer is lost, expecting %s: the repetition finds the first', async (expected) => {
    if (expected === 0) await store.append(DEAL, 'none', [event(0)]);
    const before = written();
    atNextCommit(() => line.breakAll());
    const result = await store.append(DEAL, expected, [event(1), event(2)]);
    expect(result.revision).toBe(before.length + 1);
    expect(written()).toEqual([...before, 1, 2]);
    expect((await store.readStream(DEAL)).events.map(numberOf)).toEqual([...before, 1, 2]);
  });

  it('appends once when the request is lost', async () => {
    line.state = 'frozen';
    const appending = store.append(DEAL, 'none', [event(1)]);
    line.breakAll();
    line.state = 'open';
    expect(await appending).toMatchObject({ revision: 0, repeated: false });
    expect(written()).toEqual([1]);
  });

  it('says so where an append that names no revision was lost, and knows it again by its ids', async () => {
    const events = [event(1), event(2)];
    atNextCommit(() => line.breakAll());
    await expect(store.append(DEAL, 'any', events)).rejects.toThrow(EventStoreUnavailable);
    expect(written()).toEqual([1, 2]);
    expect(await store.append(DEAL, 'any', events)).toMatchObject({ revision: 1, repeated: true });
    line.state = 'frozen';
    const more = [event(3)];
    const lost = store.append(DEAL, 'any', more);
    line.breakAll();
    line.state = 'open';
    await expect(lost).rejects.toThrow(EventStoreUnavailable);
    expect(await store.append(DEAL, 'any', more)).toMatchObject({ revision: 2, repeated: false });
    expect(written()).toEqual([1, 2, 3]);
  });

  it(
    'brings every append of many through, once and in order, when the line breaks in their midst',
    async () => {
      const requests = Array.from({ length: 120 }, (_, number) => ({
        ...{ stream: DEAL, expected: number === 0 ? ('none' as const) : number - 1, events: [event(number, 'x'.repeat(2_000))] },
      }));
      void line.breakAfter(2_000);
      const results = await store.appendMany(requests);
      // Whoever was ahead of a lost one is told that the stream is not so far yet, and asks again.
      const again = requests.filter((_, index) => results[index]?.status === 'rejected');
      for (const request of again) await store.append(request.stream, request.expected, request.events);
      const numbers = requests.map((_, number) => number);
      expect(written()).toEqual(numbers);
      expect((await store.readStream(DEAL)).events.map(({ revision }) => revision)).toEqual(numbers);
    },
    PATIENCE_MS,
  );

  it(
    'reads a page whole when it breaks off in its midst, in both directions and of a stream',
    async () => {
      const events = Array.from({ length: 1_500 }, (_, number) => event(number, 'y'.repeat(200)));
      await store.append(DEAL, 'none', events);
      const numbers = events.map((_, number) => number);
      const all = async (direction: 'forwards' | 'backwards'): Promise<number[]> =>
        (await store.readAll({ direction, limit: 2_000, filter: { categories: ['deal'] } })).events.map(numberOf);
      for (const bytes of [1_000, 100_000, 300_000]) {
        const broken = [line.breakAfter(bytes)];
        expect(await all('forwards')).toEqual(numbers);
        broken.push(line.breakAfter(bytes));
        expect(await all('backwards')).toEqual(numbers.toReversed());
        broken.push(line.breakAfter(bytes));
        expect((await store.readStream(DEAL)).events.map(numberOf)).toEqual(numbers);
        await Promise.all(broken); // each of them did break
      }
    },
    PATIENCE_MS,
  );

  it(
    'gives up in time on a line where nothing passes, and goes on when it does',
    async () => {
      await store.close();
      // Opening takes several calls, and on a busy machine one of them may be late as well.
      store = await eventually(async () => connect({ timeoutMs: 100, retryMs: 200 }));
      line.state = 'frozen';
      const events = [event(1)];
      const outcomes = await Promise.allSettled([
        store.append(DEAL, 'none', events),
        store.readStream(DEAL),
        store.readAll({ limit: 10 }),
        store.head(),
        store.positionAt(now),
      ]);
      for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'EventStoreUnavailable' } });
      expect(written()).toEqual([]);
      line.state = 'open';
      // What was held up may pass now; the same append again is the same append.
      await eventually(async () => store.append(DEAL, 'none', events));
      expect(written()).toEqual([1]);
      expect((await eventually(async () => store.readStream(DEAL))).events.map(numberOf)).toEqual([1]);
    },
    PATIENCE_MS,
  );

  it('is slow on a slow line, and right', async () => {
    line.state = { slowMs: 10 };
    const requests = Array.from({ length: 60 }, (_, number) => ({
      ...{ stream: streamName('deal', String(number % 3)), expected: 'any' as const, events: [event(number)] },
    }));
    const results = await store.appendMany(requests);
    expect(results.every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(written()).toEqual(requests.map((_, number) => number));
    expect((await store.readAll({ limit: 100, filter: { categories: ['deal'] } })).events.map(numberOf)).toEqual(written());
  });

  it(
    'a reader goes on from its position, through broken lines and a server that comes back elsewhere: nothing twice, nothing missing',
    async () => {
      const EVENTS = 150;
      const reader = await connect();
      const seen: StoredEvent[] = [];
      const reading = (async () => {
        let after: Position = LOG_START;
        while (seen.length < EVENTS) {
          if (!(await reader.waitForNew(after, { timeoutMs: PATIENCE_MS }))) continue;
          const page = await reader.readAll({ after, limit: 50, filter: { categories: ['deal'] } });
          seen.push(...page.events);
          after = page.through;
        }
      })();
      for (let number = 0; number < EVENTS; number += 1) {
        if (number % 40 === 20) line.breakAll();
        if (number % 50 === 30) void line.breakAfter(3_000);
        if (number === 75) {
          await endServer();
          await serve();
          line.aim(server.port);
        }
        await store.append(DEAL, number === 0 ? 'none' : number - 1, [event(number)]);
      }
      await reading;
      await reader.close();
      expect(seen.map(numberOf)).toEqual(Array.from({ length: EVENTS }, (_, number) => number));
    },
    PATIENCE_MS,
  );

  it('knows what was recorded by an instant when the clock of the store jumps back and forth', async () => {
    const jumps = [0, 5_000, -3_600_000, 10, 7_200_000, -86_400_000, 1, 2];
    for (const [number, jump] of jumps.entries()) {
      now += jump;
      await store.append(streamName('deal', String(number)), 'none', [event(number)]);
    }
    const { events } = await store.readAll({ limit: 100 });
    const times = events.map(({ recordedAt }) => recordedAt);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    await expectPositionsByInstant(store);
  });

  it(
    'a store that records by a clock which stepped back is asked by the latest time so far',
    async () => {
      await store.appendMany(
        Array.from({ length: 40 }, (_, number) => ({
          stream: streamName('deal', String(number)),
          expected: 'none' as const,
          events: [event(number)],
        })),
      );
      await store.close();
      await endServer();
      // As a server without our rule keeps it.
      const file = new Database(join(dir, 'log.db'));
      file.prepare('UPDATE events SET recorded_at = ? + (position * 7919) % 5000').run(now);
      file.close();
      await serve();
      line.aim(server.port);
      store = await connect();
      await expectPositionsByInstant(store);
    },
    PATIENCE_MS,
  );
});

/** By its definition: the last position before which, and at which, nothing was recorded later. */
async function expectPositionsByInstant(of: EventStore): Promise<void> {
  const { events } = await of.readAll({ limit: 1_000 });
  const instants = new Set(events.flatMap(({ recordedAt }) => [recordedAt - 1, recordedAt, recordedAt + 1]));
  for (const instant of instants) {
    const beyond = events.findIndex(({ recordedAt }) => recordedAt > instant);
    const last = beyond === -1 ? events.at(-1) : events[beyond - 1];
    expect(await of.positionAt(instant)).toBe(last?.position ?? LOG_START);
  }
}

/** The first calls on a line that has just thawed may still run into their time-out; each is a wait, so that this does not spin. */
async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof EventStoreUnavailable)) throw error;
    }
  }
}
