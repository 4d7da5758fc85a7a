import { MENTOR, SCHOOL } from '@test/support/given';
import { command, event, spec } from '@test/support/spec';
import { AssignRole, EndRole, LeavePerson, person, RegisterPerson } from './person';

const PERSON = '9e1d3c5b-7a2f-4e6d-8b0c-1f3a5d7e9b2c';
const ROLE = '3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11';
const TODAY = '2026-02-15';

const priya = { subject: 'auth0|5f7c8ec7c33c6c004bbafe82', name: 'Priya Raman' };
const register = (differing: Partial<RegisterPerson> = {}) =>
  command(RegisterPerson, { ...priya, ...differing });

const nothing = spec(person, { id: PERSON, now: `${TODAY}T09:00:00.000Z` });
const known = nothing.after(register());

const role = { assignment: ROLE, role: 'mentor', mentor: MENTOR, from: '2025-09-01' } as const;
const assign = (differing: object = {}) => command(AssignRole, { ...role, ...differing } as AssignRole);
const end = (on: string, assignment: string = ROLE) => command(EndRole, { assignment, on });
const leave = (on: string) => command(LeavePerson, { on });

describe('registering a person', () => {
  it('records the person and claims the subject', () => {
    nothing.when(register()).then(event('PersonRegistered', TODAY, priya));
    nothing.when(register()).thenClaimed(['subject', priya.subject]);
  });

  it('changes nothing if repeated, and is refused with another name or subject', () => {
    known.when(register()).thenNothing();
    known.when(register({ name: 'Priya Rahman' })).thenRefused('PERSON_ALREADY_REGISTERED');
    known.when(register({ subject: 'another' })).thenRefused('PERSON_ALREADY_REGISTERED');
  });

  it('makes the person the data subject, and gives facts to other modules', () => {
    expect(person.subject?.(known.now() as never, PERSON)).toBe(PERSON);
    expect(nothing.facts()).toBeUndefined();
    expect(known.facts()).toEqual({ assignments: {}, erased: false });
    const erased = known.given(event('PersonErased', TODAY, { ground: 'NO_LONGER_NEEDED', on: TODAY }));
    expect(erased.facts()).toEqual({ assignments: {}, erased: true });
  });
});

describe('assigning a role', () => {
  it('is from a day, with or without a last day', () => {
    known.when(assign()).then(event('RoleAssigned', role.from, role));
    const day = { ...role, until: role.from };
    known.when(assign(day)).then(event('RoleAssigned', role.from, day));
    known.after(assign()).when(assign()).thenNothing();
    expect(known.after(assign()).facts()?.assignments).toStrictEqual({
      [ROLE]: { role: 'mentor', mentor: MENTOR, from: role.from },
    });
  });

  it('is refused if it ends before it begins', () => {
    known.when(assign({ until: '2025-08-31' })).thenRefused('UNTIL_BEFORE_FROM', 'invalid');
  });

  it.each([
    ['nothing, if the role has a scope', { mentor: undefined }],
    ['a scope of another kind', { mentor: undefined, school: SCHOOL }],
    ['a second scope', { school: SCHOOL }],
    ['a scope, if the role is for the whole service', { role: 'operations' }],
  ])('is refused over %s', (_, differing) => {
    known.when(assign(differing)).thenRefused('WRONG_SCOPE', 'invalid');
  });

  it('is refused for one’s own record, as are ending a role and leaving', () => {
    const self = spec(person, { id: PERSON, actor: PERSON }).given(
      event('PersonRegistered', TODAY, priya),
      event('RoleAssigned', role.from, role),
    );
    for (const sent of [assign(), end(TODAY), leave(TODAY)]) self.when(sent).thenRefused('OWN_ROLES');
  });
});

describe('the end of a role', () => {
  const until = (given: ReturnType<typeof known.after>) => given.facts()?.assignments[ROLE]?.until;

  it('is refused if there is no such assignment', () => {
    known.when(end(TODAY)).thenRefused('UNKNOWN_ASSIGNMENT');
    known.after(assign()).when(end(TODAY, PERSON)).thenRefused('UNKNOWN_ASSIGNMENT');
  });

  it('is the day before the given day, and never later than the end that was assigned', () => {
    const ending = known.after(assign({ until: '2026-03-31' }));
    expect(until(ending)).toBe('2026-03-31');
    expect(until(ending.after(end('2026-03-31')))).toBe('2026-03-30');
    expect(until(known.after(assign(), end('2026-03-31')))).toBe('2026-03-30');
    const over = known.after(assign({ until: '2025-12-19' }), assign({ assignment: PERSON }));
    expect(until(over.after(leave('2026-01-05')))).toBe('2025-12-19');
    expect(until(over.after(leave('2025-12-19')))).toBe('2025-12-18');
  });

  it('is recorded by leaving on the day of a role of one day', () => {
    const day = known.after(assign({ from: TODAY, until: TODAY }));
    day.when(leave(TODAY)).then(event('PersonLeft', TODAY, { on: TODAY }));
  });
});
