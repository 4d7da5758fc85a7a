import { Type } from '@sinclair/typebox';
import { IsCode, IsUrn, Optional } from '@waymark/core/fields';
import { Refusal } from '@waymark/core/kernel';
import { find, one } from '@waymark/core/projections';
import {
  type Answer,
  count,
  day,
  object,
  pageOf,
  pageOfShown,
  PageParameters,
  question,
  type QuestionSources,
  text,
} from '@waymark/core/questions';
import { mentor as mentorModule } from '@waymark/modules/mentor';
import { type MentorRow, mentors } from '@waymark/modules/mentor/views/mentors';
import { programmes } from '@waymark/modules/programme/views/programmes';
import { schools } from '@waymark/modules/school/views/schools';
import { given } from '@waymark/modules/shared/repeats';
import { postReaders } from '@waymark/modules/shared/rights';
import { mentorNames } from './sources';

const mentorDocument = object(
  {
    id: text(),
    name: Type.Optional(text('Absent if you may not see it, or if the mentor has been erased.')),
    programme: text(),
    programmeName: text(),
    school: text('The URN of the school where the mentor is based.'),
    schoolName: text(),
    area: text('The id of the area.'),
    from: day('The first day of the appointment.'),
    caseload: Type.Optional(
      count('The number of places that are taken. Absent if you may not see small numbers.'),
    ),
  },
  { $id: 'Mentor' },
);

const example: Answer<typeof mentorDocument> = {
  id: 'M-890-1',
  name: 'Oscar Roberts',
  programme: 'ampe-2025-11',
  programmeName: 'Attendance Mentoring Pilot Expansion 2025/26',
  school: '990401',
  schoolName: 'Blackpool Harbour Academy',
  area: 'blackpool',
  from: '2025-09-01',
  caseload: 24,
};

/** The mentor's post as a principal may see it; undefined if it is out of reach. Without the name. */
async function postOf(
  id: string,
  { programme, school, area, from, caseload }: MentorRow,
  { rows, reach, scopesOf }: Pick<QuestionSources, 'rows' | 'reach' | 'scopesOf'>,
): Promise<Answer<typeof mentorDocument> | undefined> {
  const scopes = await scopesOf('mentor', id);
  if (!reach.reaches(scopes)) return undefined;
  return {
    id,
    ...{ programme, programmeName: (await one(rows, programmes, programme))?.name ?? programme },
    ...{ school, schoolName: (await one(rows, schools, school))?.name ?? school },
    ...{ area, from },
    ...(scopes.some(reach.showsSmallNumbers) && { caseload }),
  };
}

type Post = Answer<typeof mentorDocument>;

/** Add the names that the principal may see. */
async function named(posts: readonly Post[], sources: Parameters<typeof mentorNames>[1]): Promise<Post[]> {
  const names = await mentorNames(
    posts.map(({ id }) => id),
    sources,
  );
  return posts.map((post) => ({ ...post, ...given({ name: names.get(post.id) }) }));
}

export const getMentor = question({
  name: 'GetMentor',
  path: 'mentors/:id',
  parts: { id: mentorModule },
  summary: 'A mentor’s appointment',
  schema: mentorDocument,
  example,
  by: postReaders,
  views: [mentors, programmes, schools],
  shown: ({ id }) => [id],
  answer: async ({ id }, sources) => {
    sources.reach.demand(await sources.scopesOf('mentor', id));
    const row = await one(sources.rows, mentors, id);
    const post = row && (await postOf(id, row, sources));
    if (!post)
      throw new Refusal('UNKNOWN_MENTOR', 'There is no mentor with this id. Check the id.', 'missing');
    const [mentor] = await named([post], sources);
    return mentor!;
  },
});

/** Filters of the mentors. */
export class MentorsParameters extends PageParameters {
  @Optional() @IsCode('ampe-2025-11') programme?: string;
  @Optional() @IsUrn() school?: string;
  @Optional() @IsCode('blackpool') area?: string;
}

export const listMentors = question({
  name: 'ListMentors',
  path: 'mentors',
  parameters: MentorsParameters,
  summary: 'The mentors within your reach, by programme, school or area',
  schema: pageOf(mentorDocument),
  example: { items: [example], next: example.id },
  by: postReaders,
  views: [mentors, programmes, schools],
  shown: ({ items }) => items.map(({ id }) => id),
  answer: async ({ programme, school, area, ...page }, sources) => {
    const based = await find(sources.rows, mentors, { where: school === undefined ? {} : { school } });
    const found = based.filter(
      ({ row }) => row.programme === (programme ?? row.programme) && row.area === (area ?? row.area),
    );
    const { items, ...rest } = await pageOfShown(found, page, ({ key, row }) => postOf(key, row, sources));
    return { items: await named(items, sources), ...rest };
  },
});
