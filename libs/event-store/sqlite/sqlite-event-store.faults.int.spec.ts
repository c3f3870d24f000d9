import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { streamName } from '../../domain/shared/ids.js';
import type { EventId } from '../../domain/shared/ids.js';
import { LogClosed, LogDamaged, LogRefused } from '../event-store.port.js';
import { eventually } from '../../testing/projecting.js';
import { CONTRACT_KEY_STORE, checkForContract } from '../contract/event-store.contract.js';
import { openLogFile } from './log-file.js';
import { WAL_BYTES } from './log-schema.js';
import { openSqliteEventStore } from './sqlite-event-store.js';
import type { SqliteEventStoreOptions } from './sqlite-event-store.js';

const repository = process.cwd();
let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dealtrail-log-'));
  file = join(dir, 'log.db');
});
afterEach(() => rmSync(dir, { recursive: true }));

const open = (options: Partial<SqliteEventStoreOptions> = {}) =>
  openSqliteEventStore({
    file,
    clock: { now: () => 1_700_000_000_000 },
    checkStored: checkForContract,
    keyStoreId: CONTRACT_KEY_STORE,
    ...options,
  });
const deal = streamName('deal', '1');
const event = (size = 10) => ({
  eventId: crypto.randomUUID() as EventId,
  type: 'A',
  data: { text: 'x'.repeat(size) },
  metadata: { schemaVersion: 1 },
});

/** A log of some 3,000 events on many pages, closed. */
async function filledLog(): Promise<void> {
  const store = open();
  for (let batch = 0; batch < 30; batch += 1) {
    await store.append(
      deal,
      'any',
      Array.from({ length: 100 }, () => event(300)),
    );
  }
  await store.close();
}

describe('a process that dies while it appends', () => {
  beforeAll(() => {
    execFileSync(process.execPath, ['scripts/build.mjs', '--if-stale'], { cwd: repository });
  });

  // Each append has three events, to streams in turn; a line with its position is printed when it is acknowledged.
  const built = pathToFileURL(join(repository, 'dist/libs/event-store/sqlite/sqlite-event-store.js')).href;
  const writer = `
    import { openSqliteEventStore } from '${built}';
    const [, , file, thread] = process.argv;
    const store = openSqliteEventStore({ file, clock: { now: () => Date.now() }, checkStored: () => {}, keyStoreId: '${CONTRACT_KEY_STORE}', writerThread: thread === 'thread' });
    const event = (n) => ({ eventId: crypto.randomUUID(), type: 'A', data: { n }, metadata: { schemaVersion: 1 } });
    const write = async (worker) => {
      for (let n = 0; ; n += 1) {
        const events = [event(n), event(n), event(n)];
        const { position } = await store.append('deal-' + worker, n * 3 - 1 < 0 ? 'none' : n * 3 - 1, events);
        process.stdout.write(position + ' ' + events[2].eventId + '\\n');
      }
    };
    await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(write));`;

  it.each([
    [1, 'in this thread'],
    [40, 'in this thread'],
    [400, 'in this thread'],
    [2_000, 'in this thread'],
    [1, 'in a thread of its own'],
    [400, 'in a thread of its own'],
    [2_000, 'in a thread of its own'],
  ])('keeps every acknowledged event, whole, when it is killed after acknowledgement %i, written %s', async (acknowledgements, where) => {
    const thread = where === 'in this thread' ? 'own' : 'thread';
    writeFileSync(join(dir, 'writer.mjs'), writer);
    const child = spawn(process.execPath, [join(dir, 'writer.mjs'), file, thread], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    const acknowledged: [string, string][] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      const [position, eventId] = line.split(' ');
      if (position !== undefined && eventId?.length === 36) acknowledged.push([position, eventId]);
      if (acknowledged.length === acknowledgements) child.kill('SIGKILL');
    }
    await exited;
    const store = open();
    const { events } = await store.readAll({ limit: 100_000 });
    const stored = new Map(events.map((found) => [found.position as string, found.eventId as string]));
    expect(acknowledged.filter(([position, eventId]) => stored.get(position) !== eventId)).toEqual([]);
    expect(events.map((found) => Number(found.position))).toEqual(events.map((_, index) => index + 1));
    for (let worker = 0; worker < 8; worker += 1) {
      const page = await store.readStream(streamName('deal', String(worker)));
      expect(page.events.length % 3).toBe(0);
      expect(page.events.map((found) => found.revision)).toEqual(page.events.map((_, index) => index));
    }
    await store.append(deal, 'any', [event()]);
    await store.close();
  });
});

