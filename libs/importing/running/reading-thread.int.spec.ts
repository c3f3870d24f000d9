import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImportReport } from '../report/import-report.js';
import { openImportDesk } from '../../testing/import-desk.js';
import { sourceOnDisk } from './import-input.js';
import type { ImportInput } from './import-input.js';

const EXAMPLES = join(process.cwd(), 'examples/imports');
/** The same in every log, so that ids and hashes are. */
const LOG_KEY = Buffer.alloc(32, 7);

interface Imported {
  readonly report: ImportReport;
  /** In the order of the log, without what no two logs share. */
  readonly events: readonly unknown[];
}

/** Imports an example twice over, the second time with nothing new. */
async function imported(example: string, more: Partial<ImportInput>, mapping = mappingOf(example)): Promise<readonly Imported[]> {
  const desk = openImportDesk();
  const runs: Imported[] = [];
  try {
    for (let run = 0; run < 2; run += 1) {
      const report = await desk.import(mapping, join(EXAMPLES, example), {}, { keyStore: { logKey: LOG_KEY }, ...more });
      const events = [...(await desk.streams()).values()]
        .flat()
        .filter(({ stream }) => stream !== 'log-identity')
        .sort((a, b) => (a.position < b.position ? -1 : 1))
        .map(({ stream, revision, type, data, effectiveAt, metadata: { importHash, dated } }) => ({
          ...{ stream, revision, type, effectiveAt, importHash, dated },
          data: JSON.stringify(data).replaceAll(/"box":"[^"]*"/g, ''),
        }));
      runs.push({ report: { ...report, position: null }, events });
    }
    return runs;
  } finally {
    await desk.close();
  }
}

const mappingOf = (example: string): string => readFileSync(join(EXAMPLES, example, 'mapping.yaml'), 'utf8');

// The thread runs what was built.
describe('a source read in a thread of its own', () => {
  it.each(['row-per-deal', 'change-per-row', 'snapshots'])(
    'leads to the same events in the same order and the same report as one read beside the writing: %s',
    async (example) => {
      const [here, again] = await imported(example, { threadFromBytes: Infinity });
      expect(here?.events.length).toBeGreaterThan(10);
      expect(again?.report.events).toBe(0);
      expect(await imported(example, { threadFromBytes: 0 })).toEqual([here, again]);
    },
  );

  it('asks the record whether a deal is there where no row says when it was made', async () => {
    const desk = openImportDesk();
    try {
      const folder = join(EXAMPLES, 'change-per-row');
      await desk.import(mappingOf('change-per-row'), folder, {}, { threadFromBytes: 0 });
      const changesAlone = mappingOf('change-per-row').replace('registers: { field: created }', 'registers: { field: never }');
      const report = await desk.import(changesAlone.replace('ignore: [', 'ignore: [created, '), folder, {}, { threadFromBytes: 0 });
      const refused = { kind: 'refused', file: 'history.csv', line: 13, column: 'field', reason: 'no row says when deal "006C" was made' };
      expect(report.findings).toEqual([refused]);
    } finally {
      await desk.close();
    }
  });

  it('refuses a mapping that does not fit the files before anything is written, with its name and places', async () => {
    const mapping = mappingOf('row-per-deal').replace('key: nr', 'key: number');
    const refused = { name: 'MappingRefused', mapping: 'mapping.yaml', problems: [{ path: 'deals.key' }] };
    const events: string[] = [];
    const watched = { threadFromBytes: 0, onProgress: () => void events.push('written') };
    await expect(imported('row-per-deal', watched, mapping)).rejects.toMatchObject(refused);
    await expect(imported('row-per-deal', { threadFromBytes: Infinity }, mapping)).rejects.toMatchObject(refused);
    expect(events).toEqual([]);
  });

  it('ends with the import, also where that is given up or fails', async () => {
    const given = new AbortController();
    const giveUp = { threadFromBytes: 0, signal: given.signal, onProgress: () => given.abort(new Error('given up')) };
    await expect(imported('row-per-deal', giveUp)).rejects.toThrow('given up');
    const unreadable = { threadFromBytes: 0, ...sourceOnDisk(() => join(EXAMPLES, 'nowhere.csv')) };
    await expect(imported('row-per-deal', unreadable)).rejects.toThrow('there is no file people.csv in the source');
  });
});
