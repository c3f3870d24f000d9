import { Body, Controller, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { ContactId } from '../../../libs/domain/shared/ids.js';
import type { Call } from '../http/call.js';
import { Calling } from '../http/call.js';
import { checked } from '../http/checked.pipe.js';
import { PathId } from '../http/path-id.js';
import { MoveContactToCompanyBody, RegisterContactBody, ReviseContactDetailsBody } from './bodies/contact.bodies.js';
import { said } from './bodies/shared.bodies.js';
import type { CommandAnswer } from './command-answer.js';
import { CommandGate } from './command-gate.js';
import { CommandRoute } from './command-route.js';
import { newStreamId } from './new-stream-id.js';

type Answer = Promise<CommandAnswer>;

@ApiTags('contacts')
@Controller('v1/contacts')
export class ContactsController {
  constructor(@Inject(CommandGate) private readonly gate: CommandGate) {}

  @Post()
  @CommandRoute({
    command: 'RegisterContact',
    summary: 'A person that we know from now on: one kind of record, lead or not (RQ10).',
    body: RegisterContactBody,
    creates: true,
  })
  register(@Calling() call: Call, @Body(checked(RegisterContactBody)) body: RegisterContactBody): Answer {
    const id = body.id ?? (newStreamId(call, 'RegisterContact') as ContactId);
    return this.gate.run(call, body, { type: 'RegisterContact', ...said(body), id });
  }

  @Post(':id/revise-details')
  @CommandRoute({
    command: 'ReviseContactDetails',
    summary: 'What is left out stays as it was, null takes it away.',
    body: ReviseContactDetailsBody,
  })
  reviseDetails(
    @PathId() id: ContactId,
    @Calling() call: Call,
    @Body(checked(ReviseContactDetailsBody)) body: ReviseContactDetailsBody,
  ): Answer {
    return this.gate.run(call, body, { type: 'ReviseContactDetails', id, ...said(body) });
  }

  @Post(':id/move-to-company')
  @CommandRoute({
    command: 'MoveContactToCompany',
    summary: 'The person works for another firm, or for none.',
    body: MoveContactToCompanyBody,
  })
  moveToCompany(
    @PathId() id: ContactId,
    @Calling() call: Call,
    @Body(checked(MoveContactToCompanyBody)) body: MoveContactToCompanyBody,
  ): Answer {
    return this.gate.run(call, body, { type: 'MoveContactToCompany', id, ...said(body) });
  }
}
