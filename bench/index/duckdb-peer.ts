import { DuckDBInstance } from '@duckdb/node-api';
import type { PlainAnswer } from './answer.js';
import { plainLine } from './answer.js';
import { OWNERS } from './deal-log.js';
import type { BenchQuestion } from './questions.js';
import { teamOf } from './questions.js';
import { CSV_COLUMNS, fromIntervals, NUMBERS } from './sql.js';

export interface Peer {
  ask(question: BenchQuestion): Promise<PlainAnswer>;
  close(): Promise<void>;
}

/** DuckDB over the same rows, texts as enums, in the order in which they were opened, so that its zone maps leave out what began later. */
export async function duckdbPeer(csv: string, file: string, events: number, threads = 2): Promise<Peer> {
  const instance = await DuckDBInstance.create(file, { threads: String(threads) });
  const connection = await instance.connect();
  const types = CSV_COLUMNS.map((name) => `'${name}': '${NUMBERS.has(name) ? 'BIGINT' : 'VARCHAR'}'`).join(', ');
  await connection.run(`create table raw as select * from read_csv('${csv}', header = false, nullstr = '', columns = {${types}})`);
  const coded = CSV_COLUMNS.filter((name) => !NUMBERS.has(name) && name !== 'deal');
  for (const name of coded)
    await connection.run(`create type ${name}_t as enum (select distinct ${name} from raw where ${name} is not null)`);
  const columns = CSV_COLUMNS.map((name) => ((coded as readonly string[]).includes(name) ? `${name}::${name}_t as ${name}` : name));
  await connection.run(`create table intervals as select ${columns.join(', ')} from raw order by opened_by`);
  await connection.run('drop table raw');
  const teams = Array.from({ length: OWNERS }, (_, owner) => `('e${owner}', '${teamOf(owner)}')`).join(', ');
  await connection.run(`create table teams as select owner::owner_t as owner, team from (values ${teams}) as t(owner, team)`);
  await connection.run('checkpoint');
  return {
    async ask(question) {
      const reader = await connection.runAndReadAll(fromIntervals(question, question.knownAt === events));
      const keys = question.groupBy.length;
      return reader
        .getRows()
        .map((row) => plainLine(row.slice(0, keys) as (string | null)[], Number(row[keys]), Number(row[keys + 1]), Number(row[keys + 2]))) // texts, then sums
        .sort();
    },
    close() {
      connection.closeSync();
      instance.closeSync();
      return Promise.resolve();
    },
  };
}
