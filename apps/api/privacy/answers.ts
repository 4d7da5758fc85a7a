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

/** The state of an erasure. */
export const erasureSchema = object(
  {
    kind,
    id: text(),
    state: oneOf(['completed', 'waiting'], {
      description: '`waiting` while a running job uses files that have to be deleted.',
    }),
  },
  { $id: 'Erasure' },
);

/** What an erasure leaves, counted in everything that is stored. */
const remains = object(
  {
    clearEvents: count('Events with a text that was recorded in clear. No answer shows it.'),
    unsealedHashes: count('Events with a hash of a command that only the service’s hash key protects.'),
    unkeyedIds: count('Ids that an earlier release derived from the rows of a file without a key.'),
    claims: count('Keyed hashes of a UPN, a subject or a journey, which prevent a new registration.'),
    plainFileHashes: count('Imported files with a plain hash.'),
    reasons: count('Reasons that readers gave when they were shown the records.'),
    jobs: count('Jobs that contain an id of the records.'),
    earlierRows: count('Row sets of earlier versions of views.'),
  },
  { $id: 'Remains', description: 'What remained when the erasure was completed.' },
);

/** The signed certificate of an erasure. */
export const certificateSchema = object(
  {
    erased: object({
      kind,
      id: text(),
      ground: text(),
      on: day('The day of the decision.'),
      recordedAt: moment('When the decision was recorded.'),
      position: count('Position of the decision in the log.'),
      hash: Type.Optional(text('Hash of the decision in the hash chain of its stream.')),
      keyDestroyedAt: moment('Since then, nothing that was encrypted with the key can be read.'),
      events: count('Events of the person. All were read afterwards, and no personal field could be read.'),
      completedAt: moment('When the files that held the person’s data had been deleted too.'),
      remains: Type.Optional(remains),
    }),
    key: text('Id of the signing key.'),
    signature: text('Ed25519 signature of the JSON of `erased` without white space, as base64url.'),
  },
  { $id: 'ErasureCertificate' },
);

/** People whose retention period has ended. */
export const dueSchema = listOf(
  object(
    {
      kind,
      id: text(),
      ended: day('The day on which the last journey ended, or the last role.'),
      kept: Type.Optional(
        oneOf(['LEGAL_HOLD', 'PROCESSING_RESTRICTED'], {
          description: 'Why the record is not erased.',
        }),
      ),
    },
    { $id: 'Due' },
  ),
);

const recordedEvent = object(
  {
    on: day('The day that the event is about.'),
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
    import: Type.Optional(text('The id of the import, if the events were recorded by one.')),
    events: count(),
    first: moment(),
    last: moment(),
  },
  { $id: 'Source', description: 'An actor who recorded something about the person.' },
);

const retentionRule = object(
  {
    record: text(),
    kept: text(),
    by: Type.Optional(text('The part of the service that enforces the rule; absent if people must do it.')),
    source: text(),
  },
  { $id: 'RetentionRule', description: 'How long one kind of record is kept, and the source of the rule.' },
);

/** Everything stored about a person. */
export const subjectAccessSchema = object(
  {
    kind,
    id: text(),
    madeAt: moment(),
    person: jsonObject('What is currently recorded about the person; depends on the kind.'),
    journeys: Type.Array(journeyDocument),
    history: Type.Array(recordedEvent, {
      description: 'The events, in the order in which they were recorded.',
    }),
    sources: Type.Array(source),
    reads: Type.Array(object(readFields), { description: 'Who read the records.' }),
    key: oneOf(['held', 'destroyed', 'none'], {
      description: 'The state of the data key. Encrypted fields can be read only while it is held.',
    }),
    retention: Type.Array(retentionRule),
  },
  { $id: 'SubjectAccess' },
);

export type CertificateAnswer = Answer<typeof certificateSchema>;
export type ErasureAnswer = Answer<typeof erasureSchema>;
export type DueAnswer = Answer<typeof dueSchema>;
export type SubjectAccessAnswer = Answer<typeof subjectAccessSchema>;
