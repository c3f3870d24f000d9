import type { CompanyId, ContactId } from '../../../../libs/domain/shared/ids.js';
import { Id, Name } from '../../http/fields.js';
import { CommandBody } from './shared.bodies.js';

export class RegisterContactBody extends CommandBody {
  @Id({ optional: true })
  id?: ContactId;
  @Name({ example: 'Anna Jansen' })
  name!: string;
  @Id({ nullable: true, about: 'Null: of no company.' })
  companyId!: CompanyId | null;
  @Name({ optional: true, example: 'anna@company.example' })
  email?: string;
  @Name({ optional: true, example: '+31 20 555 0100' })
  phone?: string;
  @Name({ optional: true, example: 'head of purchasing' })
  role?: string;
}
/** What is left out stays as it was, null takes it away. */
export class ReviseContactDetailsBody extends CommandBody {
  @Name({ optional: true })
  name?: string;
  @Name({ optional: true, nullable: true, example: 'anna.jansen@company.example' })
  email?: string | null;
  @Name({ optional: true, nullable: true })
  phone?: string | null;
  @Name({ optional: true, nullable: true })
  role?: string | null;
}
export class MoveContactToCompanyBody extends CommandBody {
  @Id({ nullable: true, example: 'vermeer' })
  companyId!: CompanyId | null;
}
