import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parse } from 'yaml';
import { findMongoServer } from '../../libs/testing/mongo-server.js';
import type { MongoServer } from '../../libs/testing/mongo-server.js';
import { realEventStore } from '../../libs/testing/real-event-store.js';
import { eventually } from '../../libs/testing/projecting.js';
import { exchange } from '../testing/http.js';
import { MetricLines } from '../testing/metric-lines.js';
import type { Process } from '../testing/processes.js';
import { startProcess } from '../testing/processes.js';
import { temporaryFolder } from '../testing/running.js';

const found = await findMongoServer();
const skip = 'missing' in found;
if (skip) process.stderr.write(`watched processes: tests skipped, ${found.missing}\n`);

/** What an OpenTelemetry collector is sent: OTLP, one body after the other. */
async function collector(): Promise<{ readonly url: string; readonly bodies: Buffer[]; close(): void }> {
  const bodies: Buffer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks));
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  return { url: `http://127.0.0.1:${port}`, bodies, close: () => server.closeAllConnections() ?? server.close() };
}

/** The projector's health check as the compose file has it, at another port. */
async function healthCheck(port: string): Promise<number | null> {
  const { services } = parse(readFileSync(join(import.meta.dirname, '../../docker/compose.stores.yaml'), 'utf8'), { merge: true }) as {
    services: { projector: { environment: Record<string, string>; healthcheck: { test: string[] } } };
  };
  const { environment, healthcheck } = services.projector;
  const [, inside = ''] = environment['DEALTRAIL_METRICS_PORT']?.split(':') ?? [];
  const [, , ...args] = healthcheck.test.map((part) => part.replace(inside, port));
  const [code] = (await once(spawn(process.execPath, args, { stdio: 'ignore' }), 'close')) as [number | null];
  return code;
}

(skip ? describe.skip : describe)('an API and a projector that are watched', () => {
  const mongo = found as MongoServer; // skipped where it is none
  const [logFolder, ownFolder] = [temporaryFolder(), temporaryFolder()];
  const running: Process[] = [];
  let environment: Record<string, string>;
  let traces: Awaited<ReturnType<typeof collector>>;
  let api: Process;
  let base: string;
  let apiWatched: string;

  function run(main: string, ...args: string[]): Process {
    const one = startProcess(main, args, environment);
    running.push(one);
    return one;
  }
  async function serveLog(): Promise<string> {
    environment = { PORT: '0', EVENTSTORE_URL: '', MONGODB_URL: '' };
    const server = run('apps/cli/main.js', 'protocol-server', '--data-dir', logFolder.folder, '--port', '0');
    return (await server.says(/(esdb:\S+)/))[1] ?? '';
  }
  const ready = async (at: string): Promise<readonly [number, string]> => {
    const { status, text } = await exchange(at, '/health/ready');
    return [status, text];
  };
  const scrape = async (at: string): Promise<MetricLines> => new MetricLines((await exchange(at, '/metrics')).text);

  beforeAll(async () => {
    traces = await collector();
    const { url, streamPrefix } = realEventStore() ?? { url: await serveLog(), streamPrefix: '' };
    environment = {
      ...{ DEALTRAIL_STREAM_PREFIX: streamPrefix },
      ...{ PORT: '0', EVENTSTORE_URL: url, MONGODB_URL: `${mongo.url}/watched_${process.pid}`, DEALTRAIL_DATA_DIR: ownFolder.folder },
      ...{ DEALTRAIL_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'), DEALTRAIL_PARTITIONS: '2' },
      ...{ DEALTRAIL_METRICS_PORT: '0', DEALTRAIL_DRAIN_SECONDS: '2' },
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: traces.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
    };
    api = run('apps/api/main.js', '--without-projector');
    [, apiWatched = ''] = await api.says(/Metrics and health are told at (\S+)\.\n/);
    [, base = ''] = await api.says(/Dealtrail answers at (\S+),/);
  }, 60_000);
  afterAll(async () => {
    for (const one of running) one.kill('SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
    traces.close();
    await mongo.remove();
    for (const folder of [logFolder, ownFolder]) folder.remove();
  });

  it('the API is not ready while nobody projects, is when somebody does, and is not again when that one has left', async () => {
    expect(await ready(base)).toEqual([503, expect.stringMatching(/nobody keeps pipeline-snapshot: is a projector running/)]);
    expect((await scrape(apiWatched)).value('dealtrail_projection_unkept_models')).toBeGreaterThan(3);

    const projector = run('apps/projector/main.js');
    const [, port = ''] = await projector.says(/"address":"http:\/\/127\.0\.0\.1:(\d+)"/);
    const watched = `http://127.0.0.1:${port}`;
    await eventually('both are ready', async () => (await ready(watched))[0] === 200 && (await ready(base))[0] === 200);
    expect(await healthCheck(port)).toBe(0);
    const partitions = (await scrape(watched)).value('dealtrail_projector_partitions') ?? 0;
    expect(partitions).toBeGreaterThan(3);
    expect((await scrape(apiWatched)).value('dealtrail_projector_partitions')).toBe(0);
    expect((await scrape(apiWatched)).value('dealtrail_projection_unkept_models')).toBe(0);

    const id = '4bf92f35-77b3-4da6-a3ce-929d0e0e4736';
    const body = { id: 'c-1', name: 'Vermeer Machines' };
    const headers = { 'dealtrail-correlation': id };
    expect((await exchange(base, '/v1/companies', { method: 'POST', body, headers })).status).toBe(201);
    // One trace from two processes: each sends its part by itself.
    const traceId = Buffer.from(id.replaceAll('-', ''), 'hex');
    const sent = (service: string, span: string): boolean =>
      traces.bodies.some((bytes) => bytes.includes(traceId) && bytes.includes(span) && bytes.includes(service));
    await eventually('the request is traced', async () => sent('dealtrail', 'POST /v1/companies'));
    await eventually('its projection is traced', async () => sent('dealtrail-projector', 'project CompanyRegistered'));
    expect(traces.bodies.some((bytes) => bytes.includes('Vermeer'))).toBe(false);

    projector.kill('SIGTERM');
    expect((await projector.ended).code).toBe(0);
    expect(await healthCheck(port)).toBe(1);
    expect((await ready(base))[0]).toBe(503);
  }, 60_000);

  it('the API goes on answering for a while after SIGTERM, and says that it will not for long', async () => {
    api.kill('SIGTERM');
    await eventually('it says so', async () => (await ready(base))[1].includes('about to end'));
    expect((await exchange(base, '/v1/caller')).status).toBe(200);
    expect((await api.ended).code).toBe(0);
  });
});
