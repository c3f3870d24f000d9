import { Body, Controller, Inject, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { DealId } from '../../../libs/domain/shared/ids.js';
import type { Call } from '../http/call.js';
import { Calling } from '../http/call.js';
import { checked } from '../http/checked.pipe.js';
import { RegisterRequestBody, intakeOf } from './bodies/request.bodies.js';
import { RequestAnswer } from './command-answer.js';
import { CommandGate, contextOf } from './command-gate.js';
import { CommandRoute } from './command-route.js';
import { RegisterIntake } from './execute-command.js';

@ApiTags('requests')
@Controller('v1/requests')
export class RequestsController {
  constructor(
    @Inject(CommandBus) private readonly bus: CommandBus,
    @Inject(CommandGate) private readonly gate: CommandGate,
  ) {}

  @Post()
  @CommandRoute({
    command: 'RegisterRequest',
    summary: 'Registers a request, whatever its origin (RQ01), with the least that must be known (RQ02 to RQ07).',
    body: RegisterRequestBody,
    creates: true,
    answer: RequestAnswer,
  })
  async registerRequest(@Calling() call: Call, @Body(checked(RegisterRequestBody)) body: RegisterRequestBody): Promise<RequestAnswer> {
    const outcome = await this.bus.execute(new RegisterIntake(intakeOf(body), contextOf(call, body)));
    const { contactId, companyId } = outcome;
    void call.reply.header('location', `/v1/deals/${outcome.id as DealId}`);
    return { ...this.gate.answer(call, outcome), contactId, companyId };
  }
}
