import { employee } from '../../testing/deal-words.js';
import { givenOf } from '../../testing/given.js';
import { BEGINNING_OF_TIME } from '../shared/instant.js';
import { valueAt } from '../shared/timeline.js';
import { employeeKind } from './employee.decider.js';
import type { EmployeeEvent } from './employee.events.js';
import { evolve, noEmployee } from './employee.evolve.js';

const begins = Date.UTC(2025, 0, 1);
const given = givenOf(employeeKind, { stream: 'employee-e1', begins });
const id = employee('e1');
const registered: EmployeeEvent = { type: 'EmployeeRegistered', data: { name: 'Eva Lind' } };
const joined = (team: string | null): EmployeeEvent => ({ type: 'TeamJoined', data: { team } });

describe('one of our own people', () => {
  it('is registered with team, manager, office and department, each a fact of its own', () => {
    given()
      .when({
        type: 'RegisterEmployee',
        id,
        name: 'Eva Lind',
        team: 'north',
        managerId: employee('e9'),
        office: 'Uppsala',
        department: 'sales',
      })
      .then(
        registered,
        joined('north'),
        { type: 'ManagerAssigned', data: { managerId: employee('e9') } },
        { type: 'OfficeJoined', data: { office: 'Uppsala' } },
        { type: 'DepartmentJoined', data: { department: 'sales' } },
      );
  });

  it('changes team at a date, also one before what is recorded: no correction is needed', () => {
    given(registered, { ...joined('north'), at: begins + 100 })
      .when({ type: 'JoinTeam', id, team: 'south' }, { at: begins + 50 })
      .then(joined('south'));
  });

  it('is in a team since the beginning of time where the first known team has no date', () => {
    const clock = { now: begins, latestAt: null };
    const join = { type: 'JoinTeam', id, team: 'north' } as const;
    expect(employeeKind.effectiveAt(noEmployee, join, undefined, clock)).toEqual({ at: BEGINNING_OF_TIME, dated: false });
    const inTeam = evolve(noEmployee, { ...joined('north'), effectiveAt: BEGINNING_OF_TIME });
    expect(employeeKind.effectiveAt(inTeam, join, undefined, clock)).toEqual({ at: begins, dated: true });
  });

  it('has one team at each instant, in whatever order it became known', () => {
    const facts = [
      { ...joined('north'), effectiveAt: 10 },
      { ...joined('west'), effectiveAt: 30 },
      { ...joined('south'), effectiveAt: 20 },
      { ...joined(null), effectiveAt: 30 },
    ];
    const { team } = facts.reduce(evolve, noEmployee);
    expect([5, 10, 19, 20, 30].map((at) => valueAt(team, at))).toEqual([undefined, 'north', 'north', 'south', null]);
  });

  it('is not moved to where they are', () => {
    given(registered, joined('north')).when({ type: 'JoinTeam', id, team: 'north' }).thenNothing();
  });

  it('must be registered, by name, and is nobody’s own manager', () => {
    given()
      .when({ type: 'JoinTeam', id, team: 'north' })
      .thenRefused('employee/unknown', { legal: ['RegisterEmployee'] });
    given().when({ type: 'RegisterEmployee', id, name: ' ' }).thenRefused('employee/field-empty', { field: 'name' });
    given(registered).when({ type: 'AssignManager', id, managerId: id }).thenRefused('employee/own-manager');
    given(registered).when({ type: 'RegisterEmployee', id, name: 'Eva Lind' }).thenNothing();
    given(registered).when({ type: 'RegisterEmployee', id, name: 'Eva Berg' }).thenRefused('employee/already-registered');
  });
});
