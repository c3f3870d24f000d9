import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { Catch } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { RequestProblem, problem } from './problem.js';
import { problemOf } from './problem-of.js';
import { sendProblem } from './send-problem.js';

/** Every fault leaves as problem details; what nobody foresaw is logged with the request's id and shows nothing of the inside. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    let answer = problemOf(error);
    if (!answer) {
      this.log.error({ err: error, requestId: request.id, route: request.routeOptions?.url }, 'a request failed');
      answer = new RequestProblem(problem(500, 'server/fault', `an unforeseen fault; the server's log has it under request ${request.id}`));
    }
    if (reply.sent) return; // a stream that ended itself
    void sendProblem(reply, answer);
  }
}
