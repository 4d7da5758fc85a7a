import { MENTOR, remains } from '@test/support/given';
import { command, event, spec } from '@test/support/spec';
import { CompletePersonErasure, ErasePerson } from './erasure';
import { AssignRole, EndRole, LeavePerson, person, RegisterPerson } from './person';

const PERSON = '9e1d3c5b-7a2f-4e6d-8b0c-1f3a5d7e9b2c';
const NOW = '2026-02-15T09:00:00.000Z';
const [YESTERDAY, TODAY, TOMORROW] = ['2026-02-14', '2026-02-15', '2026-02-16'];
const known = { subject: 'auth0|5f7c8ec7c33c6c004bbafe82', name: 'Priya Raman' };
const role = { assignment: '3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11', role: 'mentor', mentor: MENTOR } as const;

const registered = spec(person, { id: PERSON, now: NOW }).given(
  event('PersonRegistered', '2025-09-01', known),
);
const given = (days: { readonly from: string; readonly until?: string }) =>
  event('RoleAssigned', days.from, { ...role, ...days });
const working = registered.given(given({ from: '2025-09-01' }));
const left = working.given(event('PersonLeft', TODAY, { on: TODAY }));

const erase = command(ErasePerson, { ground: 'NO_LONGER_NEEDED', on: YESTERDAY });
const erased = event('PersonErased', YESTERDAY, { ground: 'NO_LONGER_NEEDED', on: YESTERDAY });
const complete = command(CompletePersonErasure, { keyDestroyedAt: NOW, events: 3, remains });
const completed = event('PersonErasureCompleted', TODAY, { keyDestroyedAt: NOW, events: 3, remains });
const after = left.given(erased);

describe('erasing a person who worked with the service', () => {
  it('keeps the roles, but nothing that identifies the person', () => {
    left.when(erase).then(erased);
    expect(after.now()).toEqual({
      known: true,
      assignments: {
        [role.assignment]: { role: 'mentor', mentor: MENTOR, from: '2025-09-01', until: YESTERDAY },
      },
      erasure: 'begun',
    });
  });

  it('is refused while the person has a current or future role', () => {
    working.when(erase).thenRefused('PERSON_HAS_ROLES');
    registered
      .given(given({ from: '2025-09-01', until: TODAY }))
      .when(erase)
      .thenRefused('PERSON_HAS_ROLES');
    registered
      .given(given({ from: TOMORROW }))
      .when(erase)
      .thenRefused('PERSON_HAS_ROLES');
  });

  it('is allowed if the roles have ended, never started, or never existed', () => {
    registered
      .given(given({ from: '2025-09-01', until: YESTERDAY }))
      .when(erase)
      .then(erased);
    const begins = given({ from: TOMORROW });
    const ends = event('RoleEnded', TOMORROW, { assignment: role.assignment, on: TOMORROW });
    registered.given(begins, ends).when(erase).then(erased);
    registered.when(erase).then(erased);
  });

  it('changes nothing if repeated', () => {
    after.when(erase).thenNothing();
  });

  it('prevents any further record and any new role', () => {
    for (const sent of [
      command(RegisterPerson, known),
      command(AssignRole, { ...role, from: TODAY }),
      command(EndRole, { assignment: role.assignment, on: YESTERDAY }),
      command(LeavePerson, { on: YESTERDAY }),
    ])
      after.when(sent).thenRefused('PERSON_ERASED', 'gone');
  });

  it('is completed once', () => {
    left.when(complete).thenRefused('NOT_ERASED');
    after.when(complete).then(completed);
    after.given(completed).when(complete).thenNothing();
  });

  it('is recorded despite roles if it was decided before the state that a restore brought back, and ends every role', () => {
    const again = { ground: 'ERASED_BEFORE_RESTORE', on: TODAY } as const;
    const recorded = event('PersonErased', TODAY, again);
    working.when(command(ErasePerson, again)).then(recorded);
    expect(working.given(recorded).now().assignments[role.assignment]).toMatchObject({ until: YESTERDAY });
  });
});
