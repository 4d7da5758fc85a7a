import type { Place } from '@waymark/core/access';
import type { Submitter } from '@waymark/core/commands';
import type { RowReader } from '@waymark/core/kernel';
import { find, one } from '@waymark/core/projections';
import { regionalKpis } from '@waymark/modules/insights/views/pupil-outcomes';
import type { JourneyFacts } from '@waymark/modules/journey/facts';
import type { MentorFacts } from '@waymark/modules/mentor/facts';
import { mentors } from '@waymark/modules/mentor/views/mentors';
import type { PupilFacts } from '@waymark/modules/pupil/facts';
import type { SchoolFacts } from '@waymark/modules/school/facts';

/** What places are looked up in. */
export interface Sources {
  readonly submitter: Pick<Submitter, 'facts'>;
  readonly rows: RowReader;
  /** The present moment: UTC, milliseconds. */
  now(): string;
}

/** The places that a thing belongs to, by its module: none where it does not exist, or belongs nowhere. */
export async function placesOf(sources: Sources, module: string, id: string): Promise<readonly Place[]> {
  return (await finders[module]?.(sources, id)) ?? [];
}

type Finder = (sources: Sources, id: string) => Promise<readonly Place[]>;

const finders: Readonly<Record<string, Finder>> = {
  journey: async (sources, id) => {
    const journey = await sources.submitter.facts<JourneyFacts>('journey', id);
    return journey ? [await placeOfJourney(sources, journey)] : [];
  },
  pupil: placesOfPupil,
  // A register is kept under its pupil's id.
  attendance: placesOfPupil,
  mentor: async ({ submitter }, id) => {
    const mentor = await submitter.facts<MentorFacts>('mentor', id);
    if (!mentor) return [];
    const { programme, school } = mentor;
    return [{ mentor: id, programme, ...(await placeOfSchool(submitter, school)), area: mentor.area }];
  },
  // A programme is at a school where a mentor of it is based.
  school: async ({ submitter, rows }, id) => {
    const place = await placeOfSchool(submitter, id);
    const based = await find(rows, mentors, { where: { school: id } });
    return [place, ...based.map(({ row }) => ({ ...place, programme: row.programme }))];
  },
  programme: (_, id) => Promise.resolve([{ programme: id }]),
};

/** A pupil belongs to the school of today, and wherever a journey of theirs belongs. */
async function placesOfPupil(sources: Sources, id: string): Promise<Place[]> {
  const { submitter, rows } = sources;
  const pupil = await submitter.facts<PupilFacts>('pupil', id);
  if (!pupil) return [];
  const today = sources.now().slice(0, 10);
  const known = await one(rows, regionalKpis, id);
  const journeys = await Promise.all(
    Object.keys(known?.journeys ?? {}).map((journey) => placesOf(sources, 'journey', journey)),
  );
  return [await placeOfSchool(submitter, pupil.schoolOn(today)), ...journeys.flat()];
}

async function placeOfJourney({ submitter }: Sources, journey: JourneyFacts): Promise<Place> {
  const { programme, school, mentor } = journey;
  return { programme, ...(await placeOfSchool(submitter, school)), ...(mentor !== undefined && { mentor }) };
}

/** Where a school is; only the school itself where it is not known. */
export async function placeOfSchool(submitter: Sources['submitter'], urn: string): Promise<Place> {
  const school = await submitter.facts<SchoolFacts>('school', urn);
  return { school: urn, ...(school && { area: school.area, region: school.region }) };
}
