import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SHARED_DATA } from '../../libs/testing/import-desk.js';

const ROOT = join(import.meta.dirname, '../..');
const CLI = join(ROOT, 'dist/apps/cli/main.js');

/** Everything that an import leaves behind, its keys apart. */
async function bytesAfterImport(mapping: string, folder: string): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'dealtrail-import-'));
  try {
    await promisify(execFile)(process.execPath, [CLI, 'import', mapping, '--dir', folder, '--data-dir', dataDir], { cwd: ROOT });
    const files = readdirSync(dataDir, { withFileTypes: true }).filter((entry) => entry.isFile());
    return files.map(({ name }) => readFileSync(join(dataDir, name)).toString('latin1').toLowerCase()).join('\n');
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

describe('an import', () => {
  it('leaves no name of a person in clear, in the log or beside it, stream names included', async () => {
    const folder = 'examples/imports/row-per-deal';
    const bytes = await bytesAfterImport(`${folder}/mapping.yaml`, folder);
    expect(bytes).toContain('deal-acme-101');
    expect(['peeters', 'claes', 'bottling line'].filter((name) => bytes.includes(name))).toEqual([]);
  });

  const there = existsSync(SHARED_DATA) ? it : it.skip;
  there(
    'nor does that of the public data set, of its agents and their managers',
    async () => {
      const bytes = await bytesAfterImport('examples/imports/crm-sales-opportunities.yaml', SHARED_DATA);
      const [, ...rows] = readFileSync(join(SHARED_DATA, 'sales_teams.csv'), 'utf8').trim().split('\n');
      const people = [...new Set(rows.flatMap((row) => row.split(',').slice(0, 2)))].map((name) => name.toLowerCase());
      expect(people.length).toBeGreaterThan(35);
      expect(bytes).toContain('company-crm-cancity');
      expect(people.filter((name) => bytes.includes(name))).toEqual([]);
    },
    120_000,
  );
});
