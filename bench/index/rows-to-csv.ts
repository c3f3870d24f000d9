import { closeSync, openSync, writeSync } from 'node:fs';
import type { ReadStore } from '../../libs/read-store/read-store.port.js';
import { pipelineSnapshotModel } from '../../projections/pipeline-snapshot/pipeline-snapshot.js';
import { CSV_COLUMNS, NOT_ENDED, NUMBERS } from './sql.js';

const FIELD_OF: Readonly<Record<string, string>> = {
  ...{
    deal: 'entity',
    opened_by: 'openedBy',
    valid_from: 'validFrom',
    valid_to: 'validTo',
    ended_by: 'endedBy',
    withdrawn_by: 'withdrawnBy',
  },
  value_minor: 'valueMinor',
};

/** Every interval row, withdrawn ones too, into a file that both peers load: the rows that the index is made of. */
export async function rowsToCsv(readStore: ReadStore, through: number, file: string): Promise<number> {
  const fields = CSV_COLUMNS.map((column) => FIELD_OF[column] ?? column);
  const out = openSync(file, 'w', 0o644);
  let count = 0;
  for await (const page of readStore.scan(pipelineSnapshotModel, fields, { after: 0, through })) {
    const columns = fields.map((field, index) => {
      const name = CSV_COLUMNS[index] ?? '';
      if (NUMBERS.has(name)) {
        const numbers = page.numbers[field]!; // asked for, here and below
        const missing = name === 'valid_to' ? String(NOT_ENDED) : '';
        return (row: number): string => (Number.isNaN(numbers[row]) ? missing : String(numbers[row]));
      }
      const { codes, dictionary } = page.texts[field]!;
      return (row: number): string => dictionary[codes[row] ?? -1] ?? '';
    });
    const lines: string[] = [];
    for (let row = 0; row < page.length; row += 1) lines.push(columns.map((cell) => cell(row)).join(','));
    writeSync(out, `${lines.join('\n')}\n`);
    count += page.length;
  }
  closeSync(out);
  return count;
}
