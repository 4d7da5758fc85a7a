import { Type } from '@sinclair/typebox';
import { jobStates } from '@waymark/core/kernel';
import { type Answer, count, jsonObject, listOf, moment, object, oneOf, text } from '@waymark/core/questions';

export const jobState = oneOf(jobStates, { $id: 'JobState' });

/** A job as it stands. */
export const jobSchema = object(
  {
    id: text(),
    kind: text(),
    data: jsonObject('What it is to do: depends on the kind.'),
    state: jobState,
    attempts: count('Attempts begun, the present one included.'),
    progress: Type.Optional(jsonObject('How far it is: depends on the kind.')),
    result: Type.Optional(jsonObject('What it came to, where it is done: depends on the kind.')),
    error: Type.Optional(text('Why the last attempt failed. Absent where the job is done or cancelled.')),
    addedAt: moment(),
    finishedAt: Type.Optional(moment()),
  },
  { $id: 'Job' },
);

export const jobsSchema = listOf(jobSchema, { $id: 'Jobs' });

export type JobAnswer = Answer<typeof jobSchema>;
export type JobsAnswer = Answer<typeof jobsSchema>;
