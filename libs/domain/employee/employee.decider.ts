import { assertNever } from '../shared/assert-never.js';
import type { DecideContext } from '../shared/decide-context.js';
import { dimensionInstant } from '../shared/effective-instant.js';
import type { EpochMs } from '../shared/instant.js';
import { Refusal } from '../shared/refusal.js';
import { registryRefusals } from '../shared/registry.refusals.js';
import { holdsAt } from '../shared/timeline.js';
import type { StreamKind } from '../stream-kind.js';
import type { EmployeeCommand, RegisterEmployee } from './employee.commands.js';
import type { EmployeeEvent } from './employee.events.js';
import type { Employee } from './employee.evolve.js';
import { evolve, noEmployee } from './employee.evolve.js';

const refusals = registryRefusals('employee', 'RegisterEmployee');

function ownManager(id: string): Refusal {
  return new Refusal('employee/own-manager', `employee ${id} cannot be their own manager; name somebody else, or null for nobody`, { id });
}

function register(employee: Employee, command: RegisterEmployee, at: EpochMs): EmployeeEvent[] {
  const { name, team, managerId, office, department } = command;
  if (employee.registered) {
    const same =
      holdsAt<unknown>(employee.name, at, name) &&
      (team === undefined || holdsAt(employee.team, at, team)) &&
      (managerId === undefined || holdsAt(employee.managerId, at, managerId)) &&
      (office === undefined || holdsAt(employee.office, at, office)) &&
      (department === undefined || holdsAt(employee.department, at, department));
    if (same) return [];
    throw refusals.alreadyRegistered(command.id);
  }
  if (name.trim() === '') throw refusals.textMissing(command.id, 'name');
  if (managerId === command.id) throw ownManager(command.id);
  const events: EmployeeEvent[] = [{ type: 'EmployeeRegistered', data: { name } }];
  if (team !== undefined) events.push({ type: 'TeamJoined', data: { team } });
  if (managerId !== undefined) events.push({ type: 'ManagerAssigned', data: { managerId } });
  if (office !== undefined) events.push({ type: 'OfficeJoined', data: { office } });
  if (department !== undefined) events.push({ type: 'DepartmentJoined', data: { department } });
  return events;
}

export function decide(employee: Employee, command: EmployeeCommand, { at }: Pick<DecideContext, 'at'>): EmployeeEvent[] {
  if (command.type === 'RegisterEmployee') return register(employee, command, at);
  if (!employee.registered) throw refusals.unknown(command.id);
  switch (command.type) {
    case 'RenameEmployee':
      if (command.name.trim() === '') throw refusals.textMissing(command.id, 'name');
      return holdsAt<unknown>(employee.name, at, command.name) ? [] : [{ type: 'EmployeeRenamed', data: { name: command.name } }];
    case 'JoinTeam':
      return holdsAt(employee.team, at, command.team) ? [] : [{ type: 'TeamJoined', data: { team: command.team } }];
    case 'AssignManager':
      if (command.managerId === command.id) throw ownManager(command.id);
      return holdsAt(employee.managerId, at, command.managerId)
        ? []
        : [{ type: 'ManagerAssigned', data: { managerId: command.managerId } }];
    case 'JoinOffice':
      return holdsAt(employee.office, at, command.office) ? [] : [{ type: 'OfficeJoined', data: { office: command.office } }];
    case 'JoinDepartment':
      return holdsAt(employee.department, at, command.department)
        ? []
        : [{ type: 'DepartmentJoined', data: { department: command.department } }];
    default:
      return assertNever(command);
  }
}

function firstKnown(employee: Employee, command: EmployeeCommand): boolean {
  switch (command.type) {
    case 'RegisterEmployee':
      return !employee.registered;
    case 'RenameEmployee':
      return employee.name.length === 0;
    case 'JoinTeam':
      return employee.team.length === 0;
    case 'AssignManager':
      return employee.managerId.length === 0;
    case 'JoinOffice':
      return employee.office.length === 0;
    case 'JoinDepartment':
      return employee.department.length === 0;
  }
}

export const employeeKind: StreamKind<Employee, EmployeeCommand, EmployeeEvent> = {
  category: 'employee',
  initial: noEmployee,
  evolve,
  decide,
  effectiveAt: (employee, command, asked, { now }) => dimensionInstant(asked, now, firstKnown(employee, command)),
  pipelinesNeeded: () => [],
};
