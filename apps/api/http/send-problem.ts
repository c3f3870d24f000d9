import type { FastifyReply } from 'fastify';
import type { RequestProblem } from './problem.js';

/** RFC 9457, with the headers that belong to the fault. */
export function sendProblem(reply: FastifyReply, { problem, headers }: Pick<RequestProblem, 'problem' | 'headers'>): FastifyReply {
  for (const [name, value] of Object.entries(headers)) void reply.header(name, value);
  return reply
    .code(problem.status)
    .type('application/problem+json; charset=utf-8')
    .send(`${JSON.stringify(problem)}\n`);
}
