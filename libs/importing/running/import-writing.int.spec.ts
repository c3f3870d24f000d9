import { Readable } from 'node:stream';
import fc from 'fast-check';
import { streamName } from '../../domain/shared/ids.js';
import type { Position } from '../../domain/shared/position.js';
import { catalog } from '../../event-catalog/catalog.js';
import { EventStoreUnavailable } from '../../event-store/event-store.port.js';
import { readMapping } from '../mapping/read-mapping.js';
import type { ImportReport } from '../report/import-report.js';
import { ReportBook } from '../report/import-report.js';
import type { ImportDesk } from '../../testing/import-desk.js';
import { openImportDesk } from '../../testing/import-desk.js';
import { holds } from '../../testing/property.js';
import type { ImportInput } from './import-input.js';
import { ImportWriting } from './import-writing.js';
import { SourceFiles } from './source-files.js';
import { SourceReading } from './source-reading.js';
import type { Stretch } from './stretch.js';

const MAPPING = `
source: crm
currency: EUR
pipeline: { id: sales, name: Sales, stages: [prospecting, engaging] }
deals:
  shape: row-per-deal
  file: deals.csv
  key: id
  owner: agent
  company: account
  value: price
  history:
    - { at: engaged, stage: { constant: engaging } }
    - { when: { stage: Won }, at: closed, won: { value: price } }
    - { when: { stage: Lost }, at: closed, lost: {} }
`;
const UUIDS = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const LOG_KEY = Buffer.alloc(32, 7);

interface Row {
  readonly id: string;
  readonly agent: string;
  readonly account: string;
  readonly stage: string;
  readonly engaged: string;
  readonly closed: string;
  readonly price: string;
}

const rows: fc.Arbitrary<readonly Row[]> = fc.array(
  fc.record({
    id: fc.constantFrom('A', 'B', 'C', 'D', 'E'),
    agent: fc.constantFrom('Ann', 'Bob'),
    account: fc.constantFrom('Acme', 'Best', 'Core'),
    stage: fc.constantFrom('Engaging', 'Won', 'Lost'),
    engaged: fc.constantFrom('2017-01-01', '2017-02-01', ''),
    closed: fc.constantFrom('2017-03-01', '2016-01-01', ''),
    price: fc.constantFrom('100', '250', ''),
  }),
  { maxLength: 14 },
);

const fileOf = (given: readonly Row[]): string =>
  ['id,agent,account,stage,engaged,closed,price', ...given.map((row) => Object.values(row).join(','))].map((line) => `${line}\n`).join('');

interface Imported {
  readonly report: object;
  /** In the order of the log, without what no two logs share. */
  readonly events: readonly object[];
}

interface Importing {
  readonly source?: string;
  readonly more?: Partial<ImportInput>;
  /** Run when a stretch was taken. */
  readonly between?: (writing: ImportWriting) => Promise<unknown>;
}

/** Imports rows, each deal in a stretch of its own. */
async function imported(
  desk: ImportDesk,
  given: readonly Row[],
  { source = 'crm', more = {}, between }: Importing = {},
): Promise<ImportReport> {
  const mapping = readMapping(MAPPING.replace('source: crm', `source: ${source}`), 'mapping.yaml');
  const instant = desk.clock.now();
  const input: ImportInput = {
    ...{ mappingText: MAPPING, mappingName: 'mapping.yaml', commands: desk.handling, clock: desk.clock, eventStore: desk.eventStore },
    keyStore: { logKey: LOG_KEY },
    openFile: () => Readable.from([Buffer.from(fileOf(given))]),
    ...more,
  };
  const book = new ReportBook();
  const writing = new ImportWriting(input, mapping, instant, book, false);
  const files = new SourceFiles(mapping, input);
  await files.prepare();
  const reading = new SourceReading(mapping, files, { logKey: LOG_KEY, source: mapping.source }, instant, writing.isRecorded);
  await writing.all(dealByDeal(reading.read(), async () => between?.(writing)));
  return book.report(mapping.source, mapping.name, false);
}

async function* dealByDeal(stretches: AsyncIterable<Stretch>, between: () => Promise<unknown>): AsyncGenerator<Stretch> {
  for await (const { registrations, deals, ...stretch } of stretches) {
    yield { ...stretch, registrations, deals: [] };
    await between();
    for (const deal of deals) {
      yield { rows: [], findings: [], registrations: [], deals: [deal], progress: stretch.progress };
      await between();
    }
  }
}

/** What one import brought, in the order of the log. */
async function eventsAfter(desk: ImportDesk, after: Position): Promise<readonly object[]> {
  const page = await desk.eventStore.readAll({ after, limit: 10_000 });
  expect(page.end).toBe(true);
  return page.events.map((stored) => {
    const { stream, revision, type, data, effectiveAt, metadata } = catalog.decode(stored);
    const { importHash, dated, processVersion } = metadata;
    // Ids of events that a correction names, and sealed texts, differ from log to log.
    const same = JSON.stringify(data).replaceAll(/"(box|target)":"[^"]*"/g, '');
    return { stream, revision, type, data: same, effectiveAt, importHash, dated, processVersion };
  });
}

