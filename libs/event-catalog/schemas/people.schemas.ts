import { Type } from '@sinclair/typebox';
import { companyId, employeeId, exact, notInSource, orNull, personal } from './parts.js';

/** People outside (RQ10). */
export const contactSchemas = {
  ContactRegistered: exact(
    {
      name: personal(),
      companyId: Type.Union([companyId, Type.Null(), notInSource]),
      email: Type.Optional(personal()),
      phone: Type.Optional(personal()),
      role: Type.Optional(personal()),
    },
    { description: 'A person outside, the only record of who they are (RQ10).' },
  ),
  ContactDetailsRevised: exact(
    {
      name: Type.Optional(personal()),
      email: Type.Optional(orNull(personal())),
      phone: Type.Optional(orNull(personal())),
      role: Type.Optional(orNull(personal())),
    },
    { description: 'Replaces what it names; null takes it away.' },
  ),
  ContactMovedToCompany: exact({ companyId: orNull(companyId) }, { description: 'The person works elsewhere from here on.' }),
};

/** Our own people, each fact dated. */
export const employeeSchemas = {
  EmployeeRegistered: exact({ name: personal() }, { description: 'One of our own people.' }),
  EmployeeRenamed: exact({ name: personal() }, { description: 'The person goes by another name.' }),
  TeamJoined: exact({ team: orNull(Type.String()) }, { description: 'In this team from here on; null: in none.' }),
  ManagerAssigned: exact({ managerId: orNull(employeeId) }, { description: 'Reports to this person from here on.' }),
  OfficeJoined: exact({ office: orNull(Type.String()) }, { description: 'Works from this office from here on.' }),
  DepartmentJoined: exact({ department: orNull(Type.String()) }, { description: 'In this department from here on.' }),
};
