import { Type } from '@sinclair/typebox';
import { IsDay, IsId, IsOneOf, IsText, Optional } from '@waymark/core/fields';
import {
  numeral,
  pageFrom,
  pageWith,
  PageParameters,
  question,
  type QuestionSources,
} from '@waymark/core/questions';
import { exampleIds } from '@waymark/modules/shared/examples';
import { type AccessLog, type Read, readSchema } from '../access-log';
import { type RefusedClaim, refusedClaimSchema, type TriedOut, triedOutSchema } from '../attempts';

const entries = ['reads', 'refused-claims', 'dry-runs'] as const;

/** Filters of the access log. */
export class ReadsParameters extends PageParameters {
  /** What is listed. */
  @Optional() @IsOneOf(entries, 'reads') entries?: (typeof entries)[number];
  /** Only for reads: refused claims and dry runs name no pupil. */
  @Optional() @IsId() pupil?: string;
  @Optional() @IsText('3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11', 100) person?: string;
  @Optional() @IsDay('2025-11-01') from?: string;
  @Optional() @IsDay('2025-11-30') to?: string;
}

/** What questions about the access log are answered from. */
export interface AccessLogSources extends QuestionSources {
  readonly accessLog: Pick<AccessLog, 'reads' | 'refusedClaims' | 'dryRuns'>;
}

export const listReads = question({
  name: 'ListReads',
  path: 'reads',
  parameters: ReadsParameters,
  summary: 'The access log: who saw a pupil’s records, or whose records a person saw',
  description:
    'For the data protection officer. Entries come in order of recording. The whole log is read for each request. `entries=refused-claims` lists in `refusedClaims` who was told that a UPN or another unique value belongs to another record, and `entries=dry-runs` lists in `dryRuns` who was shown the report of a dry run of an import; `items` is then empty.',
  schema: pageWith(
    {
      refusedClaims: Type.Optional(Type.Array(refusedClaimSchema)),
      dryRuns: Type.Optional(Type.Array(triedOutSchema)),
    },
    readSchema,
  ),
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
  shown: ({ items, refusedClaims = [], dryRuns = [] }) => [
    ...items.flatMap(({ reader, pupil }) => [reader, pupil]),
    ...[...refusedClaims, ...dryRuns].map(({ person }) => person),
  ],
  answer: async (
    { entries: of = 'reads', pupil, person, from, to, ...page },
    { accessLog }: AccessLogSources,
  ) => {
    const query = { person, from, to };
    if (of === 'refused-claims') {
      const { items: refusedClaims, ...next } = await paged(accessLog.refusedClaims(query), page);
      return { items: [], refusedClaims, ...next };
    }
    if (of === 'dry-runs') {
      const { items: dryRuns, ...next } = await paged(accessLog.dryRuns(query), page);
      return { items: [], dryRuns, ...next };
    }
    return paged(accessLog.reads({ pupil, ...query }), page);
  },
});

async function paged<Entry extends Read | RefusedClaim | TriedOut>(
  found: AsyncIterable<Entry>,
  page: PageParameters,
) {
  const all: Entry[] = [];
  for await (const entry of found) all.push(entry);
  return pageFrom(all, page, numeral, (_last, end) => String(end));
}
