import type { Attributes, Context, Link, Span, SpanContext, Tracer } from '@opentelemetry/api';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, context, createContextKey, trace } from '@opentelemetry/api';
import type { TracePlace } from './correlation.js';
import { callerPlace, placeOf } from './correlation.js';

/** The ids that the next span is to have; the SDK's generator looks here first. */
const WANTED = createContextKey('dealtrail wanted ids');

export function wantedIds(): TracePlace | undefined {
  return context.active().getValue(WANTED) as TracePlace | undefined; // set below alone
}

function remote({ traceId, spanId }: TracePlace, sampled = true): SpanContext {
  return { traceId, spanId, isRemote: true, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE };
}

/** An HTTP request as far as traces see it. */
export interface TracedRequest {
  readonly method: string;
  /** Its pattern, never the path that was asked for. */
  readonly route: string;
  readonly correlationId: string;
  /** Nobody gave the correlation id: it was made for this request. */
  readonly begins: boolean;
  readonly traceparent: unknown;
}

/** Spans of this process. There is one where traces are sent somewhere; everywhere else it is null, and costs nothing. */
export class Tracing {
  constructor(
    private readonly tracer: Tracer,
    /** Sends what has not been sent. */
    readonly stop: () => Promise<void>,
  ) {}

  /** A span around the work, below the span that is active now. */
  within<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
    return this.tracer.startActiveSpan(name, { attributes }, async (span) => {
      try {
        return await work();
      } catch (error) {
        fail(span, error);
        throw error;
      } finally {
        span.end();
      }
    });
  }

  /** The span of a request: in its caller's trace, in that of the correlation id it names, or the first of a trace whose id is the correlation id's. */
  request({ method, route, correlationId, begins, traceparent }: TracedRequest): Span {
    const place = placeOf(correlationId);
    const caller = callerPlace(traceparent);
    const options = {
      kind: SpanKind.SERVER,
      attributes: { 'http.request.method': method, 'http.route': route, 'dealtrail.correlation_id': correlationId },
      links: caller === undefined || caller.traceId === place.traceId ? [] : [{ context: remote(place) }],
    };
    const start = (within: Context): Span => this.tracer.startSpan(`${method} ${route}`, options, within);
    if (caller !== undefined) return start(trace.setSpanContext(ROOT_CONTEXT, remote(caller, caller.sampled)));
    if (!begins) return start(trace.setSpanContext(ROOT_CONTEXT, remote(place)));
    return context.with(context.active().setValue(WANTED, place), () => start(ROOT_CONTEXT));
  }

  /** What runs within has the span above it. */
  inside(span: Span, work: () => void): void {
    context.with(trace.setSpan(ROOT_CONTEXT, span), work);
  }

  /** A finished span of an event, in the trace of its correlation id, wherever and whenever that began. */
  ofEvent(name: string, correlationId: string, attributes: Attributes, times: { readonly from: number; readonly to: number }): SpanContext {
    const within = trace.setSpanContext(ROOT_CONTEXT, remote(placeOf(correlationId)));
    const span = this.tracer.startSpan(name, { kind: SpanKind.CONSUMER, attributes, startTime: times.from }, within);
    span.end(times.to);
    return span.spanContext();
  }

  /** A finished span of its own trace. */
  alone(name: string, attributes: Attributes, links: Link[], times: { readonly from: number; readonly to: number }): void {
    this.tracer.startSpan(name, { root: true, attributes, links, startTime: times.from }).end(times.to);
  }
}

/** Which kind of error, never its text: a message may quote what was sent. */
export function fail(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown');
}
