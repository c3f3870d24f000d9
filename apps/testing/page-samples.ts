import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { format } from 'prettier';
import type { Process } from './processes.js';
import { startProcess } from './processes.js';

/** Headers that no sample is about. */
const OF_EVERY_ANSWER =
  /^(date|connection|keep-alive|content-length|transfer-encoding|x-content-type-options|x-frame-options|referrer-policy|cache-control):/i;

const ROOT = join(import.meta.dirname, '../..');
const CLI = join(ROOT, 'dist/apps/cli/main.js');
const FENCE = /```console\n([^]*?)```/g;
/** A command and the lines that it goes on to. */
const COMMAND = /^\$ ((?:.*\\\n)*.*)$/gm;
/** Where a page says that the server is. */
const SERVER = 'http://127.0.0.1:3000';
/** Also where the zone of a sample is a day ahead. */
const daysOfNow = (): string[] => [0, 86_400_000].map((ahead) => new Date(Date.now() + ahead).toISOString().slice(0, 10));

/** What differs from one run to the next: the log's identity, ids made at random or by time, people's ids (HMACs under the log's key), and when the samples were recorded. */
function masked(text: string, days: readonly string[]): string {
  const recorded = new RegExp(`(${days.join('|')})([ T])\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?Z?`, 'g');
  return text
    .replace(/\blog [0-9a-f]{8}\b/g, 'log 00000000')
    .replace(/-[0-9a-f]{16}\b/g, '-0000000000000000')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-([47])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '00000000-0000-$1000-8000-000000000000')
    .replace(recorded, (_, _day, between: string) => (between === 'T' ? '2026-12-01T09:00:00.000Z' : '2026-12-01 09:00'));
}

/** Lines break where the recording's instant makes them: only the words count. */
export function words(text: string): string {
  return text.split(/\s+/).join(' ').trim();
}

function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

/** Headers of the connection are of no use to a reader; JSON is written over several lines. */
async function readable(answer: string): Promise<string> {
  const [, head = '', body = ''] = /^(HTTP\/[^]*?\r\n\r\n)?([^]*)$/.exec(answer) ?? [];
  const headers = head.split('\r\n').filter((line) => line !== '' && !OF_EVERY_ANSWER.test(line));
  const text = /^[[{]/.test(body) ? await format(body, { parser: 'json', printWidth: 120 }) : body;
  return [...headers, ...(headers.length > 0 && text !== '' ? [''] : []), text].join('\n');
}

/** The blocks of a subscription that the page shows; where it shows none yet, those that come within two seconds. */
async function subscription(args: readonly string[], shown: number): Promise<string> {
  const child = spawn('curl', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  const blocks = (): string[] => text.split('\n\n').slice(0, -1);
  const enough = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      if (shown > 0 && blocks().length >= shown) resolve();
    });
  });
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), shown > 0 ? 20_000 : 2_000);
  await Promise.race([enough, once(child, 'close'), once(late.signal, 'abort')]);
  clearTimeout(timer);
  child.kill();
  return blocks()
    .slice(0, shown > 0 ? shown : undefined)
    .map((block) => `${block}\n\n`)
    .join('');
}

interface Sample {
  readonly command: string;
  /** Blocks of a subscription that the page shows behind it. */
  readonly blocks: number;
}

function samplesOf(body: string): Sample[] {
  const commands = [...body.matchAll(COMMAND)];
  return commands.map(({ 1: command = '', index }, number) => {
    const shown = body.slice(index + command.length, commands[number + 1]?.index);
    return { command, blocks: shown.split('\n\n').length - 1 };
  });
}

/**
 * The page as its console samples run: every `$ ./dealtrail …` and `$ curl …`, one after the other on one data directory,
 * with a server on it from the first curl on. `fresh`: what the page shows counts for nothing.
 */
export async function runPage(page: string, { fresh }: { readonly fresh: boolean }): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'dealtrail-page-'));
  const days = daysOfNow();
  const env = { DEALTRAIL_DATA_DIR: dataDir, DEALTRAIL_DEMO: 'off', DEALTRAIL_PROTOCOL_PORT: 'off', PORT: '0' };
  let server: Process | undefined;
  let base = '';

  async function curl({ command, blocks }: Sample): Promise<string> {
    if (!server) {
      server = startProcess('apps/api/main.js', [], env);
      [, base = ''] = await server.says(/Dealtrail answers at (\S+),/);
    }
    const [, ...args] = wordsOf(command.replaceAll('\\\n', ' ').replaceAll(SERVER, base));
    if (args.includes('-N')) return subscription(args, fresh ? 0 : blocks);
    const { stdout } = await promisify(execFile)('curl', args);
    return (await readable(stdout)).replaceAll(base, SERVER);
  }

  async function run(sample: Sample): Promise<string> {
    if (sample.command.startsWith('curl ')) return curl(sample);
    const [, ...args] = wordsOf(sample.command);
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args], { cwd: ROOT, env: { ...process.env, ...env } });
    return stdout;
  }

  let told = page;
  try {
    for (const [fence, body = ''] of page.matchAll(FENCE)) {
      const samples = samplesOf(body);
      if (!samples.every(({ command }) => /^(\.\/dealtrail|curl) /.test(command))) continue;
      let ran = '';
      for (const sample of samples) {
        const out = await run(sample);
        days.push(...daysOfNow());
        ran += `$ ${sample.command}\n${masked(out, [...new Set(days)])}`;
      }
      told = told.replace(fence, () => `\`\`\`console\n${ran}\`\`\``);
    }
    return told;
  } finally {
    server?.kill('SIGINT');
    await server?.ended;
    rmSync(dataDir, { recursive: true, force: true });
  }
}
