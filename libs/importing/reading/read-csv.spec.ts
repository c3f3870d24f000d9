import fc from 'fast-check';
import { holds } from '../../testing/property.js';
import type { CsvFault, CsvOptions, CsvRow } from './read-csv.js';
import { readCsv } from './read-csv.js';

const FORMAT = { encoding: 'utf-8', delimiter: ',', quote: '"' };

async function read(file: string | Buffer, chunk = 7, options: CsvOptions = {}, format = FORMAT) {
  const bytes = Buffer.from(file);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunk) yield await Promise.resolve(bytes.subarray(at, at + chunk));
  }
  const rows: CsvRow[] = [];
  const faults: CsvFault[] = [];
  let header: readonly string[] = [];
  for await (const block of readCsv(chunks(), format, options)) {
    header = block.header;
    rows.push(...block.rows);
    faults.push(...block.faults);
  }
  return { header, rows: rows.map(({ line, cells }) => `${line}: ${cells.join('|')}`), faults };
}

describe('reading a CSV file', () => {
  it('tells the line on which each record starts, quoted line ends, CRLF, a byte order mark and blank lines included', async () => {
    expect(await read('\ufeffkey, note \r\n1,plain\r\n\r\n2,"two\r\nlines, ""quoted"""\r\n3,last')).toEqual({
      header: ['key', 'note'],
      rows: ['2: 1|plain', '4: 2|two\r\nlines, "quoted"', '6: 3|last'],
      faults: [],
    });
  });

  it('names line and column of a wrong column count and goes on', async () => {
    expect(await read('a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12\n')).toEqual({
      header: ['a', 'b', 'c'],
      rows: ['2: 1|2|3', '5: 10|11|12'],
      faults: [
        { line: 3, column: 'c', reason: '2 columns in place of 3' },
        { line: 4, column: '#4', reason: '4 columns in place of 3' },
      ],
    });
  });

  it('loses only its own line to a quote that is never closed', async () => {
    expect(await read('a,b\n1,2\n3,"open\n4,5\n6,7\n')).toEqual({
      header: ['a', 'b'],
      rows: ['2: 1|2', '4: 4|5', '5: 6|7'],
      faults: [{ line: 3, column: 'b', reason: 'a quote is opened and never closed' }],
    });
  });

  it('loses only its own line to a stray quote that a sound quoted field behind it seems to close', async () => {
    expect(await read('a,b\n"1,2\n3,4\n5,"six\n6"\n7,8\n', 1000)).toEqual({
      header: ['a', 'b'],
      rows: ['3: 3|4', '4: 5|six\n6', '6: 7|8'],
      faults: [{ line: 2, column: 'a', reason: 'text behind a closing quote' }],
    });
  });

  it('refuses a quote inside a plain field', async () => {
    expect(await read('a,b\n1,5" disk\n2,ok\n')).toEqual({
      header: ['a', 'b'],
      rows: ['3: 2|ok'],
      faults: [{ line: 2, column: 'b', reason: 'a quote inside a field that does not start with one' }],
    });
  });

  it('names the column whose bytes are no UTF-8', async () => {
    const file = Buffer.concat([Buffer.from('a,b\n1,'), Buffer.from('Citroën', 'latin1'), Buffer.from('\n2,ok\n')]);
    expect(await read(file)).toEqual({
      header: ['a', 'b'],
      rows: ['3: 2|ok'],
      faults: [
        { line: 2, column: 'b', reason: 'bytes that are no UTF-8; name the encoding in the mapping (csv: { encoding: windows-1252 })' },
      ],
    });
    expect((await read(file, 3, {}, { ...FORMAT, encoding: 'windows-1252' })).rows).toEqual(['2: 1|Citroën', '3: 2|ok']);
  });

  it('reads UTF-16 with a mark whatever the mapping says', async () => {
    expect((await read(Buffer.from('\ufeffa;b\n1;é\n', 'utf16le'), 5, {}, { ...FORMAT, delimiter: ';' })).rows).toEqual(['2: 1|é']);
  });

  it('keeps its memory bounded: a field or a line without an end is refused and left behind', async () => {
    const options = { maxRecordBytes: 50 };
    expect(await read(`a,b\n1,"${'x'.repeat(200)}\n2,ok\n`, 7, options)).toEqual({
      header: ['a', 'b'],
      rows: ['3: 2|ok'],
      faults: [{ line: 2, column: 'b', reason: 'a quote is opened and never closed' }],
    });
    expect(await read(`a,b\n1,${'x'.repeat(200)}\n2,ok\n`, 7, options)).toEqual({
      header: ['a', 'b'],
      rows: ['3: 2|ok'],
      faults: [{ line: 2, column: null, reason: 'a line of more than 50 bytes' }],
    });
  });

  it('never crashes and never loses a sound line behind a broken one, whatever the bytes', async () => {
    const broken = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', 'é', '\u0000', ' '), maxLength: 40 });
    await holds(
      fc.asyncProperty(fc.array(broken, { maxLength: 5 }), fc.integer({ min: 1, max: 30 }), async (parts, chunk) => {
        const clean = parts.map((part) => part.replaceAll('"', ''));
        // Without quotes every line stands alone; with them a field may rightly take lines in.
        const file = `a,b\n${clean.map((part, i) => `${part}\nsound,${i}\n`).join('')}`;
        const { rows } = await read(file, chunk);
        expect(rows.filter((row) => /^\d+: sound\|\d+$/.test(row)).length).toBeGreaterThanOrEqual(parts.length);
        await read(`a,b\n${parts.join('\n')}`, chunk);
      }),
    );
  });

  it('gives the same rows and faults however the file is cut into chunks', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', 'é', ' '), maxLength: 80 });
    await holds(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (body, chunk) => {
        expect(await read(`a,b\n${body}`, chunk)).toEqual(await read(`a,b\n${body}`, 100_000));
      }),
    );
  });
});
