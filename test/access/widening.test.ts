import { scopeKindOf } from '@waymark/core/access';
import { check } from '@waymark/core/fields';
import { type ImportServices, People, RowCommands, type TableRow } from '@waymark/core/imports';
import { type CommandClass, Refusal, type Role } from '@waymark/core/kernel';
import { permitFor, rights } from '@waymark/governance/access';
import { RegisterImporter } from '@waymark/modules/attendance/imports/registers';
import { referralImporter } from '@waymark/modules/journey/imports/referrals';
import { sessionImporter } from '@waymark/modules/journey/imports/sessions';
import { mentorImporter } from '@waymark/modules/mentor/imports/mentors';
import { schoolImporter } from '@waymark/modules/school/imports/schools';
import { type CommandRoute, commandRoutes } from '../../apps/api/commands/routes';
import { exampleOf } from '../../apps/api/openapi/schemas';
import { idOf, upnOf } from '../support/made-up';
import {
  areas,
  journeys,
  mentors,
  numbered,
  openWorld,
  programmes,
  pupils,
  regions,
  schools,
  type Snapshot,
  snapshot,
  type Somebody,
  TODAY,
  type World,
} from './widening-world';

/*
 * Random commands and imports by people of every role. The rule: a step never lets anybody read a pupil's or journey's record
 * that the sender's own roles did not cover before, on any day. There are two exceptions, both written in docs/rights.md:
 * roles over the whole service, and the intake of a pupil by the programme of the pupil's school.
 */

/** The seed is part of the test names. Set `WIDENING_SEED` to repeat a run, `WIDENING_STEPS` for a longer one. */
const SEED = Number(process.env['WIDENING_SEED'] ?? Date.now() % 2 ** 31);
const STEPS = Number(process.env['WIDENING_STEPS'] ?? 20_000);
const STEPS_PER_WORLD = 250;

jest.setTimeout(1_800_000);

/** Random numbers from a seed (mulberry32). */
function randomFrom(seed: number): <T>(values: readonly T[]) => T {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return (values) => values[Math.floor(next() * values.length)]!;
}

type Pick = ReturnType<typeof randomFrom>;

const days = ['2025-09-01', '2025-10-27', '2025-11-03', TODAY, '2026-02-16', '2026-09-01'];
const roles = ['mentor', 'school-lead', 'area-manager', 'regional-director', 'programme-administrator'];

/** Values of fields, so that commands name the things of the world. */
const values: Readonly<Record<string, readonly unknown[]>> = {
  ...{ programme: programmes, school: schools, mentor: mentors, pupil: pupils, journey: journeys },
  ...{ on: days, from: days, to: days, until: days, schoolFrom: days, upn: pupils.map((_, n) => upnOf(n)) },
  ...{ region: regions, subject: ['s-1', 's-2'], name: ['Somebody', 'Anybody'], role: roles },
  assignment: Array.from({ length: 40 }, (_, n) => numbered(n, 4)),
  session: [numbered(1, 5), numbered(2, 5)],
};

const routes = [...commandRoutes.values()].flatMap((each) => [...each.values()]);
const idsOf: Readonly<Record<string, readonly string[]>> = {
  ...{ programme: programmes, school: schools, mentor: mentors, pupil: pupils, attendance: pupils },
  journey: journeys,
};

/** Commands that move things and give rights. They are sent more often than the others. */
const moving = [
  ...['RegisterSchool', 'JoinProgramme', 'LeaveProgramme', 'AppointMentor', 'AllocatePupil', 'RegisterPupil'],
  ...[
    'MoveSchool',
    'ReferPupil',
    'AssignRole',
    'EndRole',
    'RecordAttendance',
    'HoldSession',
    'DefineProgramme',
  ],
];
/** Steps that the world allows only rarely are tried more often. */
const weighted = [
  ...moving,
  'JoinProgramme',
  'AllocatePupil',
  'AllocatePupil',
  'MoveSchool',
  'ReferPupil',
  'AssignRole',
];

