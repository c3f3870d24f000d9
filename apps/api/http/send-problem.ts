import type { FastifyReply } from 'fastify';
import type { RequestProblem } from './problem.js';

const codes = new WeakMap<FastifyReply, string>();

/** The code of the problem that was answered, for the log; undefined where there was none. */
export function codeSaid(reply: FastifyReply): string | undefined {
  return codes.get(reply);
}

/** RFC 9457, with the headers that belong to the fault. */
export function sendProblem(reply: FastifyReply, { problem, headers }: Pick<RequestProblem, 'problem' | 'headers'>): FastifyReply {
  codes.set(reply, problem.code);
  for (const [name, value] of Object.entries(headers)) void reply.header(name, value);
  return reply
    .code(problem.status)
    .type('application/problem+json; charset=utf-8')
    .send(`${JSON.stringify(problem)}\n`);
}
