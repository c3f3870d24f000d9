import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCommandHandling } from '../command-handling/command-handling.js';
import { timeOrderedIds } from '../command-handling/ids.js';
import { catalog } from '../event-catalog/catalog.js';
import type { StoredEvent } from '../event-store/event-store.port.js';
import { openSqliteEventStore } from '../event-store/sqlite/sqlite-event-store.js';
import { openSqliteKeyStore } from '../privacy/sqlite/sqlite-key-store.js';
import { DemoClock } from './demo-clock.js';
import { demoBegins } from './demo-plan.js';
import { findDemo } from './demo-record.js';
import type { DemoOptions } from './run-demo.js';
import { demoEndsAt, runDemo } from './run-demo.js';
import { FIRST_NAMES, SURNAMES } from './words.js';

const NOW = Date.UTC(2026, 10, 20, 15);
const endsAt = demoEndsAt(NOW);

/** The stores of one data directory, opened as a new process would. */
function openFirm(folder: string, simulated = true) {
  const real = { now: () => NOW };
  const clock = new DemoClock(demoBegins(endsAt), real);
  const keyStore = openSqliteKeyStore({ file: join(folder, 'keys.sqlite') });
  const eventStore = openSqliteEventStore({
    file: join(folder, 'log.sqlite'),
    clock: simulated ? clock : real,
    checkStored: (type, schemaVersion, data, metadata) => catalog.checkStored(type, schemaVersion, data, metadata),
    keyStoreId: keyStore.id,
    simulated,
  });
  const commands = openCommandHandling({ eventStore, keyStore, clock: simulated ? clock : real });
  const demo = (more: Partial<DemoOptions> = {}) =>
    runDemo({ eventStore, commands, ids: timeOrderedIds, deals: 60, seed: 7, endsAt, ...(simulated ? { clock } : {}), ...more });
  const close = async (): Promise<void> => {
    await eventStore.close();
    await keyStore.close();
  };
  return { eventStore, demo, close };
}

describe('the demo company, told to an embedded log', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dealtrail-demo-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const told = async (store: { readAll(options: { limit: number }): Promise<{ events: readonly StoredEvent[] }> }) =>
    (await store.readAll({ limit: 100_000 })).events.map((event) => ({ stored: event, event: catalog.decode(event) }));
  /** What two runs of one demo have in common: everything but ids, positions and boxes. */
  const essence = (events: Awaited<ReturnType<typeof told>>): string[] =>
    events
      .filter(({ event }) => event.stream !== 'log-identity')
      .map(({ event }) => [event.stream, event.revision, event.type, event.metadata.effectiveAt, event.recordedAt].join(' '))
      .sort();

  it('is recorded on its own clock from the identity event on, without one refusal', async () => {
    const firm = openFirm(folder);
    const seen: number[] = [];
    const report = await firm.demo({ onProgress: ({ deals }) => seen.push(deals) });
    expect(report).toMatchObject({ deals: 60, seed: 7, refused: 0, refusals: [], repeated: 0, finished: true, notes: [] });
    const events = await told(firm.eventStore);
    expect(events[0]?.event).toMatchObject({ type: 'LogIdentified', recordedAt: demoBegins(endsAt) });
    expect(events.at(-1)?.event).toMatchObject({ type: 'DemoFinished' });
    expect(events.length).toBe(report.events + 3);
    expect(events.every(({ event }) => event.recordedAt < endsAt)).toBe(true);
    expect(new Set(events.map(({ event }) => event.recordedAt)).size).toBeGreaterThan(400);
    expect(seen.at(-1)).toBe(60);
    expect(await findDemo(firm.eventStore)).toEqual({ state: 'finished', deals: 60, seed: 7, endsAt, simulated: true });
    await firm.close();
  });

  it('is finished by a later run where one was interrupted, and equals an undisturbed one', async () => {
    const stop = new AbortController();
    const first = openFirm(folder);
    const half = await first.demo({ signal: stop.signal, batch: 40, onProgress: ({ deals }) => deals > 25 && stop.abort() });
    expect(half.finished).toBe(false);
    await first.close();

    const second = openFirm(folder);
    expect(await findDemo(second.eventStore)).toMatchObject({ state: 'unfinished', deals: 60, simulated: true });
    const rest = await second.demo({ deals: 999, seed: 1 });
    expect(rest).toMatchObject({ deals: 60, seed: 7, refused: 0, refusals: [], finished: true });
    expect(rest.notes).toEqual(['an unfinished demo is finished first: 60 deals, seed 7']);
    expect(rest.repeated).toBeGreaterThan(100);

    const elsewhere = mkdtempSync(join(tmpdir(), 'dealtrail-demo-'));
    const undisturbed = openFirm(elsewhere);
    await undisturbed.demo();
    expect(essence(await told(second.eventStore))).toEqual(essence(await told(undisturbed.eventStore)));
    await second.close();
    await undisturbed.close();
    rmSync(elsewhere, { recursive: true });
  });

  it('is there once: the same again writes nothing, another is refused', async () => {
    const firm = openFirm(folder);
    await firm.demo();
    const { position } = await firm.eventStore.head();
    expect(await firm.demo()).toMatchObject({ events: 0, finished: true, notes: ['the demo company is there already: 60 deals, seed 7'] });
    await expect(firm.demo({ seed: 8 })).rejects.toThrow(/holds the demo company already \(60 deals, seed 7\)/);
    expect((await firm.eventStore.head()).position).toBe(position);
    await firm.close();
  });

  it('is dated as it happened in a log that records at its own time, which it says', async () => {
    const firm = openFirm(folder, false);
    const report = await firm.demo();
    expect(report).toMatchObject({
      refused: 0,
      refusals: [],
      finished: true,
      notes: [expect.stringMatching(/^this log records at its own time/)],
    });
    const events = await told(firm.eventStore);
    expect(new Set(events.map(({ event }) => event.recordedAt))).toEqual(new Set([NOW]));
    expect(events.filter(({ event }) => event.type === 'DealWon').every(({ event }) => event.effectiveAt < endsAt)).toBe(true);
    await firm.close();
  });

  it('leaves no name of a person in clear in the log, stream names included', async () => {
    const firm = openFirm(folder);
    await firm.demo();
    await firm.close();
    const bytes = readdirSync(folder)
      .filter((file) => file.startsWith('log'))
      .map((file) => readFileSync(join(folder, file)).toString('latin1').toLowerCase())
      .join('\n');
    expect(bytes).toContain('company-c0001');
    expect([...FIRST_NAMES, ...SURNAMES].filter((name) => bytes.includes(name.toLowerCase()))).toEqual([]);
  });
});
