import type { ImportDesk, SourceTexts } from '../../testing/import-desk.js';
import { openImportDesk } from '../../testing/import-desk.js';

const MAPPING = `
source: crm
currency: EUR
dates: yyyy-MM-dd
pipeline: { id: sales, name: Sales, stages: [lead] }
deals:
  shape: row-per-deal
  file: deals.csv
  key: nr
  history:
    - { at: made, stage: { constant: lead } }
`;

describe('files that a mapping does not fit', () => {
  let desk: ImportDesk;
  beforeEach(() => {
    desk = openImportDesk();
  });
  afterEach(() => desk.close());

  it.each<[string, SourceTexts, string]>([
    ['is not there', {}, "mapping.yaml: there is no file deals.csv in the source's folder"],
    ['is empty', { 'deals.csv': '' }, 'mapping.yaml: deals.csv is empty'],
    [
      'lacks a column',
      { 'deals.csv': 'number,made\n1,2026-01-05\n' },
      'mapping.yaml deals.key: deals.csv has no column "nr"; it has number, made',
    ],
    [
      'has another delimiter',
      { 'deals.csv': 'nr;made\n1;2026-01-05\n' },
      'mapping.yaml deals.key: deals.csv has no column "nr"; it has the one column "nr;made": are its columns parted by ";"? (csv: { delimiter: ";" })',
    ],
    ['names a column twice', { 'deals.csv': 'nr,made,made\n' }, 'mapping.yaml: deals.csv has two columns named "made"'],
    [
      'has a header that cannot be read',
      { 'deals.csv': '"nr" x,made\n1,2026-01-05\n' },
      'mapping.yaml: deals.csv:1 the header cannot be read: text behind a closing quote',
    ],
  ])('are refused in one line before anything is written: one that %s', async (_what, files, message) => {
    await expect(desk.import(MAPPING, files)).rejects.toThrow(message);
    expect((await desk.streams()).size).toBe(1);
  });
});
