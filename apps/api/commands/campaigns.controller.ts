import { Body, Controller, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { CampaignId } from '../../../libs/domain/shared/ids.js';
import type { Call } from '../http/call.js';
import { Calling } from '../http/call.js';
import { checked } from '../http/checked.pipe.js';
import { PathId } from '../http/path-id.js';
import { RegisterCampaignBody } from './bodies/catalogue.bodies.js';
import { RenameBody } from './bodies/company.bodies.js';
import { said } from './bodies/shared.bodies.js';
import type { CommandAnswer } from './command-answer.js';
import { CommandGate } from './command-gate.js';
import { CommandRoute } from './command-route.js';
import { newStreamId } from './new-stream-id.js';

type Answer = Promise<CommandAnswer>;

@ApiTags('campaigns')
@Controller('v1/campaigns')
export class CampaignsController {
  constructor(@Inject(CommandGate) private readonly gate: CommandGate) {}

  @Post()
  @CommandRoute({
    command: 'RegisterCampaign',
    summary: 'An action that provokes requests (RQ06).',
    body: RegisterCampaignBody,
    creates: true,
  })
  register(@Calling() call: Call, @Body(checked(RegisterCampaignBody)) body: RegisterCampaignBody): Answer {
    const id = body.id ?? (newStreamId(call, 'RegisterCampaign') as CampaignId);
    return this.gate.run(call, body, { type: 'RegisterCampaign', ...said(body), id });
  }

  @Post(':id/rename')
  @CommandRoute({ command: 'RenameCampaign', summary: 'The campaign has another name.', body: RenameBody })
  rename(@PathId() id: CampaignId, @Calling() call: Call, @Body(checked(RenameBody)) body: RenameBody): Answer {
    return this.gate.run(call, body, { type: 'RenameCampaign', id, ...said(body) });
  }
}
