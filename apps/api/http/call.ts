import type { ExecutionContext } from '@nestjs/common';
import { createParamDecorator } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../../../libs/domain/shared/envelope.js';
import { callerPlace } from '../../../libs/observability/correlation.js';
import { callerOf } from '../access/caller.js';
import { idFault } from './fields.js';
import type { Fault } from './problem.js';
import { malformed } from './problem.js';

/** Who asks, and under which conditions: what stands in headers, never in a body. */
export interface Call {
  readonly actor: Actor;
  /** Personal fields are opened. */
  readonly mayReadPersonal: boolean;
  readonly correlationId: string;
  readonly idempotencyKey: string | undefined;
  /** An exact revision. */
  readonly expectedRevision: number | undefined;
  readonly reply: FastifyReply;
}

export const POSITION_HEADER = 'dealtrail-position';
export const REPEATED_HEADER = 'dealtrail-repeated';
export const CORRELATION_HEADER = 'dealtrail-correlation';

/** One value, undefined where the header is not there; a repeated header is a fault. */
function header(request: FastifyRequest, name: string, faults: Fault[]): string | undefined {
  const value = request.headers[name];
  if (Array.isArray(value)) faults.push({ path: `header ${name}`, message: 'must be given once' });
  return typeof value === 'string' ? value : undefined;
}

function revisionOf(request: FastifyRequest, faults: Fault[]): number | undefined {
  const text = header(request, 'if-match', faults);
  if (text === undefined) return undefined;
  const match = /^"?(\d{1,15})"?$/.exec(text.trim());
  if (!match) faults.push({ path: 'header If-Match', message: 'must be one revision as the ETag has it, such as "4"' });
  return match ? Number(match[1]) : undefined;
}

function keyOf(request: FastifyRequest, faults: Fault[]): string | undefined {
  const key = header(request, 'idempotency-key', faults);
  if (key !== undefined && !/^[\x21-\x7e]{1,200}$/.test(key))
    faults.push({ path: 'header Idempotency-Key', message: 'must be 1 to 200 visible ASCII characters' });
  return key;
}

/** As the caller says, else the id of the caller's trace, else one that begins here: the request's own. A header that is no id counts as none. */
export function correlationOf({ headers, id }: FastifyRequest): { readonly id: string; readonly begins: boolean } {
  const said = headers[CORRELATION_HEADER];
  const given = typeof said === 'string' && idFault(said) === undefined ? said : callerPlace(headers['traceparent'])?.traceId;
  return { id: given ?? id, begins: given === undefined };
}

function checkedCorrelation(request: FastifyRequest, faults: Fault[]): string {
  const id = header(request, CORRELATION_HEADER, faults);
  if (id !== undefined && idFault(id) !== undefined) faults.push({ path: 'header Dealtrail-Correlation', message: idFault(id) ?? '' });
  return correlationOf(request).id;
}

export function callOf(request: FastifyRequest, reply: FastifyReply): Call {
  const faults: Fault[] = [];
  const { actor, rights } = callerOf(request);
  const call: Call = {
    actor,
    mayReadPersonal: rights.has('personal'),
    correlationId: checkedCorrelation(request, faults),
    idempotencyKey: keyOf(request, faults),
    expectedRevision: revisionOf(request, faults),
    reply,
  };
  if (faults.length > 0) throw malformed(faults);
  return call;
}

/** @throws RequestProblem 400 for headers that cannot be read */
export const Calling = createParamDecorator((_: unknown, context: ExecutionContext): Call => {
  const http = context.switchToHttp();
  return callOf(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
});