/** Mostly things that belong together: the nth pupil with the school, programme, mentor and journey of the nth pupil. */
const together = (n: number): Readonly<Record<string, unknown>> => ({
  ...{ pupil: pupils[n], journey: journeys[n], upn: upnOf(n), assignment: numbered(n, 4) },
  ...{ school: schools[n % 4], mentor: mentors[n % 4], programme: programmes[n % 2] },
});

function bodyOf(type: CommandClass, n: number, pick: Pick): Record<string, unknown> {
  const own = together(n);
  const valueOf = (field: string, example: unknown): unknown =>
    field in own && pick([true, true, false]) ? own[field] : field in values ? pick(values[field]!) : example;
  const body = Object.fromEntries(
    Object.entries(exampleOf(type)).map(([field, value]) => [field, valueOf(field, value)]),
  );
  if (type.name === 'RegisterSchool') body['area'] = pick(areas)[0];
  if (type.name === 'RecordAttendance') {
    const on = pick(['2025-09-10', '2025-11-03', '2026-02-13', '2026-02-16']);
    body['marks'] = [{ on, am: '/', pm: '\\', at: pick(['2026-02-14T08:00:00Z', '2026-02-15T08:00:00Z']) }];
  }
  if (type.name !== 'AssignRole') return body;
  const role = body['role'] as Role;
  const over = {
    ...{ mentor: body['mentor'], school: body['school'], programme: body['programme'] },
    ...{ area: pick(['blackpool', 'hastings', 'rochdale']), region: pick(regions) },
  };
  const scope = scopeKindOf[role]!;
  return {
    ...{ assignment: pick(values['assignment']!), role, [scope]: over[scope] },
    from: pick(['2025-01-01', TODAY, '2026-09-01']),
  };
}

interface Step {
  readonly actor: Somebody;
  readonly what: string;
  /** Whether the step was accepted. */
  readonly carryOut: (world: World) => Promise<boolean>;
}

/** Mostly somebody who has a role that may carry out the action somewhere. */
function actorFor(action: string, people: readonly Somebody[], pick: Pick): Somebody {
  const able = people.filter((each) => each.roles.some((role) => rights.get(action)?.[role] !== undefined));
  return able.length > 0 && pick([true, true, true, false]) ? pick(able) : pick(people);
}

function commandStep(people: readonly Somebody[], pick: Pick): Step {
  const wanted = pick([true, true, true, false]) ? pick(weighted) : undefined;
  const route: CommandRoute = wanted ? routes.find(({ type }) => type.name === wanted)! : pick(routes);
  const { module, type } = route;
  const n = pick([...pupils.keys()]);
  const own = { attendance: pupils[n], person: people[n]!.id, ...together(n) }[module.name];
  const others =
    module.name === 'person' ? people.map((each) => each.id) : (idsOf[module.name] ?? [numbered(0, 9)]);
  const id = own !== undefined && pick([true, true, false]) ? (own as string) : pick(others);
  const { command, errors } = check(type, bodyOf(type, n, pick));
  const actor = actorFor(type.name, people, pick);
  return {
    ...{ actor, what: type.name },
    carryOut: async ({ platform }) => {
      if (errors.length > 0) return false;
      const principal = { id: actor.id, grants: await platform.people.grants(actor.id) };
      const permit = permitFor(platform.look, principal);
      const to = { module: module.name, id, command, actor: actor.id, permit };
      return (await platform.submitter.submit(to)).events.length > 0;
    },
  };
}

/** The command that a row of each kind mainly stands for. */
const actionOf = {
  schools: 'RegisterSchool',
  mentors: 'AppointMentor',
  referrals: 'ReferPupil',
  registers: 'RecordAttendance',
  sessions: 'HoldSession',
} as const;
const kinds = ['schools', 'mentors', 'referrals', 'registers', 'sessions'] as const;

