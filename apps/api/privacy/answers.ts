import { Type } from '@sinclair/typebox';
import {
  type Answer,
  count,
  day,
  jsonObject,
  listOf,
  moment,
  object,
  oneOf,
  text,
} from '@waymark/core/questions';
import { readFields } from '@waymark/governance/access';
import { personKindNames } from '@waymark/governance/privacy';
import { journeyDocument } from '@waymark/modules/journey/questions/journey-document';

const kind = oneOf(personKindNames, { $id: 'PersonKind' });

/** How far an erasure is. */
export const erasureSchema = object(
  {
    kind,
    id: text(),
    state: oneOf(['completed', 'waiting'], {
      description: '`waiting` where files have yet to go that work is under way with.',
    }),
  },
  { $id: 'Erasure' },
);

/** People whose record has been kept for long enough. */
export const dueSchema = listOf(
  object(
    {
      kind,
      id: text(),
      ended: day('The day on which the last journey ended, or the last role.'),
      kept: Type.Optional(
        oneOf(['LEGAL_HOLD', 'PROCESSING_RESTRICTED'], {
          description: 'Why the record is kept nevertheless.',
        }),
      ),
    },
    { $id: 'Due' },
  ),
);

const recordedEvent = object(
  {
    on: day('The day that it is about.'),
    recordedAt: moment(),
    type: text(),
    stream: text(),
    by: text(),
    data: jsonObject("The event's own fields."),
  },
  { $id: 'RecordedEvent' },
);

const source = object(
  {
    by: text(),
    import: Type.Optional(text('The id of the import, where it was recorded in one.')),
    events: count(),
    first: moment(),
    last: moment(),
  },
  { $id: 'Source', description: 'Whoever recorded something of the person.' },
);

const retentionRule = object(
  {
    record: text(),
    kept: text(),
    by: Type.Optional(text('What sees to it; absent where people have to.')),
    source: text(),
  },
  { $id: 'RetentionRule', description: 'How long one kind of record is kept, and who says so.' },
);

/** Everything that is held of a person. */
export const subjectAccessSchema = object(
  {
    kind,
    id: text(),
    madeAt: moment(),
    person: jsonObject('The person as known at present: depends on the kind.'),
    journeys: Type.Array(journeyDocument),
    history: Type.Array(recordedEvent, { description: 'In the order in which it was recorded.' }),
    sources: Type.Array(source),
    reads: Type.Array(object(readFields), { description: 'Who looked at it.' }),
    key: oneOf(['held', 'destroyed', 'none'], { description: 'Whether what is encrypted can be read.' }),
    retention: Type.Array(retentionRule),
  },
  { $id: 'SubjectAccess' },
);

export type ErasureAnswer = Answer<typeof erasureSchema>;
export type DueAnswer = Answer<typeof dueSchema>;
export type SubjectAccessAnswer = Answer<typeof subjectAccessSchema>;