/** What reading finds is told as soon as it is read, before or behind what writing found of earlier rows; ids of events differ from log to log. */
function inOneOrder({ findings, groups: _groups, ...report }: ImportReport): object {
  const told = findings.map((finding) => JSON.stringify(finding).replaceAll(UUIDS, ''));
  return { ...report, position: null, findings: told.sort() };
}

/** Twice over. */
async function importedTwice(
  desk: ImportDesk,
  source: string,
  given: readonly Row[],
  between?: (writing: ImportWriting) => Promise<unknown>,
): Promise<readonly Imported[]> {
  const runs: Imported[] = [];
  for (let run = 0; run < 2; run += 1) {
    const { position } = await desk.eventStore.head();
    const report = await imported(desk, given, { source, ...(between === undefined ? {} : { between }) });
    runs.push({ report: inOneOrder(report), events: await eventsAfter(desk, position) });
  }
  return runs;
}

describe('stretches that are decided while the one before is written', () => {
  it('lead to the same log and the same report as one after the other, also where deals come again and contradict themselves', async () => {
    const [desk, other] = [openImportDesk(), openImportDesk()];
    const oneAfterTheOther = (writing: ImportWriting) => writing.isRecorded(streamName('deal', 'none'));
    let sources = 0;
    try {
      await holds(
        fc.asyncProperty(rows, async (given) => {
          const source = `crm${(sources += 1)}`;
          expect(await importedTwice(desk, source, given)).toEqual(await importedTwice(other, source, given, oneAfterTheOther));
        }),
        0.3,
      );
    } finally {
      await desk.close();
      await other.close();
    }
  });

  describe('in a log that takes its time', () => {
    const row = (id: string): Row => ({
      ...{ id, agent: 'Ann', account: 'Acme', stage: 'Engaging', engaged: '2017-01-01', closed: '', price: '100' },
    });
    let desk: ImportDesk;
    /** Streams in the order in which they were looked at (`?`), handed to the log (`>`) and written (`.`). */
    let seen: string[];
    beforeEach(async () => {
      desk = openImportDesk();
      await imported(desk, [row('X')]); // the pipeline, the person and the firm
      seen = [];
    });
    afterEach(() => desk.close());

    /** Every append takes as long as several turns, and what `fails` says is refused by the disk. */
    function slow(fails: (stream: string) => boolean = () => false): Partial<ImportInput> {
      const { eventStore } = desk;
      const appendMany: typeof eventStore.appendMany = async (requests, options) => {
        await options?.after;
        const stream = requests[0]?.stream ?? '';
        seen.push(`>${stream}`);
        for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        if (fails(stream)) throw new EventStoreUnavailable('the disk is full');
        const results = await eventStore.appendMany(requests);
        seen.push(`.${stream}`);
        return results;
      };
      const store = new Proxy(eventStore, {
        get: (target, name) => {
          if (name === 'appendMany') return appendMany;
          const member: unknown = Reflect.get(target, name);
          return typeof member === 'function' ? (member as () => unknown).bind(target) : member;
        },
      });
      const handling = desk.another({ eventStore: store });
      const history: typeof handling.history = (stream) => {
        if (stream.startsWith('deal-')) seen.push(`?${stream}`);
        return handling.history(stream);
      };
      return { commands: { executeStreams: handling.executeStreams.bind(handling), history } };
    }

    it('are looked at one ahead, and handed over when the one before is written', async () => {
      await imported(desk, ['A', 'B', 'C'].map(row), { more: slow() });
      const [a, b, c] = ['deal-crm-A', 'deal-crm-B', 'deal-crm-C'];
      expect(seen).toEqual([`?${a}`, `>${a}`, `?${b}`, `.${a}`, `>${b}`, `?${c}`, `.${b}`, `>${c}`, `.${c}`]);
    });

    it('leave nothing behind what could not be written, tell of nothing that was not, and fail as it did', async () => {
      const told: number[] = [];
      const more = { ...slow((stream) => stream === 'deal-crm-B'), onProgress: ({ events }: { events: number }) => void told.push(events) };
      await expect(imported(desk, ['A', 'B', 'C', 'D'].map(row), { more })).rejects.toThrow('the disk is full');
      expect(seen.filter((one) => one.startsWith('>'))).toEqual(['>deal-crm-A', '>deal-crm-B']);
      expect([...(await desk.streams()).keys()].filter((stream) => stream.startsWith('deal-'))).toEqual(['deal-crm-X', 'deal-crm-A']);
      const ofA = (await desk.recorded('deal-crm-A')).length;
      expect(Math.max(...told)).toBe(ofA);
      // As if it had not failed, once there is room.
      expect((await imported(desk, ['A', 'B', 'C', 'D'].map(row))).events).toBe(3 * ofA);
    });

    it('are written to their end before an import that is given up has ended', async () => {
      const given = new AbortController();
      const { commands } = slow() as Pick<ImportInput, 'commands'>;
      const more = { commands, signal: given.signal, onProgress: () => seen.includes('?deal-crm-B') && given.abort(new Error('given up')) };
      await expect(imported(desk, ['A', 'B', 'C', 'D'].map(row), { more })).rejects.toThrow('given up');
      const handedOver = seen.filter((one) => one.startsWith('>')).length;
      expect(seen.filter((one) => one.startsWith('.'))).toHaveLength(handedOver);
      expect(handedOver).toBeGreaterThan(0);
    });
  });
});
