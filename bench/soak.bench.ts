// Reports while commands come in, against a real server process, open loop: `node dist/bench/soak.bench.js [--seconds 300] [--demo 2000] [--seed N]`.
// Fails where an answer is wrong or a request is refused; times beside their budgets are told, and do not fail.
import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startProcess } from '../apps/testing/processes.js';
import { readConfig } from '../apps/wiring/config.js';
import { openDealtrail } from '../apps/wiring/open-dealtrail.js';
import type { Position } from '../libs/domain/shared/position.js';
import type { Grouping, PipelineAnswer } from '../libs/reporting/queries.js';
import { logPages } from '../libs/event-store/log-pages.js';
import { catalog } from '../libs/event-catalog/catalog.js';
import { ms, spread } from './index/figures.js';
import { randomNumbers } from './index/random.js';
import { Drawn } from './soak/drawn.js';
import { call, closeConnections } from './soak/http-client.js';
import { openLoop } from './soak/open-loop.js';
import { SlowFold } from './soak/slow-fold.js';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '300' }, demo: { type: 'string', default: '2000' }, seed: { type: 'string' } },
});
const SECONDS = Number(values.seconds);
const SEED = Number(values.seed ?? Math.floor(Math.random() * 0x7fffffff));
const REPORTS_PER_SECOND = 50;
const PROBES_PER_SECOND = 20;
const COMMAND_SHARE = 0.3;
const ALONE_SECONDS = Math.min(10, SECONDS / 4);
const CLIENTS = 32;
const DEALS = 1_000;
const CHECKED = 200;
/** Any filter and grouping (design section 12); the standard groupings' 1 ms is the index's own share of it. */
const QUERY_BUDGET_MS = 20;
const HTTP_TIMES_EMPTY = 5;
const GROUPINGS: readonly (readonly Grouping[])[] = [
  ['status', 'stage'],
  ['owner'],
  ['team'],
  ['source', 'status'],
  ['product'],
  ['stage', 'owner'],
  ['company'],
];

interface Sample {
  readonly groupBy: readonly Grouping[];
  readonly answer: PipelineAnswer;
}

const random = randomNumbers(SEED);
const dataDir = mkdtempSync(join(tmpdir(), 'dealtrail-soak-'));
const server = startProcess('apps/api/main.js', [], {
  ...{ PORT: '0', DEALTRAIL_DATA_DIR: dataDir, DEALTRAIL_DEMO: values.demo, DEALTRAIL_LOG_LEVEL: 'error', DEALTRAIL_TIME_ZONE: 'UTC' },
});
try {
  const [, base = ''] = await server.says(/Dealtrail answers at (\S+),/);
  const deals = await registered(base);
  let estimates = 0;
  const estimate = async (): Promise<void> => {
    estimates += 1;
    const value = { amount: `${1 + (estimates % 90_000)}.00`, currency: 'EUR' };
    await call(base, 'POST', `/v1/deals/${deals[estimates % deals.length] ?? ''}/estimate-value`, { value });
  };
  const alone = await closedLoop(estimate);
  const commandsPerSecond = alone * COMMAND_SHARE;

  const drawn = new Drawn<Sample>(CHECKED, random);
  const queryTimes: number[] = [];
  const report = async (): Promise<void> => {
    const groupBy = GROUPINGS[random(GROUPINGS.length)] ?? [];
    const asOf = new Date(Date.now() - random(800 * 86_400) * 1_000).toISOString();
    const { body, headers } = await call(base, 'GET', `/v1/reports/pipeline?asOf=${asOf}&groupBy=${groupBy.join(',')}`);
    const told = /query;dur=([\d.]+)/.exec(String(headers['server-timing']));
    if (told === null) throw new Error('the server does not tell how long the query took');
    queryTimes.push(Number(told[1]));
    drawn.offer({ groupBy, answer: body as PipelineAnswer }); // of our own server
  };
  const [commands, reports, probes] = await Promise.all([
    openLoop(commandsPerSecond, SECONDS, estimate),
    openLoop(REPORTS_PER_SECOND, SECONDS, report),
    openLoop(PROBES_PER_SECOND, SECONDS, async () => void (await call(base, 'GET', '/health/live'))),
  ]);
  const failures = [...commands.failures, ...reports.failures, ...probes.failures];
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} requests failed, the first: ${String(failures[0])}`);
  closeConnections();
  server.kill('SIGTERM');
  const { code } = await server.ended;
  assert.equal(code, 0, 'the server ended in order');

  const equal = await equalTheFold(drawn.kept);
  const [query, http, empty, command] = [spread(queryTimes), spread(reports.times), spread(probes.times), spread(commands.times)];
  const missed = [...(query.p99 > QUERY_BUDGET_MS ? ['query'] : []), ...(http.p99 > HTTP_TIMES_EMPTY * empty.p99 ? ['HTTP'] : [])];
  console.log(
    `soak: ${SECONDS} s, ${commandsPerSecond.toFixed(0)} commands/s (30 % of ${alone.toFixed(0)}/s alone; p99 ${ms(command.p99)}), ` +
      `${REPORTS_PER_SECOND} reports/s: query in the server p50 ${ms(query.p50)}, p99 ${ms(query.p99)} (budget ${QUERY_BUDGET_MS} ms); ` +
      `over HTTP p99 ${ms(http.p99)} = ${(http.p99 / empty.p99).toFixed(1)} × an empty request's ${ms(empty.p99)} (budget ${HTTP_TIMES_EMPTY} ×); ` +
      `${equal} answers equal the fold, seed ${SEED}${missed.length > 0 ? `; MISSED: ${missed.join(', ')}` : ''}`,
  );
} finally {
  server.kill('SIGKILL');
  await server.ended;
  rmSync(dataDir, { recursive: true, force: true });
}

