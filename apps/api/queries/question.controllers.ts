import type { Type } from '@nestjs/common';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiExtraModels, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readGiven } from '../../questions/given.js';
import type { Parameter, Question } from '../../questions/question.js';
import { QUESTIONS } from '../../questions/questions.js';
import { callOf } from '../http/call.js';
import { ID_SCHEMA, textFault } from '../http/fields.js';
import { malformed } from '../http/problem.js';
import { ProblemAnswer } from '../http/problem-answer.js';
import { AskQuestion } from './ask-question.js';
import { WRITTEN_AS, written } from './written-as.js';

function documented({ name, about, example, choices, shape, required = false }: Parameter): MethodDecorator {
  const each = { type: 'string', ...(choices && shape !== 'list' ? { enum: [...choices] } : {}) };
  const many = shape === 'many';
  return ApiQuery({ name, required, description: about, example, schema: many ? { type: 'array', items: each } : each });
}

const REFUSALS: readonly (readonly [number, string])[] = [
  [400, 'The question cannot be read; `errors` says where.'],
  [401, 'The server asks for tokens, and this one is missing, unknown or expired.'],
  [403, 'The token does not give the right to read.'],
  [404, 'There is no such deal.'],
  [406, 'No chart is drawn of this answer (`request/not-drawn`).'],
  [409, 'The read models are of another history, or the deal is held back (`view/parked`).'],
  [503, 'Not there yet (`view/late`), or a store cannot be reached.'],
];

/** JSON, or what the header Accept asks for: the rows as CSV or Parquet, some reports as a chart. */
const CONTENT = {
  'application/json': { schema: { type: 'object' } },
  ...Object.fromEntries(Object.keys(WRITTEN_AS).map((type) => [type, { schema: { type: 'string' } }])),
};

/** Aborted where the connection is closed before the answer is written. */
function goneOf({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

function apply(target: object, method: string, decorators: readonly (MethodDecorator | ClassDecorator)[]): void {
  const descriptor = Object.getOwnPropertyDescriptor(target, method);
  if (!descriptor) throw new TypeError(`no method ${method}`);
  for (const decorate of decorators) (decorate as MethodDecorator)(target, method, descriptor); // every one of them decorates methods
}

/** A controller of its own for each question: its path, its parameters and its operationId come from the one table that the command line reads too. */
function controllerOf(question: Question): Type<object> {
  @ApiTags(question.about === 'deal' || question.path === '/v1/deals' ? 'deals' : 'reports')
  @Controller(question.path.replace('{id}', ':id'))
  class QuestionController {
    constructor(@Inject(QueryBus) private readonly queries: QueryBus) {}

    @Get()
    @ApiOperation({ operationId: question.operationId, summary: question.summary })
    async ask(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
      const { mayReadPersonal } = callOf(request, reply);
      const id = (request.params as { id?: string }).id ?? '';
      const fault = question.about === 'deal' ? textFault(id, 200) : undefined;
      if (fault !== undefined) throw malformed([{ path: 'path id', message: fault }]);
      const given = readGiven(question, request.query as Record<string, unknown>);
      const began = performance.now();
      const asker = { readPersonal: mayReadPersonal, gone: goneOf(reply) };
      const answer = await this.queries.execute(new AskQuestion(question, given, asker, id));
      void reply.header('server-timing', `query;dur=${(performance.now() - began).toFixed(3)}`);
      const { revision } = answer as { revision?: number | null };
      if (typeof revision === 'number') void reply.header('etag', `"${revision}"`);
      const { type, body, marks } = await written(answer, request.headers.accept);
      // A header holds no letters beyond ASCII, and a mark may name a currency or a source in any.
      if (marks.length > 0) void reply.header('dealtrail-marks', marks.map((mark) => encodeURI(mark).replaceAll('%20', ' ')).join('; '));
      void reply.header('vary', 'accept').type(type).send(body);
    }
  }
  Object.defineProperty(QuestionController, 'name', { value: `${question.operationId}Controller` });
  apply(QuestionController.prototype, 'ask', [
    ...question.parameters.map(documented),
    ...(question.about === 'deal' ? [ApiParam({ name: 'id', schema: ID_SCHEMA })] : []),
    ApiExtraModels(ProblemAnswer),
    ApiResponse({ status: 200, description: question.summary, content: CONTENT }),
    ...REFUSALS.map(([status, description]) =>
      ApiResponse({
        status,
        description,
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemAnswer' } } },
      }),
    ),
  ]);
  return QuestionController;
}

export const questionControllers: readonly Type<object>[] = QUESTIONS.map(controllerOf);
