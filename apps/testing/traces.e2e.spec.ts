import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { placeOf } from '../../libs/observability/correlation.js';
import { startTracing } from '../../libs/observability/start-tracing.js';
import type { Tracing } from '../../libs/observability/tracing.js';
import type { Running } from './running.js';
import { runServer, temporaryFolder } from './running.js';

describe('traces', () => {
  const data = temporaryFolder();
  const exporter = new InMemorySpanExporter();
  let running: Running;
  let tracing: Tracing;

  const COMPANY = { id: 'c-1', name: 'Vermeer Machines' };
  const parentOf = (span: ReadableSpan): string | undefined => span.parentSpanContext?.spanId;
  const spansOf = (traceId: string): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);
  const named = (spans: readonly ReadableSpan[], name: string): ReadableSpan => {
    const span = spans.find((one) => one.name === name);
    if (span === undefined) throw new Error(`no span ${name} among ${spans.map((one) => one.name).join(', ')}`);
    return span;
  };

  /** Posts, and waits for the projector and the last span. */
  async function post(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    const answer = await running.post(path, body, headers);
    expect(answer.status).toBe(201);
    const { position } = answer.json() as { position: string };
    const told = (): boolean =>
      exporter.getFinishedSpans().some((span) => span.name.startsWith('project ') && span.attributes['dealtrail.position'] === position);
    while (!told()) await new Promise(setImmediate);
  }

  beforeAll(async () => {
    tracing = await startTracing('dealtrail-test', [new SimpleSpanProcessor(exporter)]);
    running = await runServer(data.folder, { tracing, threads: true });
    await running.dealtrail.projector?.catchUp();
  });
  beforeEach(() => exporter.reset());
  afterAll(async () => {
    await running.stop();
    await tracing.stop();
    data.remove();
  });

  it('lead from the request over the command, its decision and its append to the projection, as one', async () => {
    await post('/v1/companies', COMPANY);
    const request = named(exporter.getFinishedSpans(), 'POST /v1/companies');
    const { traceId, spanId } = request.spanContext();
    const spans = spansOf(traceId);
    const command = named(spans, 'command RegisterCompany');
    expect(parentOf(request)).toBeUndefined();
    expect(parentOf(command)).toBe(spanId);
    expect(parentOf(named(spans, 'decide RegisterCompany'))).toBe(command.spanContext().spanId);
    expect(parentOf(named(spans, 'append'))).toBe(command.spanContext().spanId);
    const projected = named(spans, 'project CompanyRegistered');
    expect(parentOf(projected)).toBe(spanId);
    expect(projected.attributes['dealtrail.models']).toContain('dimension-timelines');

    const page = named(exporter.getFinishedSpans(), 'projection page');
    expect(page.spanContext().traceId).not.toBe(traceId);
    expect(page.links.map(({ context }) => context.spanId)).toEqual([projected.spanContext().spanId]);
  });

  it('find their trace by the correlation id that the event keeps', async () => {
    await post('/v1/companies', { ...COMPANY, id: 'c-2' }, { 'dealtrail-correlation': 'order-7' });
    const { traceId } = placeOf('order-7');
    const names = spansOf(traceId).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['POST /v1/companies', 'append', 'project CompanyRegistered']));
  });

  it('go on from the caller’s span', async () => {
    const [traceId, spanId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
    const traceparent = `00-${traceId}-${spanId}-01`;
    await post('/v1/companies', { ...COMPANY, id: 'c-3' }, { traceparent });
    expect(parentOf(named(spansOf(traceId), 'POST /v1/companies'))).toBe(spanId);
    named(spansOf(traceId), 'project CompanyRegistered');

    // Where the caller says both, the request is in the caller's trace and leads to the correlation id's, where the projection is.
    await post('/v1/companies', { ...COMPANY, id: 'c-4' }, { traceparent, 'dealtrail-correlation': 'order-9' });
    const linked = spansOf(traceId).flatMap(({ links }) => links.map(({ context }) => context.traceId));
    expect(linked).toEqual([placeOf('order-9').traceId]);
    named(spansOf(placeOf('order-9').traceId), 'project CompanyRegistered');
  });

  it('hold no name and no text', async () => {
    await post('/v1/contacts', { id: 'p-1', name: 'Anna Jansen', companyId: 'c-1' });
    await running.post('/v1/contacts', { id: 'p-1', name: 'Anna Jansen', companyId: 'no such company!' });
    const spans = exporter.getFinishedSpans().map(({ name, attributes, status, events }) => ({ name, attributes, status, events }));
    expect(JSON.stringify(spans)).not.toMatch(/Jansen|Vermeer|no such company/);
  });
});