/** One row of a file, as the importer of its kind reads it. */
function importStep(people: readonly Somebody[], pick: Pick, step: number): Step {
  const kind = pick(kinds);
  const actor = actorFor(actionOf[kind], people, pick);
  const n = pick([...pupils.keys()]);
  const upn = upnOf(n);
  const school = pick([schools[n % 4]!, pick(schools)]);
  const mentor = pick([mentors[n % 4]!, pick(mentors)]);
  const [area, region] = pick(areas);
  const cells: Readonly<Record<(typeof kinds)[number], readonly string[]>> = {
    schools: [school, '890', 'Blackpool', '4401', 'Harbour', 'Secondary', 'Open', region, area],
    mentors: [mentor, pick(['A mentor', 'Another']), area, school, pick(days)],
    referrals: [upn, 'Zara', 'Farouk', '2013-02-15', '8', 'F', school, pick(days), 'Y', 'N', 'N', '', ''],
    registers: [
      school,
      upn,
      pick(['2025-09-03', '2026-02-13', '2026-02-16']),
      '/',
      '\\',
      '2026-02-15T08:00:00Z',
    ],
    sessions: [upn, mentor, pick(days), 'HELD', '60', 'IN_PERSON', 'SCHOOL', '1'],
  };
  const rows: readonly TableRow[] = [{ row: 1, cells: [...cells[kind]] }];
  const programme = pick([programmes[n % 2]!, pick(programmes)]);
  return {
    ...{ actor, what: `import ${kind}` },
    carryOut: async ({ platform }) => {
      const services: ImportServices = platform;
      const importId = idOf(String(step), actor.id);
      const sending = { importId, actor: actor.id, sender: services.sender(actor.id) };
      const commandsFor = (row: number) => new RowCommands(platform.submitter, sending, `0:${String(row)}`);
      const people = new People(platform.submitter);
      const forRows = { sending, commandsFor, programme: () => Promise.resolve(programme) };
      const importer = {
        schools: () => schoolImporter(commandsFor),
        mentors: () => mentorImporter(commandsFor, forRows.programme),
        referrals: () => referralImporter(services, people, forRows),
        registers: () => new RegisterImporter(services, people, { ...sending, file: 0, aliases: false }),
        sessions: () => sessionImporter(services, people, forRows),
      }[kind]();
      const { outcomes } = await importer.importRows(rows);
      return outcomes[0] === 'accepted';
    },
  };
}

/** Carry out a step. Returns undefined if it was refused. */
async function attempt(step: Step, world: World): Promise<true | undefined> {
  try {
    return (await step.carryOut(world)) || undefined;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** What the step let people read that the sender's roles did not cover. */
const widened = (before: Snapshot, after: Snapshot, { actor, what }: Step): string[] =>
  [...after.reading].filter((each) => {
    if (before.reading.has(each)) return false;
    const record = each.slice(each.indexOf(' ') + 1);
    const intake = what === 'ReferPupil' || what === 'import referrals';
    if (!before.records.has(record) || before.covers(actor.id, record)) return false;
    return !(intake && before.takesIn(actor.id, record));
  });

describe(`random commands and imports by people of every role (WIDENING_SEED=${String(SEED)})`, () => {
  it(`let nobody read what the sender's roles do not cover, in ${String(STEPS)} steps`, async () => {
    const pick = randomFrom(SEED);
    const accepted: Record<string, number> = {};
    for (let done = 0; done < STEPS;) {
      const world = await openWorld();
      let before = await snapshot(world);
      for (let step = 0; step < STEPS_PER_WORLD && done < STEPS; step += 1, done += 1) {
        const { people } = world;
        const next = pick([0, 1, 2]) === 0 ? importStep(people, pick, done) : commandStep(people, pick);
        const { actor } = next;
        // A refused row of an import may have recorded some of its commands.
        const carriedOut = await attempt(next, world);
        if (!carriedOut && !next.what.startsWith('import')) continue;
        if (carriedOut) accepted[next.what] = (accepted[next.what] ?? 0) + 1;
        if ((await world.react()).length === 0) continue;
        const after = await snapshot(world);
        expect([done, next.what, actor.roles, widened(before, after, next)]).toEqual([
          done,
          next.what,
          actor.roles,
          [],
        ]);
        before = after;
      }
      await world.platform.close();
    }
    if (process.env['WIDENING_COUNTS']) process.stdout.write(`${JSON.stringify(accepted)}\n`);
    // Each kind of step that moves something was carried out, so that the rule was tested.
    const all = [...moving, ...kinds.map((kind) => `import ${kind}`)];
    expect(all.filter((what) => (accepted[what] ?? 0) < STEPS / 8_000)).toEqual([]);
  });
});
