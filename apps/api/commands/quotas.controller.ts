import { Body, Controller, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Call } from '../http/call.js';
import { Calling } from '../http/call.js';
import { checked } from '../http/checked.pipe.js';
import { malformed } from '../http/problem.js';
import { PathId } from '../http/path-id.js';
import { SetQuotaBody, holderFaults, holderOf } from './bodies/plan.bodies.js';
import { CommandBody, moneyOf } from './bodies/shared.bodies.js';
import type { CommandAnswer } from './command-answer.js';
import { CommandGate } from './command-gate.js';
import { CommandRoute } from './command-route.js';
import { planId } from './new-stream-id.js';

type Answer = Promise<CommandAnswer>;

@ApiTags('quotas')
@Controller('v1/quotas')
export class QuotasController {
  constructor(@Inject(CommandGate) private readonly gate: CommandGate) {}

  @Post()
  @CommandRoute({
    command: 'SetQuota',
    summary: 'What a person, a team or the firm is to win in a period; setting it again replaces the amount from effectiveAt on.',
    body: SetQuotaBody,
    creates: true,
  })
  set(@Calling() call: Call, @Body(checked(SetQuotaBody)) body: SetQuotaBody): Answer {
    const faults = holderFaults(body.holder);
    if (faults.length > 0) throw malformed(faults);
    const { from, to } = body;
    const holder = holderOf(body.holder);
    const id = body.id ?? planId('quota', holder, from, to);
    return this.gate.run(call, body, { type: 'SetQuota', id, holder, from, to, amount: moneyOf(body.amount) });
  }

  @Post(':id/withdraw')
  @CommandRoute({ command: 'WithdrawQuota', summary: 'The quota no longer holds, from effectiveAt on.', body: CommandBody })
  withdraw(@PathId() id: string, @Calling() call: Call, @Body(checked(CommandBody)) body: CommandBody): Answer {
    return this.gate.run(call, body, { type: 'WithdrawQuota', id });
  }
}
