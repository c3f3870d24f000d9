import { Body, Controller, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Call } from '../http/call.js';
import { Calling } from '../http/call.js';
import { checked } from '../http/checked.pipe.js';
import { PathId } from '../http/path-id.js';
import { SubmitForecastBody } from './bodies/plan.bodies.js';
import { CommandBody, moneyOf, said } from './bodies/shared.bodies.js';
import type { CommandAnswer } from './command-answer.js';
import { CommandGate } from './command-gate.js';
import { CommandRoute } from './command-route.js';
import { planId } from './new-stream-id.js';

type Answer = Promise<CommandAnswer>;

@ApiTags('forecasts')
@Controller('v1/forecasts')
export class ForecastsController {
  constructor(@Inject(CommandGate) private readonly gate: CommandGate) {}

  @Post()
  @CommandRoute({
    command: 'SubmitForecast',
    summary: 'What a person says will be won in a period; each submission is a fact of its own.',
    body: SubmitForecastBody,
    creates: true,
  })
  submit(@Calling() call: Call, @Body(checked(SubmitForecastBody)) body: SubmitForecastBody): Answer {
    const { submitterId, from, to, category } = body;
    const id = body.id ?? planId('forecast', submitterId, from, to, category);
    return this.gate.run(call, body, { type: 'SubmitForecast', ...said(body), id, amount: moneyOf(body.amount) });
  }

  @Post(':id/withdraw')
  @CommandRoute({ command: 'WithdrawForecast', summary: 'The submission no longer holds, from effectiveAt on.', body: CommandBody })
  withdraw(@PathId() id: string, @Calling() call: Call, @Body(checked(CommandBody)) body: CommandBody): Answer {
    return this.gate.run(call, body, { type: 'WithdrawForecast', id });
  }
}
