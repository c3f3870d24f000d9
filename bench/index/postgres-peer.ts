import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { PlainAnswer } from './answer.js';
import { plainLine } from './answer.js';
import { OWNERS } from './deal-log.js';
import type { BenchQuestion } from './questions.js';
import { teamOf } from './questions.js';
import { CSV_COLUMNS, fromEvents, fromIntervals, NUMBERS } from './sql.js';

export interface PostgresPeer {
  readonly version: string;
  fromIntervals(question: BenchQuestion): Promise<PlainAnswer>;
  fromEvents(question: BenchQuestion): Promise<PlainAnswer>;
  close(): Promise<void>;
}

/** Where Debian puts the server's programs; undefined where there are none. */
function programs(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(root, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
}

/** The server refuses to run as root: it then runs as the user that its package made. */
function whoRuns(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres']).toString());
  return { uid: id('-u'), gid: id('-g') };
}

const SETTINGS = {
  ...{ listen_addresses: '', shared_buffers: '1GB', work_mem: '256MB', maintenance_work_mem: '1GB', max_wal_size: '8GB', fsync: 'off' },
  ...{ max_parallel_workers_per_gather: '1', effective_cache_size: '4GB', jit: 'off' },
};

/** A server of its own in `dir`, on a socket there, with the rows of the CSV file; undefined where PostgreSQL is not installed. */
export async function postgresPeer(csv: string, dir: string, events: number): Promise<PostgresPeer | undefined> {
  const bin = programs();
  if (bin === undefined) return undefined;
  const who = whoRuns();
  const data = join(dir, 'postgres');
  mkdirSync(data);
  if (who.uid !== undefined) execFileSync('chown', [`${who.uid}:${who.gid ?? who.uid}`, data]);
  chmodSync(data, 0o700);
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'bench', '--auth=trust', '--locale=C', '--encoding=UTF8'], {
    ...who,
    cwd: data,
    stdio: 'pipe',
  });
  const settings = Object.entries({ ...SETTINGS, unix_socket_directories: data }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...settings], { ...who, cwd: data, stdio: 'ignore' });
  const client = await connected(data);
  await load(client, csv);
  const ask = async (sql: string, keys: number): Promise<PlainAnswer> => {
    const { rows } = await client.query<(string | null)[]>({ text: sql, rowMode: 'array' });
    return rows.map((row) => plainLine(row.slice(0, keys), Number(row[keys]), Number(row[keys + 1]), Number(row[keys + 2]))).sort();
  };
  const version = (await client.query<{ server_version: string }>('show server_version')).rows[0]?.server_version ?? '';
  return {
    version,
    fromIntervals: (question) => ask(fromIntervals(question, question.knownAt === events), question.groupBy.length),
    fromEvents: (question) => ask(fromEvents(question), question.groupBy.length),
    async close() {
      await client.end();
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGINT');
      await ended;
    },
  };
}

async function connected(host: string): Promise<pg.Client> {
  for (let attempt = 0; ; attempt += 1) {
    const client = new pg.Client({ host, user: 'bench', database: 'postgres' });
    try {
      await client.connect();
      return client;
    } catch (problem) {
      if (attempt === 100) throw problem;
      await delay(100);
    }
  }
}

async function load(client: pg.Client, csv: string): Promise<void> {
  const columns = CSV_COLUMNS.map((name) => `${name} ${NUMBERS.has(name) ? 'bigint' : 'text'}`).join(', ');
  await client.query(`create unlogged table intervals (${columns})`);
  await client.query(`copy intervals from '${csv}' with (format csv)`);
  // What counts at T begins before it and ends after it: an index on both, of the rows that count at present, with what is summed beside them.
  const sums = 'include (status, stage, owner, product, source, value_minor)';
  await client.query(`create index on intervals (valid_to, valid_from) ${sums} where withdrawn_by is null`);
  await client.query('create index on intervals (valid_from)');
  const told =
    'deal, opened_by, ordinal, valid_from, status, pipeline, stage, owner, company, product, source, origin, campaign, value_minor, currency';
  await client.query(`create unlogged table events as select ${told} from intervals where withdrawn_by is null`);
  await client.query('create index on events (deal, valid_from desc, opened_by desc, ordinal desc)');
  const teams = Array.from({ length: OWNERS }, (_, owner) => `('e${owner}', '${teamOf(owner)}')`).join(', ');
  await client.query(`create table teams as select owner, team from (values ${teams}) as t(owner, team)`);
  await client.query('vacuum analyze');
}
