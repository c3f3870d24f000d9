import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:http';
import { pino } from 'pino';
import { pipelineSnapshotModel } from '../../../projections/pipeline-snapshot/pipeline-snapshot.js';
import { MetricLines } from '../../testing/metric-lines.js';
import type { Running } from '../../testing/running.js';
import { runServer, temporaryFolder } from '../../testing/running.js';
import { tokenFile } from '../../testing/tokens.js';

const REQUEST = {
  contact: { new: { name: 'Anna Jansen' } },
  company: { new: { name: 'Vermeer Machines' } },
  summary: 'wants a price for ten machines',
  source: { kind: 'unknown' },
  origin: { kind: 'spontaneous' },
  receivedBy: { employeeId: 'e-1', department: 'sales' },
};

describe('a server that is watched', () => {
  const data = temporaryFolder();
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (text: string) => void lines.push(JSON.parse(text) as Record<string, unknown>) });
  let running: Running;
  let deal: string;

  const scrape = async (): Promise<MetricLines> => new MetricLines((await running.ask('/metrics')).text);
  const requestLines = () => lines.filter(({ msg }) => msg === 'request');

  beforeAll(async () => {
    running = await runServer(data.folder, { indexed: true, log });
    await running.dealtrail.startIndex();
    const made = await running.post('/v1/requests', REQUEST, { 'dealtrail-correlation': 'order-7' });
    const { id, position } = made.json() as { id: string; position: string };
    deal = id;
    await running.ask(`/v1/reports/pipeline?after=${position}`);
  });
  afterAll(async () => {
    await running.stop();
    data.remove();
  });

  it('counts commands by name and outcome, and refusals by code', async () => {
    await running.post(`/v1/deals/${deal}/win`, { reasons: ['price'] });
    const seen = await scrape();
    expect(seen.value('dealtrail_commands_total', { command: 'RegisterRequest', outcome: 'appended' })).toBe(1);
    expect(seen.value('dealtrail_commands_total', { command: 'RegisterContact', outcome: 'appended' })).toBe(1);
    expect(seen.value('dealtrail_commands_total', { command: 'WinDeal', outcome: 'refused' })).toBe(1);
    expect(seen.value('dealtrail_command_refusals_total', { code: 'deal/not-open' })).toBe(1);
  });

  it('counts and times requests by pattern and status, whatever was asked for', async () => {
    await running.ask('/v1/deals/nobody-knows-this');
    await running.ask('/v1/imagined/secret');
    const seen = await scrape();
    expect(seen.value('dealtrail_http_requests_total', { method: 'POST', route: '/v1/requests', status: '201' })).toBe(1);
    expect(seen.value('dealtrail_http_requests_total', { method: 'GET', route: '/v1/deals/:id', status: '404' })).toBe(1);
    expect(seen.value('dealtrail_http_requests_total', { method: 'GET', route: 'none', status: '404' })).toBe(1);
    expect(seen.value('dealtrail_http_request_duration_seconds_count', { method: 'POST', route: '/v1/requests' })).toBe(1);
    expect(seen.text).not.toMatch(/nobody-knows-this|secret|Anna|Vermeer|order-7/);
  });

  it('tells appends, commits, lag and the timeline index', async () => {
    const { position } = await running.dealtrail.eventStore.head();
    await running.dealtrail.models?.waitFor(position, 5_000);
    await running.ask(`/v1/reports/pipeline?after=${position}`); // brings the index there
    const seen = await scrape();
    expect(seen.value('dealtrail_events_appended_total', { category: 'deal' })).toBe(1);
    expect(seen.value('dealtrail_append_duration_seconds_count')).toBe(seen.value('dealtrail_appends_total', { outcome: 'appended' }));
    expect(seen.value('dealtrail_log_commit_appends_count')).toBeGreaterThanOrEqual(3);
    const model = { model: 'pipeline-snapshot', version: String(pipelineSnapshotModel.version), partition: '0' };
    expect(seen.value('dealtrail_projection_lag_events', model)).toBe(0);
    expect(seen.value('dealtrail_projection_parked_streams', model)).toBe(0);
    expect(seen.value('dealtrail_projection_state', { ...model, state: 'live' })).toBe(1);
    expect(seen.value('dealtrail_projection_state', { ...model, state: 'stopped' })).toBe(0);
    expect(seen.value('dealtrail_index_state', { state: 'ready' })).toBe(1);
    expect(seen.value('dealtrail_index_rows')).toBeGreaterThan(0);
    expect(seen.value('dealtrail_index_position')).toBe(Number(position));
  });

  it('counts subscribers while they are there', async () => {
    const sent = get(new URL('/v1/events', running.base), { agent: false });
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    await once(answer, 'data');
    expect((await scrape()).value('dealtrail_subscribers', { via: 'sse' })).toBe(1);
    sent.destroy();
    while ((await scrape()).value('dealtrail_subscribers', { via: 'sse' }) !== 0) continue;
    expect((await running.ask('/v1/events?after=99999999')).status).toBe(409);
    expect((await scrape()).value('dealtrail_subscribers', { via: 'sse' })).toBe(0);
  });

  it('writes one line for each request: pattern, status, time and correlation, with the code of what was refused', async () => {
    lines.length = 0;
    await running.ask(`/v1/deals/${deal}?asOf=2026-01-01`, { headers: { 'dealtrail-correlation': 'order-8' } });
    await running.post(`/v1/deals/${deal}/win`, { reasons: ['price'] });
    await running.ask('/health/live');
    const line = { method: 'GET', route: '/v1/deals/:id', ms: expect.any(Number) as unknown, correlationId: 'order-8' };
    expect(requestLines()).toEqual([
      expect.objectContaining({ ...line, status: 200 }),
      expect.objectContaining({ method: 'POST', route: '/v1/deals/:id/win', status: 409, code: 'deal/not-open' }),
    ]);
    expect(JSON.stringify(lines)).not.toContain('asOf');
  });

  it('takes the id of the caller’s trace for the correlation id where none is said', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const body = { id: 'c-77', name: 'Machines' };
    await running.post('/v1/companies', body, { traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
    const { events } = await running.dealtrail.eventStore.readStream('company-c-77' as never);
    expect(String(events[0]?.metadata)).toContain(`"correlationId":"${traceId}"`);
  });

  it('says that it is not ready while it is about to end, and answers still', async () => {
    const ending = temporaryFolder();
    const other = await runServer(ending.folder);
    await other.dealtrail.projector?.catchUp();
    expect((await other.ask('/health/ready')).status).toBe(200);
    other.gate.drain();
    const ready = await other.ask('/health/ready');
    expect([ready.status, ready.text]).toEqual([503, expect.stringContaining('about to end')]);
    expect((await other.ask('/v1/reports/pipeline')).status).toBe(200);
    await other.stop();
    ending.remove();
  });

  it('shows metrics only to who may operate, where there are tokens', async () => {
    const guarded = temporaryFolder();
    const file = `${guarded.folder}/tokens.yaml`;
    const { operator, reader } = tokenFile(file, { operator: { rights: ['operate'] }, reader: { rights: ['read'] } });
    const other = await runServer(guarded.folder, { environment: { DEALTRAIL_TOKENS: file } });
    const status = async (token?: string) =>
      (await other.ask('/metrics', { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })).status;
    expect([await status(), await status(reader), await status(operator)]).toEqual([401, 403, 200]);
    await other.stop();
    guarded.remove();
  });
});
