import { Type } from '@sinclair/typebox';
import { jobStates } from '@waymark/core/kernel';
import { type Answer, count, jsonObject, listOf, moment, object, oneOf, text } from '@waymark/core/questions';

export const jobState = oneOf(jobStates, { $id: 'JobState' });

/** The current state of a job. */
export const jobSchema = object(
  {
    id: text(),
    kind: text(),
    data: jsonObject('What the job has to do; depends on the kind.'),
    state: jobState,
    attempts: count('Attempts started, including the current one.'),
    progress: Type.Optional(jsonObject('The progress; depends on the kind.')),
    result: Type.Optional(jsonObject('The result of a job that is done; depends on the kind.')),
    error: Type.Optional(text('Why the last attempt failed. Absent if the job is done or cancelled.')),
    addedAt: moment(),
    finishedAt: Type.Optional(moment()),
  },
  { $id: 'Job' },
);

export const jobsSchema = listOf(jobSchema, { $id: 'Jobs' });

export type JobAnswer = Answer<typeof jobSchema>;
export type JobsAnswer = Answer<typeof jobsSchema>;
