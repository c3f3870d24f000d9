import { ANY, EventStoreDBClient, START, jsonEvent } from '@eventstore/db-client';
import { filesOf } from '../wiring/files.js';
import { openLogFile } from '../../libs/event-store/sqlite/log-file.js';
import type { Process } from '../testing/processes.js';
import { startProcess } from '../testing/processes.js';
import { temporaryFolder } from '../testing/running.js';

const IN_FLIGHT = 40;
const ACKNOWLEDGED = 400;

/** `./dealtrail protocol-server` as a process: ended in order, and as a power cut ends it. */
describe('the protocol server as a process of its own', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let server: Process;
  let client: EventStoreDBClient;
  beforeEach(() => (folder = temporaryFolder()));
  afterEach(async () => {
    server.kill('SIGKILL');
    await server.ended;
    folder.remove();
  });

  async function start(port = '0'): Promise<string> {
    server = startProcess('apps/cli/main.js', ['protocol-server', '--data-dir', folder.folder, '--port', port], {
      ...{ EVENTSTORE_URL: '', MONGODB_URL: '' },
    });
    return (await server.says(/(esdb:\S+)/))[1] ?? '';
  }

  /** Appends, forty at a time, until the server is gone. Resolves with what was acknowledged. `onEnough` is called once, in their midst. */
  async function appendUntilGone(onEnough: () => void): Promise<Set<string>> {
    const acknowledged = new Set<string>();
    let gone = false;
    const one = async (lane: number): Promise<void> => {
      for (let number = 0; !gone; number += 1) {
        const event = jsonEvent({ type: 'T', data: { lane, number } });
        try {
          await client.appendToStream(`lane-${lane}`, event, { expectedRevision: ANY });
          acknowledged.add(event.id);
          if (acknowledged.size === ACKNOWLEDGED) onEnough();
        } catch {
          gone = true;
        }
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, (_, lane) => one(lane)));
    return acknowledged;
  }

  /** What a subscriber sees until its subscription ends, and how that ends. */
  async function follow(): Promise<{ readonly seen: readonly string[]; readonly end: string }> {
    const seen: string[] = [];
    try {
      for await (const { event } of client.subscribeToAll({ fromPosition: START })) if (event?.type === 'T') seen.push(event.id);
      return { seen, end: 'the end' };
    } catch (error) {
      return { seen, end: (error as { type?: string }).type ?? String(error) };
    }
  }

  /** Ids of the events in the file, in order; it is whole, and its positions have no gap. */
  function stored(): string[] {
    const log = openLogFile({ file: filesOf(folder.folder).log, clock: { now: () => Date.now() }, readOnly: true });
    const events = log.read((reads) => reads.readRange({ after: 0, through: log.last().position, backwards: false, limit: 1_000_000 }));
    log.close();
    expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => index + 1));
    return events.filter(({ type }) => type === 'T').map(({ eventId }) => eventId);
  }

  it.each([
    ['SIGTERM', 'cancelled', 0],
    ['SIGKILL', 'unavailable', null],
  ] as const)(
    '%s in mid-append and mid-subscription: nothing acknowledged is lost or doubled, the subscriber is told "%s"',
    async (signal, told, code) => {
      client = EventStoreDBClient.connectionString(await start());
      const following = follow();
      const acknowledged = await appendUntilGone(() => server.kill(signal));
      expect((await server.ended).code).toBe(code);
      const { seen, end } = await following;
      expect(end).toBe(told);
      await client.dispose();

      const ids = stored();
      expect(new Set(ids).size).toBe(ids.length);
      expect([...acknowledged].filter((id) => !ids.includes(id))).toEqual([]);
      // Besides, at most what was on its way.
      expect(ids.length - acknowledged.size).toBeLessThanOrEqual(IN_FLIGHT);
      expect(seen).toEqual(ids.slice(0, seen.length));

      // And it goes on, on the same data.
      client = EventStoreDBClient.connectionString(await start());
      const again: string[] = [];
      for await (const { event } of client.readAll({ fromPosition: START })) if (event?.type === 'T') again.push(event.id);
      expect(again).toEqual(ids);
      expect((await client.appendToStream('lane-0', jsonEvent({ type: 'T', data: {} }))).success).toBe(true);
      await client.dispose();
    },
    60_000,
  );
});
