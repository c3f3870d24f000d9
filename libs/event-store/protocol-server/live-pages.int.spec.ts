import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLogFile } from '../sqlite/log-file.js';
import type { LogFile } from '../sqlite/log-file.js';
import type { RawEventToAppend } from '../sqlite/log-transaction.js';
import type { RawEvent } from '../sqlite/log-reads.js';
import { LivePages } from './live-pages.js';

let dir: string;
let log: LogFile;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dealtrail-live-'));
  log = openLogFile({ file: join(dir, 'log.db'), clock: { now: Date.now } });
});
afterEach(() => {
  log.close();
  rmSync(dir, { recursive: true });
});

const event = (more: Partial<RawEventToAppend> = {}): RawEventToAppend => ({
  eventId: crypto.randomUUID(),
  type: 'Measured',
  json: true,
  data: '{"text":"Zürich"}',
  metadata: new Uint8Array(),
  ...more,
});
const append = async (stream: string, ...events: RawEventToAppend[]) => log.perform((transaction) => transaction.append(stream, events));

/** Whatever class the bytes have. */
const plain = (events: readonly RawEvent[]): unknown[] =>
  events.map((one) => ({ ...one, data: Buffer.from(one.data).toString('hex'), metadata: Buffer.from(one.metadata).toString('hex') }));

describe('pages for those who follow the end of the log', () => {
  it('are what was written, without a read, and equal what is read', async () => {
    const live = new LivePages(log);
    const written: (readonly RawEvent[])[] = [];
    const stop = live.follow();
    log.takeWritten((events) => written.push(events));
    await append('a-1', event(), event({ eventId: crypto.randomUUID().toUpperCase(), json: false, data: new Uint8Array([0, 255]) }));
    const outcomes = await Promise.allSettled([
      append('a-1', event({ type: 'Kept' })),
      log.perform((transaction) => {
        transaction.append('a-1', [event({ type: 'Undone' })]);
        throw new Error('changed its mind');
      }),
      append('a-2', event({ type: 'Kept' })),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const pages = [live.read(0, 2, 10), live.read(2, 4, 10)];
    expect(pages[0]).toBe(written[0]);
    expect(pages[1]).toBe(written[1]);
    expect(plain(pages.flat())).toEqual(plain(log.read((reads) => reads.readRange({ after: 0, through: 9, backwards: false, limit: 9 }))));
    stop();
    await append('a-1', event());
    expect(live.read(4, 5, 10)).not.toBe(written[2]);
  });

  it('are read where another connection wrote, and no number of events is held for them', async () => {
    const live = new LivePages(log);
    live.follow();
    await append('a-1', ...Array.from({ length: 65 }, () => event()));
    const other = openLogFile({ file: join(dir, 'log.db'), clock: { now: Date.now } });
    await other.perform((transaction) => transaction.append('b-1', [event({ type: 'Elsewhere' })]));
    other.close();
    await append('a-1', event());
    expect(live.read(0, 65, 256)).toHaveLength(65);
    expect(live.read(65, 67, 256).map(({ type }) => type)).toEqual(['Elsewhere', 'Measured']);
  });
});
