import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { parse } from 'csv-parse/sync';
import { temporaryFolder } from '../../testing/running.js';
import { csvText } from './csv.js';
import { parquetBytes } from './parquet.js';
import { flatRows } from './rows.js';
import { table } from './table.js';

const eur = (amount: string) => ({ amount, currency: 'EUR' });
const rows = [
  {
    group: { stage: 'proposal' },
    at: '2025-01-31T23:59:59.999Z',
    deals: 2,
    dated: true,
    value: [eur('9007199254740.01'), { amount: '-3.00', currency: 'SEK' }],
    figures: null,
  },
  { group: { stage: '=1+1' }, at: '2025-02-28T23:59:59.999Z', deals: 0, dated: false, value: [], figures: { won: [eur('0.10')] } },
];

describe('the rows of an answer as a file', () => {
  it('have a column for every leaf, one for each currency, and none for what is no value in one row and has parts in another', () => {
    expect(flatRows(rows).columns).toEqual(['group.stage', 'at', 'deals', 'dated', 'value.EUR', 'value.SEK', 'figures.won.EUR']);
  });

  it('as CSV are no formulas, and what is not known is empty, not 0', () => {
    expect(csvText(rows).split('\n')).toEqual([
      'group.stage,at,deals,dated,value.EUR,value.SEK,figures.won.EUR',
      'proposal,2025-01-31T23:59:59.999Z,2,true,9007199254740.01,-3.00,',
      "'=1+1,2025-02-28T23:59:59.999Z,0,false,,,0.10",
      '',
    ]);
  });

  it('as CSV have an apostrophe before text that a spreadsheet would run, however it begins, and none before numbers, in the middle, or in a table', () => {
    const run = ['=1+1', '+1-2', '-cmd', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠1', '-1-2'];
    const harmless = ['a=b', "'=1", '-5', '-12.50', '7', ' =1', ''];
    const names = [...run, ...harmless].map((name) => ({ name, deals: -5 }));
    const cells = parse(csvText(names), { columns: true, trim: false }) as { name: string; deals: string }[]; // its two columns
    expect(cells.map(({ name }) => name)).toEqual([...run.map((name) => `'${name}`), ...harmless]);
    expect(new Set(cells.map(({ deals }) => deals))).toEqual(new Set(['-5']));
    expect(
      table([{ title: 'name' }], [['=1+1']])
        .split('\n')
        .at(-1),
    ).toBe('=1+1');
  });

  it('as CSV have the digits that are read, and not those of a double; what belongs together stands together, whichever row has it first', () => {
    const none = { label: 'a', value: [], share: 0.1 + 0.2, days: 100.82442851657153, band: null };
    const some = {
      label: 'b',
      value: [{ amount: '0.30', currency: 'SEK' }, eur('1.005')],
      share: 0.9999999999999998,
      days: 1 / 3,
      band: [{ low: 1 / 3 }],
    };
    expect(csvText([none, some]).split('\n')).toEqual([
      'label,value.EUR,value.SEK,share,days,band',
      'a,,,0.3,100.82,',
      'b,1.005,0.30,1,0.3333,"[{""low"":0.3333}]"',
      '',
    ]);
  });

  it('as Parquet keep amounts to the cent, instants as instants and gaps as gaps, as another program reads them', async () => {
    const data = temporaryFolder();
    const file = join(data.folder, 'rows.parquet');
    writeFileSync(file, parquetBytes(rows, { log: 'a log' }));
    const connection = await (await DuckDBInstance.create()).connect();
    const read = await connection.runAndReadAll(`select * exclude ("at"), epoch_ms("at") as "at" from '${file}'`);
    expect(read.getRowObjectsJson()).toEqual([
      {
        ...{
          'group.stage': 'proposal',
          deals: 2,
          dated: true,
          'value.EUR': '9007199254740.01',
          'value.SEK': '-3.00',
          'figures.won.EUR': null,
        },
        at: String(Date.parse('2025-01-31T23:59:59.999Z')),
      },
      {
        ...{ 'group.stage': '=1+1', deals: 0, dated: false, 'value.EUR': null, 'value.SEK': null, 'figures.won.EUR': '0.10' },
        at: String(Date.parse('2025-02-28T23:59:59.999Z')),
      },
    ]);
    const basis = await connection.runAndReadAll(`select decode(value) as value from parquet_kv_metadata('${file}')`);
    expect(basis.getRowObjectsJson()).toEqual([{ value: '{"log":"a log"}' }]);
    connection.closeSync();
    data.remove();
  });
});
