import type { ServerResponse } from 'node:http';
import type { Span } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Observability } from '../../wiring/observability.js';
import { correlationOf } from './call.js';
import { codeSaid } from './send-problem.js';

const SUBSCRIPTION = '/v1/events';
/** Asked every few seconds by machines: written down only where somebody wants to know everything. */
const WATCHERS = /^\/(health\/|metrics$)/;

/** Counts, times and traces every request, refused ones too, and writes one line for each: its pattern, never its path, and nothing of its query or body. */
export function watchRequests(server: FastifyInstance, { metrics, tracing, log }: Observability): void {
  const { httpRequests, httpDuration, subscribers } = metrics.of;
  const spans = new WeakMap<FastifyRequest, Span>();
  const subscriptions = new Set<ServerResponse>();
  metrics.readAtScrape('subscribers', () => {
    const open = [...subscriptions].filter(({ headersSent, statusCode }) => headersSent && statusCode === 200);
    subscribers.set({ via: 'sse' }, open.length);
  });

  server.addHook('onRequest', (request, { raw }, done) => {
    const { method, routeOptions } = request;
    if (routeOptions.url === SUBSCRIPTION) {
      subscriptions.add(raw);
      raw.once('close', () => subscriptions.delete(raw));
    }
    if (tracing === null) return done();
    const { id, begins } = correlationOf(request);
    const { traceparent } = request.headers;
    const span = tracing.request({ method, route: routeOf(request), correlationId: id, begins, traceparent });
    spans.set(request, span);
    tracing.inside(span, done);
  });

  if (tracing !== null) {
    // The body comes in with the socket's events, which know nothing of what was active before.
    server.addHook('preValidation', (request, _reply, done) => {
      const span = spans.get(request);
      if (span === undefined) done();
      else tracing.inside(span, done);
    });
  }

  server.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    const route = routeOf(request);
    const { elapsedTime: ms, statusCode: status } = reply;
    httpRequests.inc({ method, route, status });
    if (route !== SUBSCRIPTION) httpDuration.observe({ method, route }, ms / 1000);
    const span = spans.get(request);
    if (span !== undefined) {
      span.setAttribute('http.response.status_code', status);
      span.end();
    }
    const level = WATCHERS.test(route) ? 'debug' : 'info';
    if (log.isLevelEnabled(level)) {
      const code = codeSaid(reply);
      const line = { method, route, status, ms: Math.round(ms * 10) / 10, correlationId: correlationOf(request).id };
      log[level]({ ...line, requestId: request.id, ...(code === undefined ? {} : { code }) }, 'request');
    }
    done();
  });
}

function routeOf({ routeOptions }: FastifyRequest): string {
  return routeOptions.url ?? 'none';
}
