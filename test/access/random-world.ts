import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Principal } from '@waymark/core/access';
import { valid } from '@waymark/core/fields';
import { type CommandClass, Refusal } from '@waymark/core/kernel';
import { reachFor } from '@waymark/governance/access';
import { RecordAttendance } from '@waymark/modules/attendance';
import { exportKinds, exportSources } from '@waymark/modules/exports';
import { reminderJob } from '@waymark/modules/insights/reminder-job';
import {
  AssessEligibility,
  EndJourney,
  GiveConsent,
  ReferPupil,
  ScheduleSession,
} from '@waymark/modules/journey';
import { AllocatePupil, AppointMentor } from '@waymark/modules/mentor';
import { DefineProgramme } from '@waymark/modules/programme';
import { MoveSchool, RaiseObjection, RegisterPupil, RestrictProcessing } from '@waymark/modules/pupil';
import { RegisterSchool } from '@waymark/modules/school';
import { Platform } from '@waymark/platform';
import { Ask, AskHandler } from '../../apps/api/questions/ask';
import { KeptAnswers } from '../../apps/api/questions/kept-answers';
import { questions } from '../../apps/api/questions/questions';
import { marks, programme } from '../api/client';
import { harbourAcademy, upnOf } from '../support/made-up';

/** The seed of the random worlds. */
export const SEED = Number(process.env['WAYMARK_SEED'] ?? Math.floor(Math.random() * 1_000_000_000));
const WORLDS = 4;
/** All days with marks. */
export const DAYS = { from: '2025-09-01', to: '2026-02-13' };

/** Schools 0 and 1 are in Blackpool, 2 and 3 in Hastings. Mentors 0 to 2 work in the first programme, 3 in the second. */
export const schools = [0, 1, 2, 3] as const;
export const urn = (n: number): string => `99040${String(n)}`;
export const mentorId = (n: number): string => `M-${String(n)}`;
export const programmeOf = (n: number): string => `programme-${String(n)}`;

const happening = fc.record({
  school: fc.constantFrom(...schools),
  programme: fc.constantFrom(0, 0, 0, 1),
  mentors: fc.array(fc.constantFrom(...schools), { minLength: 0, maxLength: 2 }),
  referred: fc.nat(3).map((n) => n > 0),
  moved: fc.option(fc.constantFrom(...schools), { freq: 2 }),
  ended: fc.boolean(),
  objects: fc.constantFrom(
    'RESEARCH',
    'MENTORING',
    'EVALUATION_ARCHIVE',
    'restricted',
    ...Array<undefined>(4),
  ),
});
/** What happens to the pupils of each world. */
export const worlds = fc.sample(fc.array(happening, { minLength: 12, maxLength: 12 }), {
  seed: SEED,
  numRuns: WORLDS,
});

interface Answer {
  readonly items?: readonly Readonly<Record<string, unknown>>[];
  readonly [field: string]: unknown;
}

/** A platform with the pupils of a random world. */
export async function furnished(pupils: (typeof worlds)[number]) {
  const platform = await Platform.open({
    data: mkdtempSync(join(tmpdir(), 'waymark-lists-')),
    disclosure: { smallBelow: 1, leastPossible: 1 },
  });
  const send = async <Command extends object>(
    module: string,
    id: string,
    type: CommandClass<Command>,
    body: object = {},
  ): Promise<void> => {
    try {
      await platform.submitter.submit({ module, id, command: valid(type, body), actor: 'office' });
    } catch (error) {
      // A random command may be refused: an allocation without a place, for example.
      if (!(error instanceof Refusal)) throw error;
    }
  };
  for (const n of [0, 1]) await send('programme', programmeOf(n), DefineProgramme, programme);
  for (const n of schools) {
    const [region, area] = n < 2 ? ['North West', 'Blackpool'] : ['South East', 'Hastings'];
    await send('school', urn(n), RegisterSchool, { ...harbourAcademy, region, area });
    const appointed = { programme: programmeOf(n === 3 ? 1 : 0), school: urn(n), from: '2025-09-01' };
    await send('mentor', mentorId(n), AppointMentor, { name: `Mentor ${String(n)}`, ...appointed });
  }
  const ids: readonly { readonly pupil: string; readonly journey: string }[] = pupils.map(() => ({
    ...{ pupil: randomUUID(), journey: randomUUID() },
  }));
  for (const [index, each] of pupils.entries()) {
    const { pupil, journey } = ids[index]!;
    const school = urn(each.school);
    await send('pupil', pupil, RegisterPupil, {
      ...{ upn: upnOf(index + 1), forename: 'Zara', surname: 'Farouk', dateOfBirth: '2013-02-15', school },
      schoolFrom: '2025-09-01',
    });
    const referred = {
      pupil,
      programme: programmeOf(each.programme),
      school,
      on: '2025-09-19',
      yearGroup: 8,
    };
    if (each.referred) await send('journey', journey, ReferPupil, referred);
    await send('journey', journey, GiveConsent, { on: '2025-10-13', by: 'PARENT' });
    await send('attendance', pupil, RecordAttendance, { school, marks });
    await send('journey', journey, AssessEligibility);
    for (const mentor of each.mentors) {
      await send('mentor', mentorId(mentor), AllocatePupil, { journey, on: '2025-10-27' });
      await platform.settle();
    }
    await send('journey', journey, ScheduleSession, { session: randomUUID(), on: '2025-11-03' });
    if (each.ended)
      await send('journey', journey, EndJourney, { ending: 'ENDED_EARLY', reason: 'x', on: '2025-12-12' });
    if (each.moved !== null)
      await send('pupil', pupil, MoveSchool, { school: urn(each.moved), from: '2025-12-01' });
    if (each.objects === 'restricted')
      await send('pupil', pupil, RestrictProcessing, { ground: 'ACCURACY_CONTESTED', on: '2026-01-12' });
    else if (each.objects)
      await send('pupil', pupil, RaiseObjection, { scope: each.objects, on: '2026-01-12' });
  }
  await platform.settle();
  const signal = new AbortController().signal;
  await reminderJob(platform).run(
    {} as never,
    {
      id: 'reminders',
      signal,
      progress: () => Promise.resolve(),
    } as never,
  );
  await platform.settle();
  const handler = new AskHandler(platform, new KeptAnswers(platform));
  const question = (name: string) => questions.find((each) => each.name === name)!;
  /** The answer; undefined if it is refused. */
  const ask = async (principal: Principal, name: string, asked: object): Promise<Answer | undefined> => {
    try {
      const reach = reachFor(principal, name);
      return (await handler.execute(
        new Ask(question(name), { limit: 1000, ...asked }, reach, undefined),
      )) as Answer;
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  };
  const exported = async (principal: Principal, kind: keyof typeof exportKinds, parameters: object = {}) => {
    const sources = await exportSources(platform, principal, () => undefined);
    const rows: Readonly<Record<string, unknown>>[] = [];
    for await (const row of exportKinds[kind].rows(sources, parameters as never)) rows.push(row as never);
    return rows;
  };
  const leftOut = new Set(
    ids.flatMap(({ pupil, journey }, index) =>
      ['RESEARCH', 'EVALUATION_ARCHIVE', 'restricted'].includes(pupils[index]!.objects ?? '')
        ? [pupil, journey]
        : [],
    ),
  );
  return { platform, ask, exported, ids, leftOut };
}

/** A platform with random pupils, and ways to ask it. */
export type World = Awaited<ReturnType<typeof furnished>>;
