import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isLoopback } from '../../wiring/config.js';
import { problem } from './problem.js';
import { sendProblem } from './send-problem.js';

/** The name without the port: `localhost:3000`, `[::1]:3000`. */
function hostName(host: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(host);
  return (bracketed?.[1] ?? host.replace(/:\d+$/, '')).toLowerCase();
}

function isOurs(host: string): boolean {
  return isLoopback(hostName(host));
}

/** Null where the request may pass, else why not. */
function suspicion({ headers, method }: FastifyRequest): string | null {
  // A page elsewhere whose name was rebound to 127.0.0.1 still sends its own name.
  if (headers.host === undefined || !isOurs(headers.host)) return `the Host header '${headers.host ?? ''}' is not this machine's loopback`;
  if (method === 'GET' || method === 'HEAD') return null;
  // A form or a script of another site may send what needs no preflight.
  const { origin } = headers;
  if (origin !== undefined && !isOurs(origin.replace(/^https?:\/\//, ''))) return `requests of the page ${origin} are not taken`;
  return headers['sec-fetch-site'] === 'cross-site' ? 'requests of other sites are not taken' : null;
}

/**
 * Without tokens whoever can send is trusted: so the browser must not be made to send for somebody else. With tokens it can be made to send, but not to show one,
 * and the name in the Host header is whatever stands in front.
 */
export function refuseForeignOrigins(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    const reason = suspicion(request);
    if (reason === null) return done();
    void sendProblem(reply, { problem: problem(403, 'request/foreign-origin', reason), headers: {} });
  });
}
