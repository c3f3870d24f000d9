import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const CLI = join(ROOT, 'dist/apps/cli/main.js');
/** `UPDATE_SAMPLES=1` writes the pages as they run, to be read before they are committed. */
const UPDATE = process.env['UPDATE_SAMPLES'] === '1';
const FENCE = /```console\n([^]*?)```/g;
/** Also where the zone of a sample is a day ahead. */
const daysOfNow = (): string[] => [0, 86_400_000].map((ahead) => new Date(Date.now() + ahead).toISOString().slice(0, 10));

/** What differs from one run to the next: the log's identity, people's ids (HMACs under its key), and when the samples were recorded. */
function masked(text: string, days: readonly string[]): string {
  const recorded = new RegExp(`(${days.join('|')})[ T]\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?Z?`, 'g');
  return text
    .replace(/\blog [0-9a-f]{8}\b/g, 'log 00000000')
    .replace(/-[0-9a-f]{16}\b/g, '-0000000000000000')
    .replace(recorded, '2026-12-01 09:00');
}

/** Lines break where the recording's instant makes them: only the words count. */
function words(text: string): string {
  return text.split(/\s+/).join(' ').trim();
}

function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

/** Every `$ ./dealtrail …` of the page's console samples, run one after the other in one data directory. */
async function runPage(page: string): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'dealtrail-page-'));
  const days = daysOfNow();
  const env = { ...process.env, DEALTRAIL_DATA_DIR: dataDir };
  let told = page;
  try {
    for (const [fence, body = ''] of page.matchAll(FENCE)) {
      const commands = body.split('\n').filter((line) => line.startsWith('$ ./dealtrail '));
      if (commands.length === 0) continue;
      let run = '';
      for (const command of commands) {
        const [, ...args] = wordsOf(command.slice(2));
        const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args], { cwd: ROOT, env });
        days.push(...daysOfNow());
        run += `${command}\n${masked(stdout, [...new Set(days)])}`;
      }
      told = told.replace(fence, () => `\`\`\`console\n${run}\`\`\``);
    }
    return told;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

describe('pages for users', () => {
  it.each(['README.md', 'docs/importing.md'])('%s shows what its commands print', async (name) => {
    const file = join(ROOT, name);
    const page = readFileSync(file, 'utf8');
    const told = await runPage(page);
    if (UPDATE) writeFileSync(file, told);
    expect(page).toContain('$ ./dealtrail ');
    expect(words(UPDATE ? told : page)).toBe(words(told));
  });
});
