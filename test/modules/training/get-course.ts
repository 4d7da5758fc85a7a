import { all, own, Refusal } from '@waymark/core/kernel';
import { one } from '@waymark/core/projections';
import { count, object, question, uuid } from '@waymark/core/questions';
import { courseAttendance } from './attendance';
import { course } from './course';

const schema = object({ id: uuid(), came: count(), of: count() }, { $id: 'training.Course' });

export const getCourse = question({
  name: 'training.GetCourse',
  path: 'courses/:id',
  parts: { id: course },
  summary: 'How often the pupil of a course came',
  schema,
  example: {
    id: course.id.example,
    came: 5,
    of: 6,
  },
  by: { ...own('school-lead'), ...all('data-protection-officer') },
  views: [courseAttendance],
  shown: ({ id }) => [id],
  answer: async ({ id }, { rows, reach, scopesOf }) => {
    reach.demand(await scopesOf('course', id));
    const row = await one(rows, courseAttendance, id);
    if (!row) throw new Refusal('UNKNOWN_COURSE', 'There is no course with this id.', 'missing');
    return { id, ...row };
  },
});
