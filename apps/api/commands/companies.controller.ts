import { Body, Controller, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { CompanyId } from '../../../libs/domain/shared/ids.js';
import type { Call } from '../http/call.js';
import { Calling } from '../http/call.js';
import { checked } from '../http/checked.pipe.js';
import { PathId } from '../http/path-id.js';
import { ClassifyIndustryBody, ProfileCompanyBody, RegisterCompanyBody, RenameBody } from './bodies/company.bodies.js';
import { said } from './bodies/shared.bodies.js';
import type { CommandAnswer } from './command-answer.js';
import { CommandGate } from './command-gate.js';
import { CommandRoute } from './command-route.js';
import { newStreamId } from './new-stream-id.js';

type Answer = Promise<CommandAnswer>;

@ApiTags('companies')
@Controller('v1/companies')
export class CompaniesController {
  constructor(@Inject(CommandGate) private readonly gate: CommandGate) {}

  @Post()
  @CommandRoute({ command: 'RegisterCompany', summary: 'A firm that we know from now on.', body: RegisterCompanyBody, creates: true })
  register(@Calling() call: Call, @Body(checked(RegisterCompanyBody)) body: RegisterCompanyBody): Answer {
    const id = body.id ?? (newStreamId(call, 'RegisterCompany') as CompanyId);
    const { profile, ...rest } = said(body);
    return this.gate.run(call, body, {
      type: 'RegisterCompany',
      ...rest,
      ...(profile === undefined ? {} : { profile: said(profile) }),
      id,
    });
  }

  @Post(':id/rename')
  @CommandRoute({ command: 'RenameCompany', summary: 'The firm has another name.', body: RenameBody })
  rename(@PathId() id: CompanyId, @Calling() call: Call, @Body(checked(RenameBody)) body: RenameBody): Answer {
    return this.gate.run(call, body, { type: 'RenameCompany', id, ...said(body) });
  }

  @Post(':id/classify-industry')
  @CommandRoute({ command: 'ClassifyIndustry', summary: 'Which industry the firm is in.', body: ClassifyIndustryBody })
  classifyIndustry(
    @PathId() id: CompanyId,
    @Calling() call: Call,
    @Body(checked(ClassifyIndustryBody)) body: ClassifyIndustryBody,
  ): Answer {
    return this.gate.run(call, body, { type: 'ClassifyIndustry', id, ...said(body) });
  }

  @Post(':id/profile')
  @CommandRoute({
    command: 'ProfileCompany',
    summary: 'What else is known of the firm; what is left out stays as it was.',
    body: ProfileCompanyBody,
  })
  profile(@PathId() id: CompanyId, @Calling() call: Call, @Body(checked(ProfileCompanyBody)) body: ProfileCompanyBody): Answer {
    return this.gate.run(call, body, { type: 'ProfileCompany', id, profile: said(body.profile) });
  }
}
