import type { EmployeeId } from '../../../../libs/domain/shared/ids.js';
import { Id, Name } from '../../http/fields.js';
import { CommandBody } from './shared.bodies.js';

/** An id never holds a name: it stands in every deal and cannot be forgotten. */
export class RegisterEmployeeBody extends CommandBody {
  @Id({ optional: true, about: 'No name and no address: one is made where it is left out.', example: 'e-1042' })
  id?: EmployeeId;
  @Name({ example: 'Bob de Vries' })
  name!: string;
  @Name({ optional: true, nullable: true, example: 'north' })
  team?: string | null;
  @Id({ optional: true, nullable: true })
  managerId?: EmployeeId | null;
  @Name({ optional: true, nullable: true, example: 'Utrecht' })
  office?: string | null;
  @Name({ optional: true, nullable: true, example: 'sales' })
  department?: string | null;
}
export class JoinTeamBody extends CommandBody {
  @Name({ nullable: true, example: 'south' })
  team!: string | null;
}
export class AssignManagerBody extends CommandBody {
  @Id({ nullable: true })
  managerId!: EmployeeId | null;
}
export class JoinOfficeBody extends CommandBody {
  @Name({ nullable: true, example: 'Utrecht' })
  office!: string | null;
}
export class JoinDepartmentBody extends CommandBody {
  @Name({ nullable: true, example: 'sales' })
  department!: string | null;
}
