import type { EmployeeId } from '../shared/ids.js';

/** What is given beside the name becomes a fact of its own, dated like the registration. */
export interface RegisterEmployee {
  readonly type: 'RegisterEmployee';
  readonly id: EmployeeId;
  readonly name: string;
  readonly team?: string | null;
  readonly managerId?: EmployeeId | null;
  readonly office?: string | null;
  readonly department?: string | null;
}
export interface RenameEmployee {
  readonly type: 'RenameEmployee';
  readonly id: EmployeeId;
  readonly name: string;
}
export interface JoinTeam {
  readonly type: 'JoinTeam';
  readonly id: EmployeeId;
  readonly team: string | null;
}
export interface AssignManager {
  readonly type: 'AssignManager';
  readonly id: EmployeeId;
  readonly managerId: EmployeeId | null;
}
export interface JoinOffice {
  readonly type: 'JoinOffice';
  readonly id: EmployeeId;
  readonly office: string | null;
}
export interface JoinDepartment {
  readonly type: 'JoinDepartment';
  readonly id: EmployeeId;
  readonly department: string | null;
}

export type EmployeeCommand = RegisterEmployee | RenameEmployee | JoinTeam | AssignManager | JoinOffice | JoinDepartment;
