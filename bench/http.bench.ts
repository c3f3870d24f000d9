// Commands over HTTP, each durable when answered, against an empty validated POST on the same server, 64 clients: `npm run bench:http -- [--seconds 5] [--one-thread]`.
// With `--one-thread` the log is written, and projected, by the thread that serves; with `--unwatched` nothing is counted at the ports, and no line written for a request.
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { ApiExcludeController } from '@nestjs/swagger';
import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { pino } from 'pino';
import { REQUEST } from '../apps/testing/running.js';
import { EstimateValueBody } from '../apps/api/commands/bodies/deal.bodies.js';
import { checked } from '../apps/api/http/checked.pipe.js';
import { serve } from '../apps/api/serve.js';
import { readConfig } from '../apps/wiring/config.js';
import { openDealtrail } from '../apps/wiring/open-dealtrail.js';
import { Metrics } from '../libs/observability/metrics.js';
import type { ClientsAsked, ClientsTold } from './http/clients.worker.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    'one-thread': { type: 'boolean', default: false },
    unwatched: { type: 'boolean', default: false },
  },
});
const CLIENTS = 64;
const DEALS = 500;

/** The same body, checked the same way, and nothing done with it. */
@ApiExcludeController()
@Controller('bench/empty')
class EmptyController {
  @Post()
  @HttpCode(200)
  empty(@Body(checked(EstimateValueBody)) body: EstimateValueBody): { taken: boolean } {
    return { taken: body.value !== undefined };
  }
}
@Module({ controllers: [EmptyController] })
class EmptyModule {}

const dataDir = mkdtempSync(join(tmpdir(), 'dealtrail-bench-'));
// Watched as `npm start` is: counted, and a line written for each request.
const log = pino({ level: values.unwatched ? 'silent' : 'info' }, pino.destination({ dest: '/dev/null', sync: true }));
const observability = { metrics: new Metrics({ ofProcess: true }), tracing: null, log };
const dealtrail = await openDealtrail(readConfig({ PORT: '0' }, { dataDir }), {
  mode: 'owner',
  ...(values.unwatched ? {} : { observability }),
  ...(values['one-thread'] ? {} : { threads: 'log and models' }),
});
dealtrail.projector?.start();
const server = await serve({ dealtrail, ...observability, beside: [EmptyModule] });
const headers = { 'content-type': 'application/json' };

async function post(path: string, body: object): Promise<{ readonly id: string }> {
  const answer = await fetch(new URL(path, server.address), { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
  return (await answer.json()) as { id: string }; // of our own server
}

await post('/v1/companies', { id: 'c-1', name: 'Company' });
await post('/v1/contacts', { id: 'p-1', name: 'Person', companyId: 'c-1' });
const deals: string[] = [];
for (let number = 0; number < DEALS; number += 1) {
  const { id } = await post('/v1/requests', REQUEST);
  deals.push(id);
}

let amounts = 0;

/** What the thread that serves has had of a processor, in ms, by steps of 10; NaN where there is no /proc. */
function servingMs(): number {
  try {
    const fields = readFileSync(`/proc/self/task/${process.pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return NaN;
  }
}

interface Rate {
  readonly perSecond: number;
  /** Of the serving thread, in ms a request. */
  readonly cpu: number;
}

/** The clients are in a thread of their own: what they cost is on neither side. */
async function rate(paths: readonly string[]): Promise<Rate> {
  const workerData: ClientsAsked = { url: server.address, connections: CLIENTS, seconds: Number(values.seconds), paths, from: amounts };
  const from = servingMs();
  const worker = new Worker(new URL('./http/clients.worker.js', import.meta.url), { workerData });
  const [told] = (await once(worker, 'message')) as [ClientsTold]; // what it posts
  amounts += told.sent;
  if (told.failed > 0) throw new Error(`${told.failed} refused or failed`);
  return { perSecond: told.rate, cpu: (servingMs() - from) / told.sent };
}

const ratios: number[] = [];
for (let round = 0; round < 3; round += 1) {
  const empty = await rate(['/bench/empty']);
  const command = await rate(deals.map((id) => `/v1/deals/${id}/estimate-value`));
  const ratio = command.perSecond / empty.perSecond;
  ratios.push(ratio);
  const said = ({ perSecond, cpu }: Rate): string => `${perSecond.toFixed(0)}/s (${cpu.toFixed(3)} ms of its thread)`;
  console.log(`empty ${said(empty)}, command ${said(command)}, ratio ${ratio.toFixed(2)}`);
}
console.log(`median ratio ${ratios.sort((a, b) => a - b)[1]?.toFixed(2)} (budget 0.5)`);
await server.close();
await dealtrail.close();
rmSync(dataDir, { recursive: true, force: true });
process.exit(0);
