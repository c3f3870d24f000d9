import type { Personal } from '../shared/envelope.js';
import type { EmployeeId } from '../shared/ids.js';
import type { EpochMs } from '../shared/instant.js';
import type { Timeline } from '../shared/timeline.js';
import { put } from '../shared/timeline.js';
import type { EmployeeEvent } from './employee.events.js';

/** One of our own people: who belonged where, and since when. */
export interface Employee {
  readonly registered: boolean;
  readonly name: Timeline<Personal>;
  readonly team: Timeline<string | null>;
  readonly managerId: Timeline<EmployeeId | null>;
  readonly office: Timeline<string | null>;
  readonly department: Timeline<string | null>;
}

export const noEmployee: Employee = { registered: false, name: [], team: [], managerId: [], office: [], department: [] };

export function evolve(employee: Employee, fact: EmployeeEvent & { readonly effectiveAt: EpochMs }): Employee {
  const at = fact.effectiveAt;
  switch (fact.type) {
    case 'EmployeeRegistered':
      return { ...employee, registered: true, name: put(employee.name, at, fact.data.name) };
    case 'EmployeeRenamed':
      return { ...employee, name: put(employee.name, at, fact.data.name) };
    case 'TeamJoined':
      return { ...employee, team: put(employee.team, at, fact.data.team) };
    case 'ManagerAssigned':
      return { ...employee, managerId: put(employee.managerId, at, fact.data.managerId) };
    case 'OfficeJoined':
      return { ...employee, office: put(employee.office, at, fact.data.office) };
    case 'DepartmentJoined':
      return { ...employee, department: put(employee.department, at, fact.data.department) };
    default:
      fact satisfies never; // a new event does not compile until it is folded; an old reader lets it pass
      return employee;
  }
}
