import { createHash } from 'node:crypto';

/** Of W3C Trace Context: 32 and 16 lower-case hexadecimal digits, not all of them 0. */
export interface TracePlace {
  readonly traceId: string;
  readonly spanId: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Where everything belongs that came of one correlation id, which is all that an event keeps: whoever has the event finds its trace, in any process and at any later time.
 * A UUID or a trace id is the trace's id itself; anything else is hashed to one. The span is the request that began it.
 */
export function placeOf(correlationId: string): TracePlace {
  const hash = createHash('sha256').update(correlationId).digest('hex');
  const traceId = UUID.test(correlationId)
    ? correlationId.replaceAll('-', '').toLowerCase()
    : TRACE_ID.test(correlationId)
      ? correlationId
      : hash.slice(0, 32);
  return { traceId, spanId: hash.slice(32, 48) };
}

/** The caller's span, by the header `traceparent`; undefined where it is not of that form, which then counts as none. */
export function callerPlace(traceparent: unknown): (TracePlace & { readonly sampled: boolean }) | undefined {
  const [, traceId, spanId, flags] = (typeof traceparent === 'string' && TRACEPARENT.exec(traceparent)) || [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, sampled: (parseInt(flags, 16) & 1) === 1 };
}
