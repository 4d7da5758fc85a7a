import { MENTOR } from '@test/support/given';
import { command, event, spec } from '@test/support/spec';
import { AssignRole, EndRole, LeavePerson, person } from './person';

const ROLE = '3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11';
const DAY = '2025-12-01';
const assign = (until?: string) =>
  command(AssignRole, {
    ...{ assignment: ROLE, role: 'mentor', mentor: MENTOR, from: '2025-09-01' },
    ...(until !== undefined && { until }),
  });
const end = (on = DAY) => command(EndRole, { assignment: ROLE, on });
const leave = (on = DAY) => command(LeavePerson, { on });

const known = spec(person, { id: '9e1d3c5b-7a2f-4e6d-8b0c-1f3a5d7e9b2c' }).given(
  event('PersonRegistered', '2025-09-01', { subject: 'priya', name: 'Priya Raman' }),
);
const working = known.after(assign());

describe('ending a role', () => {
  it('is recorded once per day, and can be moved to an earlier day', () => {
    working.when(end()).then(event('RoleEnded', DAY, { assignment: ROLE, on: DAY }));
    working.after(end()).when(end()).thenNothing();
    const earlier = { assignment: ROLE, on: '2025-11-03' };
    working
      .after(end())
      .when(end('2025-11-03'))
      .then(event('RoleEnded', '2025-11-03', earlier));
  });

  it('is refused if the role had already ended by that day', () => {
    working.after(end()).when(end('2025-12-02')).thenRefused('ROLE_ALREADY_ENDED');
    known.after(assign('2025-11-30')).when(end()).thenRefused('ROLE_ALREADY_ENDED');
  });

  it('does not free the assignment’s id', () => {
    working.after(end()).when(assign()).thenRefused('ASSIGNMENT_EXISTS');
  });
});

describe('leaving', () => {
  it('ends all roles, once', () => {
    working.when(leave()).then(event('PersonLeft', DAY, { on: DAY }));
    working.after(leave()).when(leave()).thenNothing();
  });

  it('is refused if no role is in force on that day or later', () => {
    known.when(leave()).thenRefused('NO_ROLES_TO_END');
    working.after(leave()).when(leave('2025-12-02')).thenRefused('NO_ROLES_TO_END');
  });
});
