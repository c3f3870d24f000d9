import type { Type } from '@nestjs/common';
import { HttpCode, applyDecorators } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { CommandType } from '../../../libs/domain/commands.js';
import { MoneyBody } from './bodies/shared.bodies.js';
import { CommandAnswer } from './command-answer.js';
import { ProblemAnswer } from '../http/problem-answer.js';

export interface CommandRouteOptions {
  readonly command: CommandType;
  readonly summary: string;
  readonly body: Type<object>;
  /** 201 instead of 200. */
  readonly creates?: boolean;
  readonly answer?: Type<CommandAnswer>;
}

const REFUSALS: readonly (readonly [number, string])[] = [
  [400, 'Malformed: the path of each fault is in `errors`. Nothing was appended.'],
  [401, 'The server asks for tokens, and this one is missing, unknown or expired.'],
  [403, 'The token does not give the right that `x-right` names.'],
  [404, 'What the command is about does not exist.'],
  [409, 'Its state does not allow this; `legal` says what would be.'],
  [412, 'It is at another revision than If-Match says; `currentRevision` has it.'],
  [413, 'The body is too large.'],
  [422, 'A rule is broken whatever the state, or the Idempotency-Key was used with another body.'],
  [503, 'The log cannot be reached; nothing is half done. Retry-After says when to try again.'],
];

/** One command, one operationId; everything that is alike among commands. */
export function CommandRoute({ command, summary, body, creates, answer = CommandAnswer }: CommandRouteOptions): MethodDecorator {
  const status = creates ? 201 : 200;
  return applyDecorators(
    HttpCode(status),
    ApiExtraModels(MoneyBody),
    ApiOperation({ operationId: command, summary }),
    ApiBody({ type: body }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'The same key and body again: the first answer, nothing appended.',
      schema: { type: 'string', maxLength: 200 },
    }),
    ApiHeader({ name: 'If-Match', required: false, description: 'The revision that the stream must be at.', schema: { type: 'string' } }),
    ApiHeader({
      name: 'Dealtrail-Actor',
      required: false,
      description: 'An employee id; default local. Refused beside a token: the actor is then whom it stands for.',
      schema: { type: 'string' },
    }),
    ApiResponse({
      status,
      type: answer,
      headers: { ETag: { schema: { type: 'string' } }, 'Dealtrail-Position': { schema: { type: 'string' } } },
    }),
    ...REFUSALS.map(([code, description]) =>
      ApiResponse({
        status: code,
        description,
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemAnswer' } } },
      }),
    ),
    ApiExtraModels(ProblemAnswer),
  );
}
