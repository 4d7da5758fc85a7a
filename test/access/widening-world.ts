import { type Assignment, type Grant, scopeIn, scopeKindOf } from '@waymark/core/access';
import { holdsOn, valid } from '@waymark/core/fields';
import { type Lookup, type RecordedEvent, type Role, type Scope, START } from '@waymark/core/kernel';
import { carryOut } from '@waymark/core/reactions';
import { reachFor, rights, scopesOf } from '@waymark/governance/access';
import type { PersonFacts } from '@waymark/modules/people/facts';
import { AssignRole, RegisterPerson } from '@waymark/modules/people';
import { policies } from '@waymark/modules/policies/index';
import { scopesForIntakeOn } from '@waymark/modules/pupil/facts';
import { Platform } from '@waymark/platform';
import { upnOf } from '../support/made-up';
import { temporaryDirectory } from '../support/stores';
import { furnish, partOf } from './parts';

/** The days on which reading is compared: the current day, and a later one on which moves and roles have begun. */
export const TODAY = '2026-02-15';
const LATER = '2027-03-01';

/** Two places in each of two regions; the first two programmes have schools there. */
export const areas = [
  ['Blackpool', 'North West'],
  ['Rochdale', 'North West'],
  ['Hastings', 'South East'],
  ['Portsmouth', 'South East'],
] as const;
export const regions = ['North West', 'South East'];
export const schools = ['990401', '990402', '990403', '990404', '990405', '990406'];
export const programmes = ['p-1', 'p-2', 'p-3'];
export const mentors = ['M-1', 'M-2', 'M-3', 'M-4', 'M-5', 'M-6'];
export const numbered = (n: number, kind: number): string =>
  `0b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f${String(kind)}b${String(n).padStart(2, '0')}`;
export const pupils = Array.from({ length: 14 }, (_, n) => numbered(n, 1));
export const journeys = Array.from({ length: 20 }, (_, n) => numbered(n, 2));

/** A person of the world. The actor of each step is one of them. */
export interface Somebody {
  readonly id: string;
  readonly roles: readonly Role[];
}

export interface World {
  readonly platform: Platform;
  readonly people: readonly Somebody[];
  /** Carry out the policies' reactions to events that were recorded since the last call. */
  readonly react: () => Promise<readonly RecordedEvent[]>;
}

/** A small service with people of every role, in different places, and accomplices without any role. */
export async function openWorld(): Promise<World> {
  const platform = await Platform.open({
    ...{ data: temporaryDirectory(), work: false },
    clock: { now: () => `${TODAY}T09:00:00.000Z` },
  });
  let position = START;
  const react = async (): Promise<readonly RecordedEvent[]> => {
    const all: RecordedEvent[] = [];
    for (;;) {
      const { events, through } = await platform.events.readAll(position, 500);
      position = through;
      if (events.length === 0) return all;
      for (const event of events)
        for (const policy of policies)
          if (policy.on.has(event.type)) await carryOut(policy, event, platform.submitter);
      all.push(...events);
    }
  };
  for (let n = 0; n < 12; n += 1) {
    const [areaName, region] = areas[n % 4]!;
    const things = { school: schools[n % 4]!, programme: programmes[n % 2]!, mentor: mentors[n % 4]! };
    const records = { upn: upnOf(n), pupil: pupils[n]!, journey: journeys[n]! };
    await furnish(platform, partOf(n, { areaName, region, ...things, ...records }), {
      upTo: n < 4 ? 'place' : n < 8 ? 'eligible' : 'pupil',
    });
  }
  await react();
  const people = await staff(platform);
  await react();
  return { platform, people, react };
}

/** People of every role, most of them in two places, and three accomplices without a role. */
async function staff(platform: Platform): Promise<readonly Somebody[]> {
  const over: readonly (Scope & { readonly role: Role })[] = [
    ...[0, 1, 2].map((n) => ({ role: 'mentor' as const, mentor: mentors[n]! })),
    ...[0, 1, 2].map((n) => ({ role: 'school-lead' as const, school: schools[n]! })),
    ...['blackpool', 'hastings'].map((area) => ({ role: 'area-manager' as const, area })),
    ...regions.map((region) => ({ role: 'regional-director' as const, region })),
    ...[0, 1].map((n) => ({ role: 'programme-administrator' as const, programme: programmes[n]! })),
    { role: 'evaluator', programme: 'p-1' },
    ...(['data-protection-officer', 'operations', 'access-administrator'] as const).map((role) => ({ role })),
  ];
  const people: Somebody[] = [];
  for (const [n, given] of [...over, undefined, undefined, undefined].entries()) {
    const id = numbered(n, 3);
    const send = (command: object) =>
      platform.submitter.submit({ module: 'person', id, command, actor: 'office' });
    await send(valid(RegisterPerson, { subject: `subject-${String(n)}`, name: `Person ${String(n)}` }));
    if (given) await send(valid(AssignRole, { assignment: numbered(n, 4), from: '2025-01-01', ...given }));
    people.push({ id, roles: given ? [given.role] : [] });
  }
  return people;
}

