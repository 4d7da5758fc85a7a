import type { Submitter } from '@waymark/core/commands';
import type { RowReader, Scope } from '@waymark/core/kernel';
import { find, one } from '@waymark/core/projections';
import { regionalKpis } from '@waymark/modules/insights/views/pupil-outcomes';
import type { JourneyFacts } from '@waymark/modules/journey/facts';
import type { MentorFacts } from '@waymark/modules/mentor/facts';
import { mentors } from '@waymark/modules/mentor/views/mentors';
import type { PupilFacts } from '@waymark/modules/pupil/facts';
import type { SchoolFacts } from '@waymark/modules/school/facts';

/** What places are looked up in. */
export interface ScopeSources {
  readonly submitter: Pick<Submitter, 'facts'>;
  readonly rows: RowReader;
  /** The present moment: UTC, milliseconds. */
  now(): string;
}

/** The places that a thing belongs to, by its module: none where it does not exist, or belongs nowhere. */
export async function scopesOf(sources: ScopeSources, module: string, id: string): Promise<readonly Scope[]> {
  return (await finders[module]?.(sources, id)) ?? [];
}

type Finder = (sources: ScopeSources, id: string) => Promise<readonly Scope[]>;

const finders: Readonly<Record<string, Finder>> = {
  journey: async (sources, id) => {
    const journey = await sources.submitter.facts<JourneyFacts>('journey', id);
    return journey ? [await scopeOfJourney(sources, journey)] : [];
  },
  pupil: scopesOfPupil,
  // A register is kept under its pupil's id.
  attendance: scopesOfPupil,
  mentor: async ({ submitter }, id) => {
    const mentor = await submitter.facts<MentorFacts>('mentor', id);
    if (!mentor) return [];
    const { programme, school } = mentor;
    return [{ mentor: id, programme, ...(await scopeOfSchool(submitter, school)), area: mentor.area }];
  },
  // A programme is at a school where a mentor of it is based.
  school: async ({ submitter, rows }, id) => {
    const place = await scopeOfSchool(submitter, id);
    const based = await find(rows, mentors, { where: { school: id } });
    return [place, ...based.map(({ row }) => ({ ...place, programme: row.programme }))];
  },
  programme: (_, id) => Promise.resolve([{ programme: id }]),
};

/** A pupil belongs to the school of today, and wherever a journey of theirs belongs. */
async function scopesOfPupil(sources: ScopeSources, id: string): Promise<Scope[]> {
  const { submitter, rows } = sources;
  const pupil = await submitter.facts<PupilFacts>('pupil', id);
  if (!pupil) return [];
  const today = sources.now().slice(0, 10);
  const known = await one(rows, regionalKpis, id);
  const journeys = await Promise.all(
    Object.keys(known?.journeys ?? {}).map((journey) => scopesOf(sources, 'journey', journey)),
  );
  return [await scopeOfSchool(submitter, pupil.schoolOn(today)), ...journeys.flat()];
}

async function scopeOfJourney({ submitter }: ScopeSources, journey: JourneyFacts): Promise<Scope> {
  const { programme, school, mentor } = journey;
  return { programme, ...(await scopeOfSchool(submitter, school)), ...(mentor !== undefined && { mentor }) };
}

/** Where a school is; only the school itself where it is not known. */
export async function scopeOfSchool(submitter: ScopeSources['submitter'], urn: string): Promise<Scope> {
  const school = await submitter.facts<SchoolFacts>('school', urn);
  return { school: urn, ...(school && { area: school.area, region: school.region }) };
}