describe('a damaged log', () => {
  it('that has lost its end is refused with one line and left as it is', async () => {
    await filledLog();
    truncateSync(file, Math.floor(statSync(file).size / 2));
    const before = readFileSync(file);
    expect(() => open()).toThrow(LogDamaged);
    expect(() => open()).toThrow(
      /^the log .*log\.db is damaged \(its end is missing, \d+ of \d+ bytes are there\): stop writing, .* restore a backup$/,
    );
    expect(() => open({ readOnly: true })).toThrow(LogDamaged);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('with overwritten pages says so when it comes to them, and is left as it is', async () => {
    await filledLog();
    const fd = openSync(file, 'r+');
    for (let page = 90; page < 110; page += 1) writeSync(fd, Buffer.alloc(8_192, 0xa5), 0, 8_192, page * 8_192);
    closeSync(fd);
    const { size } = statSync(file);
    const store = open();
    const refusal: unknown = await store.readAll({ limit: 10_000 }).catch((error: unknown) => error);
    expect(String(refusal)).toMatch(/^LogDamaged: the log .*log\.db is damaged \(.*malformed.*\): stop writing, .*$/);
    await store.close();
    expect(statSync(file).size).toBe(size);
  });

  it('that is another file altogether is refused and left as it is', () => {
    writeFileSync(file, 'deal,stage\n1,won\n'.repeat(50));
    expect(() => open()).toThrow(`${file} is no Dealtrail log`);
    expect(readFileSync(file, 'utf8')).toBe('deal,stage\n1,won\n'.repeat(50));
    rmSync(file);
    const other = new Database(file);
    other.exec('CREATE TABLE deals (id)');
    other.close();
    expect(() => open()).toThrow(LogRefused);
  });

  it('of a newer format is refused', async () => {
    await filledLog();
    const newer = new Database(file);
    newer.pragma('user_version = 2');
    newer.close();
    expect(() => open()).toThrow(/has format 2, this version reads 1: use the newer version$/);
  });
});

describe('a log that cannot grow', () => {
  it('refuses the append with one line, keeps what was acknowledged, and goes on when there is room', async () => {
    const store = open();
    await store.append(deal, 'none', [event()]);
    // Only here: the connection's own page limit stands in for a full disk. It is the same error code.
    const { db } = store.log as unknown as { db: Database.Database };
    const pages = Number(db.pragma('page_count', { simple: true }));
    db.pragma(`max_page_count = ${pages + 2}`);
    const appends = await Promise.allSettled([store.append(deal, 0, [event()]), store.append(deal, 1, [event(500_000)])]);
    expect(appends.map((append) => (append.status === 'rejected' ? String(append.reason) : append.status))).toEqual([
      expect.stringMatching(
        /^EventStoreUnavailable: the disk is full: nothing of this append was written to the log .*; make room and try again$/,
      ),
      expect.stringMatching(/^EventStoreUnavailable: the disk is full/),
    ]);
    const [first, second] = [streamName('deal', '2'), streamName('deal', '3')];
    const many = store.appendMany([
      { stream: first, expected: 'none', events: [event()] },
      { stream: second, expected: 'none', events: [event(), event(500_000)] },
    ]);
    await expect(many).rejects.toThrow(/^the disk is full/);
    expect((await store.readStream(second)).exists).toBe(false);
    expect((await store.readStream(deal)).events).toHaveLength(1);
    db.pragma('max_page_count = 1000000');
    expect(await store.append(deal, 0, [event()])).toMatchObject({ revision: 1, position: '00000000000000000003' });
    await store.close();
  });
});

describe('a log that is written in a thread of its own', () => {
  it('tells who appends that another process holds the file, and goes on when it is free', async () => {
    const store = open({ writerThread: true, busyMs: 20 });
    await store.append(deal, 'none', [event()]);
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    const appends = await Promise.allSettled([store.append(deal, 0, [event()]), store.append(deal, 1, [event()])]);
    expect(appends.map((append) => (append.status === 'rejected' ? String(append.reason) : append.status))).toEqual([
      `EventStoreUnavailable: the log ${file} is held by another process`,
      `EventStoreUnavailable: the log ${file} is held by another process`,
    ]);
    other.exec('ROLLBACK');
    other.close();
    expect(await store.append(deal, 0, [event()])).toMatchObject({ revision: 1, position: '00000000000000000003' });
    await store.close();
  });

  it('writes what it was given before it closes, and takes nothing after that', async () => {
    const store = open({ writerThread: true });
    const given = Array.from({ length: 20 }, (_, id) => store.append(streamName('deal', String(id)), 'none', [event()]));
    await store.close();
    expect((await Promise.all(given)).map(({ position }) => Number(position))).toEqual(given.map((_, index) => index + 2));
    await expect(store.append(deal, 'any', [event()])).rejects.toThrow(/has been closed by this process$/);
    const again = open();
    expect((await again.readAll({ limit: 100 })).events).toHaveLength(21);
    await again.close();
  });

  it('is written by the thread that reads as well, and positions and revisions stay dense', async () => {
    const store = open({ writerThread: true });
    const raw = (id: string) => ({ eventId: id, type: 'A', json: false, data: new Uint8Array([1]), metadata: new Uint8Array() });
    const ids = Array.from({ length: 6 }, () => crypto.randomUUID());
    for (const [index, id] of ids.entries()) {
      await store.append(deal, index === 0 ? 'none' : index - 1, [event()]);
      await store.log.perform((transaction) => transaction.append('invoice-1', [raw(id)]));
      // Known among the latest ids, though the other connection wrote between them.
      const known = await store.log.perform((transaction) => ids.map((one) => transaction.recent(one)?.revision));
      expect(known).toEqual(ids.map((_, at) => (at <= index ? at : undefined)));
    }
    const stored = store.log.reads.readRange({ after: 1, through: 100, backwards: false, limit: 100 });
    expect(stored.map(({ position, stream, revision }) => [position, stream, revision])).toEqual(
      Array.from({ length: 12 }, (_, at) => [at + 2, at % 2 === 0 ? 'deal-1' : 'invoice-1', Math.floor(at / 2)]),
    );
    await store.close();
  });

  it('tells who appends that its thread has ended, and begins another one', async () => {
    const store = open({ writerThread: true });
    await store.append(deal, 'none', [event()]);
    const { writer } = store as unknown as { readonly writer: { readonly worker: { terminate(): Promise<number> } } };
    const lost = expect(store.append(deal, 0, [event()])).rejects.toThrow(
      /^the thread that writes the log .* ended; what it was given may or may not be written$/,
    );
    await writer.worker.terminate();
    await lost;
    const { revision } = await store.append(deal, 'any', [event()]);
    expect((await store.readStream(deal)).events).toHaveLength(revision + 1);
    await store.close();
  });
});

describe('a log open for reading only', () => {
  it('is not made where there is none', () => {
    expect(() => open({ readOnly: true })).toThrow(/cannot be opened: is the folder there, and readable\?$/);
    expect(existsSync(file)).toBe(false);
  });

  it('reads beside its writer and refuses to write', async () => {
    const writer = open();
    await writer.append(deal, 'none', [event()]);
    const reader = open({ readOnly: true });
    await expect(reader.append(deal, 0, [event()])).rejects.toBeInstanceOf(LogClosed);
    await writer.append(deal, 0, [event(), event()]);
    expect((await reader.readStream(deal)).events).toHaveLength(3);
    expect((await reader.head()).position).toBe((await writer.head()).position);
    await writer.close();
    expect((await reader.readAll({ limit: 10 })).events).toHaveLength(4);
    await reader.close();
  });

  it('reads a log that nobody writes', async () => {
    await filledLog();
    const reader = open({ readOnly: true });
    expect((await reader.readAll({ limit: 10_000 })).events).toHaveLength(3_001);
    await reader.close();
  });
});

async function afterTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('the log below the event store', () => {
  const raw = (type: string) => ({
    eventId: crypto.randomUUID(),
    type,
    json: false,
    data: new Uint8Array([1, 0, 255]),
    metadata: new Uint8Array(),
  });

  it('undoes only the job that fails after it has written', async () => {
    const { log } = open();
    const outcomes = await Promise.allSettled([
      log.perform((transaction) => transaction.append('invoice-1', [raw('A')])),
      log.perform((transaction) => {
        transaction.append('invoice-1', [raw('Half')]);
        throw new Error('changed its mind');
      }),
      log.perform((transaction) => transaction.append('invoice-1', [raw('B')])),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const stored = log.reads.readRange({ after: 0, through: 100, backwards: false, limit: 100 });
    expect(stored.map(({ position, stream, revision, type }) => [position, stream, revision, type])).toEqual([
      [1, 'log-identity', 0, 'LogIdentified'],
      [2, 'invoice-1', 0, 'A'],
      [3, 'invoice-1', 1, 'B'],
    ]);
    log.close();
  });

  it('appends that come turn by turn share a commit where several append; who appends alone waits for nobody', async () => {
    open().log.close(); // the file is there
    const log = openLogFile({ file, clock: { now: Date.now }, gatheringMs: 10_000 });
    const append = async (stream: string) => log.perform((transaction) => transaction.append(stream, [raw('A')]));
    const commits: number[] = [];
    log.measure(({ jobs }) => commits.push(jobs));
    const turnByTurn = async () =>
      Promise.all(Array.from({ length: 4 }, async (_, turn) => afterTurns(turn).then(async () => append(`invoice-${turn}`))));
    await append('alone-1');
    await append('alone-1');
    expect(commits).toEqual([1, 1]);
    await Promise.all([append('invoice-1'), append('invoice-2')]);
    await turnByTurn();
    expect(commits.slice(2)).toEqual([2, 4]);
    log.close();
  });

  it('commits an append that comes alone in the turn in which it came, and those of one turn together', async () => {
    open().log.close(); // the file is there
    const log = openLogFile({ file, clock: { now: Date.now } });
    const append = async () => log.perform((transaction) => transaction.append('alone-1', [raw('A')]));
    let turns = 0;
    setImmediate(() => (turns += 1));
    await append();
    expect(turns).toBe(0);
    await afterTurns(1);
    const commits: number[] = [];
    log.measure(({ jobs }) => commits.push(jobs));
    await Promise.all([append(), append(), append()]);
    expect(commits).toEqual([3]);
    log.close();
  });

  it('gives a WAL that is written to again and again its room beforehand; cut off anywhere, the log has what was acknowledged', async () => {
    open().log.close(); // the file is there
    const log = openLogFile({ file, clock: { now: Date.now } });
    const append = async () => log.perform((transaction) => transaction.append('alone-1', [raw('A')]));
    for (let count = 0; count < 70; count += 1) await append();
    await eventually('the WAL has its room', () => statSync(`${file}-wal`).size >= WAL_BYTES);
    expect(statSync(`${file}-wal`).size).toBe(WAL_BYTES);
    for (let count = 0; count < 70; count += 1) await append();
    expect(statSync(`${file}-wal`).size).toBe(WAL_BYTES);
    // As a power cut leaves them: nothing closed, nothing moved into the file.
    const cut = join(dir, 'cut.db');
    for (const suffix of ['', '-wal']) copyFileSync(file + suffix, cut + suffix);
    const found = openLogFile({ file: cut, clock: { now: Date.now } });
    expect(found.streamState('alone-1').revision).toBe(139);
    found.close();
    log.close();
    expect(existsSync(`${file}-wal`)).toBe(false);
  });

  it('takes notice of what another connection wrote: positions and revisions stay dense', async () => {
    const one = open();
    const two = open();
    for (let index = 0; index < 6; index += 1) {
      await (index % 2 === 0 ? one : two).append(deal, index === 0 ? 'none' : index - 1, [event()]);
    }
    expect((await one.readStream(deal)).events.map((found) => [Number(found.position), found.revision])).toEqual(
      Array.from({ length: 6 }, (_, index) => [index + 2, index]),
    );
    await one.close();
    await two.close();
  });

  it('gives a foreign event back byte for byte, with its content type', async () => {
    const { log } = open();
    const data = new Uint8Array(256).map((_, index) => index);
    await log.perform((transaction) =>
      transaction.append('invoice-1', [
        { ...raw('A'), data },
        { ...raw('A'), json: true, data: Buffer.from('{ }') },
      ]),
    );
    const stored = log.reads.readRange({ after: 1, through: 9, backwards: false, limit: 9 });
    expect(stored.map((found) => [found.json, Buffer.from(found.data)])).toEqual([
      [false, Buffer.from(data)],
      [true, Buffer.from('{ }')],
    ]);
    log.close();
  });
});

it('the embedded log gives bytes back that are no canonical JSON, as they came', async () => {
  const store = open();
  const data = new TextEncoder().encode('{ "b" : 1.50,\n "a" : "Zürich \\u00e9 😀", "b" : 2 }');
  await store.append(deal, 'none', [{ ...event(), data }]);
  expect((await store.readStream(deal)).events[0]?.data).toBe(new TextDecoder().decode(data));
  await store.close();
});

describe('another log than this process is made for', () => {
  it('is refused: another prefix, or streams of our categories that we did not write', async () => {
    await filledLog();
    expect(() => open({ streamPrefix: 'acme' })).toThrow(
      /was made with the stream prefix '', this process has 'acme': set DEALTRAIL_STREAM_PREFIX to the first$/,
    );
    rmSync(file);
    const store = open();
    await store.append(deal, 'none', [event()]);
    await store.close();
    const stolen = new Database(file);
    stolen.exec('DELETE FROM events WHERE position = 1');
    stolen.close();
    expect(() => open()).toThrow(
      /holds streams named like ours but no identity: they are somebody else's; set DEALTRAIL_STREAM_PREFIX, or use another log$/,
    );
  });
});
