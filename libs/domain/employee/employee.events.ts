import type { Personal } from '../shared/envelope.js';
import type { EmployeeId } from '../shared/ids.js';

// Facts of one of our own people, each dated: reports join them at (T, K). May be dated before what is recorded; without a date the first
// known value counts from the beginning of time (metadata `effectiveAt` 0001-01-01, `dated: false`).

export type EmployeeRegistered = { readonly type: 'EmployeeRegistered'; readonly data: { /** Personal. */ readonly name: Personal } };
export type EmployeeRenamed = { readonly type: 'EmployeeRenamed'; readonly data: { /** Personal. */ readonly name: Personal } };
export type TeamJoined = { readonly type: 'TeamJoined'; readonly data: { readonly team: string | null } };
export type ManagerAssigned = { readonly type: 'ManagerAssigned'; readonly data: { readonly managerId: EmployeeId | null } };
export type OfficeJoined = { readonly type: 'OfficeJoined'; readonly data: { readonly office: string | null } };
export type DepartmentJoined = { readonly type: 'DepartmentJoined'; readonly data: { readonly department: string | null } };

export type EmployeeEvent = EmployeeRegistered | EmployeeRenamed | TeamJoined | ManagerAssigned | OfficeJoined | DepartmentJoined;