/** Who may read which record, on both days: `person record`. */
export type Reading = ReadonlySet<string>;

/** The scopes of all records and the roles of all people at one moment. */
export interface Snapshot {
  readonly reading: Reading;
  /** Whether a role of the person covers the record, whatever the role may do. */
  readonly covers: (person: string, record: string) => boolean;
  /** Whether the person's programme may take in the pupil: it is a programme of the pupil's school on some day. */
  readonly takesIn: (person: string, record: string) => boolean;
  readonly records: ReadonlySet<string>;
}

const records = [
  ...pupils.map((id) => ['GetPupil', 'pupil', id] as const),
  ...journeys.map((id) => ['GetJourney', 'journey', id] as const),
];

/** Determine who may read what, from the log alone. */
export async function snapshot({ platform, people }: World): Promise<Snapshot> {
  const reading = new Set<string>();
  const known = new Set<string>();
  const covered = new Set<string>();
  const intake = new Set<string>();
  const kept = remembering(platform.look);
  for (const day of [TODAY, LATER]) {
    const look: Lookup = { ...kept, today: () => day };
    const scopes = new Map<string, readonly Scope[]>();
    for (const [, module, id] of records) {
      const found = await scopesOf(look, module, id);
      if (found.length > 0) scopes.set(`${module} ${id}`, found);
    }
    for (const { id: person } of people) {
      const grants = await grantsOn(day, platform, person);
      for (const [action, module, id] of records) {
        const of = scopes.get(`${module} ${id}`);
        if (!of) continue;
        known.add(`${module} ${id}`);
        if (mayRead(person, grants, action, of)) reading.add(`${person} ${module} ${id}`);
        if (module === 'pupil' && (await takesIn(grants, id, kept))) intake.add(`${person} pupil ${id}`);
        if (grants.some((grant) => of.some((scope) => isWithin(grant, scope))))
          covered.add(`${person} ${module} ${id}`);
      }
    }
  }
  return {
    ...{ reading, records: known },
    covers: (person, record) => covered.has(`${person} ${record}`),
    takesIn: (person, record) => intake.has(`${person} ${record}`),
  };
}

async function grantsOn(day: string, { submitter }: Platform, person: string): Promise<readonly Grant[]> {
  const facts = await submitter.facts<PersonFacts>('person', person);
  return Object.values<Assignment>(facts?.assignments ?? {})
    .filter((assignment) => holdsOn(day, assignment))
    .map((assignment) => ({ role: assignment.role, ...scopeIn(assignment) }));
}

/** A lookup that reads each thing once. */
function remembering(look: Lookup): Lookup {
  const found = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, read: () => Promise<T>): Promise<T> => {
    if (!found.has(key)) found.set(key, read());
    return found.get(key) as Promise<T>;
  };
  return {
    ...look,
    facts: (module, id) => once(`facts ${module} ${id}`, () => look.facts(module, id)),
    holder: (kind, value) => once(`holder ${kind} ${value}`, () => look.holder(kind, value)),
    programmes: () => once('programmes', () => look.programmes()),
    programmesAt: (school) => once(`school ${school}`, () => look.programmesAt(school)),
  };
}

/** Days on which pupils are referred and have changed schools. */
const referralDays = ['2025-09-01', '2025-10-27', '2026-02-15', '2026-02-16', '2026-09-01'];

async function takesIn(grants: readonly Grant[], pupil: string, look: Lookup): Promise<boolean> {
  const own = grants.filter(({ role }) => role === 'programme-administrator');
  if (own.length === 0) return false;
  const scopes = await Promise.all(referralDays.map((day) => scopesForIntakeOn(day, pupil, look)));
  return own.some(({ programme: taking }) => scopes.flat().some((scope) => scope.programme === taking));
}

function mayRead(id: string, grants: readonly Grant[], action: string, scopes: readonly Scope[]): boolean {
  if (grants.every(({ role }) => rights.get(action)?.[role] === undefined)) return false;
  return reachFor({ id, grants }, action).reaches(scopes);
}

const isWithin = (grant: Grant, scope: Scope): boolean => {
  const kind = scopeKindOf[grant.role as Role];
  return kind === undefined || grant[kind] === scope[kind];
};
