import { Type } from 'class-transformer';
import { IsWhole, Optional } from '@waymark/core/fields';
import type { View } from '@waymark/core/kernel';
import { nobody, type PathPart, question, type QuestionSources } from '@waymark/core/questions';
import { rights } from '@waymark/governance/access';
import { caseloads } from '@waymark/modules/journey/views/caseload';
import { exampleIds } from '@waymark/modules/shared/examples';
import { views } from '@waymark/modules';
import { rowAtPosition, rowAtPositionSchema, type RowSources } from '../row-at-position';

const namesOf = ({ name, formerly }: View): string[] => [name, ...(formerly === undefined ? [] : [formerly])];

const view: PathPart = {
  name: 'view',
  id: {
    pattern: new RegExp(`^(${views.flatMap(namesOf).join('|')})$`),
    description: 'the name of a view; its former name is accepted too',
    example: caseloads.name,
  },
};

const key: PathPart = {
  name: 'row',
  id: {
    pattern: /^.{1,200}$/su,
    description: 'its key, percent-encoded',
    example: exampleIds.journey,
  },
};

/** Up to where the row is to be folded. */
export class RowParameters {
  /** Where the log is taken to end: at its present end, if left out or further on. */
  @Optional() @Type(() => Number) @IsWhole(0, Number.MAX_SAFE_INTEGER, 1042) position?: number;
}

const exampleRow = { pupil: exampleIds.pupil, programme: 'ampe-2025-11', mentor: 'M-890-1', phase: 2 };

export const getRow = question({
  name: 'GetRow',
  path: 'views/:view/:key',
  parts: { view, key },
  parameters: RowParameters,
  summary: "A view's row, folded anew from the log up to a position",
  description:
    'Beside it, as `served`, the row that queries are answered from; `equal` says whether it is the same, and is there where both are of one position. Reads the log through: for finding out what went wrong, not for every day. Views hold no names and no numbers.',
  schema: rowAtPositionSchema,
  example: {
    view: 'caseload',
    version: 2,
    key: exampleIds.journey,
    position: 1042,
    row: exampleRow,
    events: 9,
    last: { id: exampleIds.event, type: 'SessionHeld', position: 1038 },
    served: { version: 2, generation: 1, position: 1042, row: exampleRow },
    equal: true,
  },
  // The command line asks for the same right, below the operations: the table has it.
  by: rights.get('GetRow')!,
  views: [],
  problems: { 503: ['ROW_CANNOT_BE_FOLDED'] },
  // Recorded before the row is folded.
  shown: nobody,
  answer: ({ view, key, position }, sources: QuestionSources & RowSources) =>
    rowAtPosition(sources, view, key, {
      ...{ reader: sources.reach.principal, reason: sources.reason, position },
    }),
});
