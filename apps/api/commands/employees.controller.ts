import { Body, Controller, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { EmployeeId } from '../../../libs/domain/shared/ids.js';
import type { Call } from '../http/call.js';
import { Calling } from '../http/call.js';
import { checked } from '../http/checked.pipe.js';
import { PathId } from '../http/path-id.js';
import { RenameBody } from './bodies/company.bodies.js';
import { AssignManagerBody, JoinDepartmentBody, JoinOfficeBody, JoinTeamBody, RegisterEmployeeBody } from './bodies/employee.bodies.js';
import { said } from './bodies/shared.bodies.js';
import type { CommandAnswer } from './command-answer.js';
import { CommandGate } from './command-gate.js';
import { CommandRoute } from './command-route.js';
import { newStreamId } from './new-stream-id.js';

type Answer = Promise<CommandAnswer>;

@ApiTags('employees')
@Controller('v1/employees')
export class EmployeesController {
  constructor(@Inject(CommandGate) private readonly gate: CommandGate) {}

  @Post()
  @CommandRoute({
    command: 'RegisterEmployee',
    summary: 'One of our own people, with team, manager, office and department where they are known.',
    body: RegisterEmployeeBody,
    creates: true,
  })
  register(@Calling() call: Call, @Body(checked(RegisterEmployeeBody)) body: RegisterEmployeeBody): Answer {
    const id = body.id ?? (newStreamId(call, 'RegisterEmployee') as EmployeeId);
    return this.gate.run(call, body, { type: 'RegisterEmployee', ...said(body), id });
  }

  @Post(':id/rename')
  @CommandRoute({ command: 'RenameEmployee', summary: 'The person has another name.', body: RenameBody })
  rename(@PathId() id: EmployeeId, @Calling() call: Call, @Body(checked(RenameBody)) body: RenameBody): Answer {
    return this.gate.run(call, body, { type: 'RenameEmployee', id, ...said(body) });
  }

  @Post(':id/join-team')
  @CommandRoute({ command: 'JoinTeam', summary: 'From effectiveAt on in this team; null: in none.', body: JoinTeamBody })
  joinTeam(@PathId() id: EmployeeId, @Calling() call: Call, @Body(checked(JoinTeamBody)) body: JoinTeamBody): Answer {
    return this.gate.run(call, body, { type: 'JoinTeam', id, ...said(body) });
  }

  @Post(':id/assign-manager')
  @CommandRoute({ command: 'AssignManager', summary: 'From effectiveAt on under this manager; null: under none.', body: AssignManagerBody })
  assignManager(@PathId() id: EmployeeId, @Calling() call: Call, @Body(checked(AssignManagerBody)) body: AssignManagerBody): Answer {
    return this.gate.run(call, body, { type: 'AssignManager', id, ...said(body) });
  }

  @Post(':id/join-office')
  @CommandRoute({ command: 'JoinOffice', summary: 'From effectiveAt on at this office.', body: JoinOfficeBody })
  joinOffice(@PathId() id: EmployeeId, @Calling() call: Call, @Body(checked(JoinOfficeBody)) body: JoinOfficeBody): Answer {
    return this.gate.run(call, body, { type: 'JoinOffice', id, ...said(body) });
  }

  @Post(':id/join-department')
  @CommandRoute({ command: 'JoinDepartment', summary: 'From effectiveAt on in this department.', body: JoinDepartmentBody })
  joinDepartment(@PathId() id: EmployeeId, @Calling() call: Call, @Body(checked(JoinDepartmentBody)) body: JoinDepartmentBody): Answer {
    return this.gate.run(call, body, { type: 'JoinDepartment', id, ...said(body) });
  }
}