async function registered(base: string): Promise<readonly string[]> {
  await call(base, 'POST', '/v1/companies', { id: 'soak-c', name: 'Company' });
  await call(base, 'POST', '/v1/contacts', { id: 'soak-p', name: 'Person', companyId: 'soak-c' });
  const body = {
    ...{ contact: { id: 'soak-p' }, company: { id: 'soak-c' }, summary: 'a request', source: { kind: 'unknown' } },
    ...{ origin: { kind: 'spontaneous' }, receivedBy: { employeeId: 'soak-e', department: 'sales' } },
  };
  const ids: string[] = [];
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (ids.length < DEALS) ids.push(((await call(base, 'POST', '/v1/requests', body)).body as { id: string }).id); // likewise
    }),
  );
  return ids;
}

/** How many a second, with nothing beside: each client sends the next when it has its answer. */
async function closedLoop(act: () => Promise<void>): Promise<number> {
  const began = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      for (; performance.now() - began < ALONE_SECONDS * 1_000; done += 1) await act();
    }),
  );
  return (done * 1_000) / (performance.now() - began);
}

/** Every answer drawn, against the fold at the position that it states, in one pass over the log. */
async function equalTheFold(samples: readonly Sample[]): Promise<number> {
  const { eventStore, close } = await openDealtrail(readConfig({}, { dataDir }), { mode: 'reader' });
  const waiting = samples.toSorted((a, b) => (a.answer.basis.position < b.answer.basis.position ? -1 : 1));
  const fold = new SlowFold();
  let checked = 0;
  const check = (before: string | null): void => {
    for (let next = waiting[0]; next !== undefined && (before === null || next.answer.basis.position < before); next = waiting[0]) {
      const { groupBy, answer } = next;
      const { rows, undated, totals } = fold.answer({
        groupBy,
        asOf: Date.parse(answer.basis.asOf),
        position: answer.basis.position as Position,
      }); // of our own server
      const said = { rows: answer.rows, undated: answer.undated, totals: answer.totals };
      assert.deepEqual(
        plain(said),
        plain({ rows, undated, totals }),
        `seed ${SEED}: ${JSON.stringify(answer.basis)} differs from the fold`,
      );
      waiting.shift();
      checked += 1;
    }
  };
  for await (const page of logPages(eventStore, { limit: 10_000 })) {
    for (const stored of page) {
      check(stored.position);
      fold.take(catalog.decode(stored));
    }
  }
  check(null);
  await close();
  return checked;
}

/** As JSON says it, without the labels: names of people are sealed in the log and opened in an answer. */
function plain(report: object): unknown {
  return JSON.parse(JSON.stringify(report, (key, value: unknown) => (key === 'labels' ? undefined : value)));
}
