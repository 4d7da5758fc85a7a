import { personKindNames } from '@waymark/governance/privacy';
import {
  type CertificateAnswer,
  certificateSchema,
  type DueAnswer,
  dueSchema,
  type ErasureAnswer,
  erasureSchema,
  type SubjectAccessAnswer,
  subjectAccessSchema,
} from '../privacy/answers';
import { ErasePerson } from '../privacy/privacy.controller';
import { answered } from './answers';
import { headers } from './parameters';
import { exampleOf, ref, type Schema, schemasOf, named } from './schemas';

const PUPIL = '0b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b10';

const erased: ErasureAnswer = { kind: 'pupil', id: PUPIL, state: 'completed' };

const certificate: CertificateAnswer = {
  erased: {
    ...{ kind: 'pupil', id: PUPIL, ground: 'CONSENT_WITHDRAWN', on: '2026-03-02' },
    ...{ recordedAt: '2026-03-02T09:00:00.000Z', position: 4_127 },
    ...{ keyDestroyedAt: '2026-03-02T09:00:00.120Z', events: 37, completedAt: '2026-03-02T09:00:00.410Z' },
    remains: {
      ...{ clearEvents: 0, unsealedHashes: 0, unkeyedIds: 0, claims: 2 },
      ...{ plainFileHashes: 0, reasons: 0, jobs: 0, earlierRows: 0 },
    },
  },
  key: 'IWY_NmA9qtiu32LA',
  signature: 'm5xf5_wgWeSsVwRBBvDo6n73-O7b_0HqE_ihSD_EsqV4YQIqjGvjGGgjeBaGUsj01gl1DZ6aHaFvP9aCoQHWCQ',
};

const due: DueAnswer = { items: [{ kind: 'pupil', id: PUPIL, ended: '2026-02-13', kept: 'LEGAL_HOLD' }] };

const held: SubjectAccessAnswer = {
  kind: 'pupil',
  id: PUPIL,
  madeAt: '2026-08-03T09:10:00.120Z',
  person: { upn: 'H801200001001', forename: 'Zara', surname: 'Farouk', dateOfBirth: '2013-02-15' },
  journeys: [],
  history: [
    {
      on: '2025-09-01',
      recordedAt: '2025-09-01T09:00:00.000Z',
      type: 'PupilRegistered',
      stream: `pupil-${PUPIL}`,
      by: 'office',
      data: { school: '990401' },
    },
  ],
  sources: [
    {
      by: 'office',
      events: 1,
      first: '2025-09-01T09:00:00.000Z',
      last: '2025-09-01T09:00:00.000Z',
    },
  ],
  reads: [{ at: '2025-11-03T16:00:00.000Z', reader: 'office', what: 'GetJourney' }],
  key: 'held',
  retention: [],
};

const tags = ['privacy'];

/** The person whom the path names. */
const personInPath = [
  {
    name: 'kind',
    in: 'path',
    required: true,
    schema: { type: 'string', enum: personKindNames },
    example: 'pupil',
  },
  { name: 'id', in: 'path', required: true, schema: { type: 'string' }, example: PUPIL },
];

const unknownPersons = personKindNames.map((kind) => `UNKNOWN_${kind.toUpperCase()}`);

/** Schemas of the request bodies, by class name. */
export const privacySchemas = (): Readonly<Record<string, Schema>> => schemasOf([named(ErasePerson)]);

/** Operations on the rights of recorded people, for the data protection officer. */
export const privacyPaths = (): Readonly<Record<string, object>> => ({
  '/v1/privacy/erasures': {
    post: {
      operationId: 'privacy.erase',
      summary: 'Erase a person’s data permanently',
      description:
        'Destroys the person’s data key, stops open journeys, and deletes exports and uploaded files. The state is `waiting` while a running job uses such files; the erasure is completed after that job. Repeating the request continues the erasure. Refused with `LEGAL_HOLD` for a pupil, with `MENTOR_HAS_PUPILS` for a mentor, and with `PERSON_HAS_ROLES` for a person who works with the service and still has a role. The certificate of the erasure is at `/v1/privacy/erasures/{kind}/{id}/certificate`.',
      tags,
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: ref(ErasePerson.name), example: exampleOf(ErasePerson) },
        },
      },
      responses: {
        200: answered('The state of the erasure.', erasureSchema, erased),
      },
      problems: {
        404: unknownPersons,
        409: ['LEGAL_HOLD', 'MENTOR_HAS_PUPILS', 'PERSON_HAS_ROLES', 'TOO_MUCH_CONTENTION'],
        413: ['COMMAND_TOO_LARGE'],
      },
    },
  },
  '/v1/privacy/erasures/{kind}/{id}/certificate': {
    get: {
      operationId: 'privacy.certificate',
      summary: 'Get the signed certificate of an erasure',
      description:
        'Says when the key was destroyed, how many events were read afterwards, and what remains. It is the same for every request, and `waymark certificate` checks it with the public key. `NOT_ERASED` if no erasure was decided, `ERASURE_WAITING` if it is not complete.',
      tags,
      parameters: personInPath,
      responses: {
        200: answered('The certificate.', certificateSchema, certificate),
      },
      problems: { 404: unknownPersons, 409: ['NOT_ERASED', 'ERASURE_WAITING'] },
    },
  },
  '/v1/privacy/subject-access/{kind}/{id}': {
    get: {
      operationId: 'privacy.subject-access',
      summary: 'Get everything stored about a person',
      description:
        'The whole answer is personal data, intended only for that person. The service records that you read it.',
      tags,
      parameters: [...personInPath, ...headers('WaymarkReason')],
      responses: {
        200: answered('Everything stored about the person.', subjectAccessSchema, held),
      },
      problems: { 404: unknownPersons },
    },
  },
  '/v1/privacy/retention': {
    get: {
      operationId: 'privacy.retention',
      summary: 'List people whose retention period has ended',
      description: 'A weekly job erases them, except those with `kept`.',
      tags,
      responses: {
        200: answered('Everybody whose retention period has ended.', dueSchema, due),
      },
    },
  },
});
