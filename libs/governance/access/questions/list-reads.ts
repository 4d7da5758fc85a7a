import { IsDay, IsId, IsText, Optional } from '@waymark/core/fields';
import {
  numeral,
  pageFrom,
  pageOf,
  PageParameters,
  question,
  type QuestionSources,
} from '@waymark/core/questions';
import { exampleIds } from '@waymark/modules/shared/examples';
import { type AccessLog, type Read, readSchema } from '../access-log';

/** Filters of the access log. */
export class ReadsParameters extends PageParameters {
  @Optional() @IsId() pupil?: string;
  @Optional() @IsText('3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11', 100) person?: string;
  @Optional() @IsDay('2025-11-01') from?: string;
  @Optional() @IsDay('2025-11-30') to?: string;
}

/** What questions about the access log are answered from. */
export interface AccessLogSources extends QuestionSources {
  readonly accessLog: Pick<AccessLog, 'reads'>;
}

export const listReads = question({
  name: 'ListReads',
  path: 'reads',
  parameters: ReadsParameters,
  summary: 'The access log: who saw a pupil’s records, or whose records a person saw',
  description:
    'For the data protection officer. Entries come in order of recording. The whole log is read for each request.',
  schema: pageOf(readSchema),
  example: {
    items: [
      {
        at: '2025-11-03T16:00:00.000Z',
        reader: exampleIds.person,
        what: 'GetJourney',
        pupil: exampleIds.pupil,
        reason: 'Attendance return for the local authority',
      },
    ],
    next: '100',
  },
  by: { 'data-protection-officer': 'all' },
  views: [],
  // The access log is a record of its readers, too.
  shown: ({ items }) => items.flatMap(({ reader, pupil }) => [reader, pupil]),
  answer: async ({ pupil, person, from, to, ...page }, { accessLog }: AccessLogSources) => {
    const reads: Read[] = [];
    for await (const read of accessLog.reads({ pupil, person, from, to })) reads.push(read);
    return pageFrom(reads, page, numeral, (_last, end) => String(end));
  },
});
