import { Body, Controller, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Call } from '../http/call.js';
import { Calling } from '../http/call.js';
import { checked } from '../http/checked.pipe.js';
import { PathId } from '../http/path-id.js';
import { SetRateBody } from './bodies/plan.bodies.js';
import { CommandBody } from './bodies/shared.bodies.js';
import type { CommandAnswer } from './command-answer.js';
import { CommandGate } from './command-gate.js';
import { CommandRoute } from './command-route.js';

type Answer = Promise<CommandAnswer>;

@ApiTags('rates')
@Controller('v1/rates')
export class RatesController {
  constructor(@Inject(CommandGate) private readonly gate: CommandGate) {}

  @Post()
  @CommandRoute({
    command: 'SetRate',
    summary: 'What one unit of a currency is worth in another, from effectiveAt on; reports take it with `convertTo`.',
    body: SetRateBody,
    creates: true,
  })
  set(@Calling() call: Call, @Body(checked(SetRateBody)) body: SetRateBody): Answer {
    const { from, to, rate } = body;
    return this.gate.run(call, body, { type: 'SetRate', id: `${from}-${to}`, from, to, rate });
  }

  @Post(':id/withdraw')
  @CommandRoute({ command: 'WithdrawRate', summary: 'No rate of this pair holds, from effectiveAt on.', body: CommandBody })
  withdraw(@PathId() id: string, @Calling() call: Call, @Body(checked(CommandBody)) body: CommandBody): Answer {
    return this.gate.run(call, body, { type: 'WithdrawRate', id });
  }
}
