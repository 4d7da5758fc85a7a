import { personKindNames } from '@waymark/governance/privacy';
import {
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
import { problems } from './problems';
import { exampleOf, ref, type Schema, schemasOf, named } from './schemas';

const PUPIL = '0b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b10';

const erased: ErasureAnswer = { kind: 'pupil', id: PUPIL, state: 'completed' };

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

/** What these take, by name. */
export const privacySchemas = (): Readonly<Record<string, Schema>> => schemasOf([named(ErasePerson)]);

/** What people may ask for who are recorded: for the data protection officer. */
export const privacyPaths = (): Readonly<Record<string, object>> => ({
  '/v1/privacy/erasures': {
    post: {
      operationId: 'privacy.erase',
      summary: 'Erase a person’s data, for good',
      description:
        'The key to them is destroyed, open journeys are stopped, exports and files that were sent are deleted. `waiting` where work is under way that holds such files: it is completed with that. Done again, it goes on where it was. Refused with `LEGAL_HOLD` of a pupil, `MENTOR_HAS_PUPILS` of a mentor, and `PERSON_HAS_ROLES` of a person who works with the service and has a role still. `waymark erase` gives the signed certificate.',
      tags,
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: ref(ErasePerson.name), example: exampleOf(ErasePerson) },
        },
      },
      responses: {
        200: answered('How far it is.', erasureSchema, erased),
        ...problems(400, 404, 409, 413, 415, 422, 500),
      },
    },
  },
  '/v1/privacy/subject-access/{kind}/{id}': {
    get: {
      operationId: 'privacy.subject-access',
      summary: 'Everything that is held of a person',
      description: 'It is all personal data, and for that person alone. That it was looked at is recorded.',
      tags,
      parameters: [
        {
          name: 'kind',
          in: 'path',
          required: true,
          schema: { type: 'string', enum: personKindNames },
          example: 'pupil',
        },
        { name: 'id', in: 'path', required: true, schema: { type: 'string' }, example: PUPIL },
        ...headers('WaymarkReason'),
      ],
      responses: { 200: answered('All of it.', subjectAccessSchema, held), ...problems(400, 404, 422, 500) },
    },
  },
  '/v1/privacy/retention': {
    get: {
      operationId: 'privacy.retention',
      summary: 'People whose record has been kept for long enough',
      description: 'They are erased once a week, but for those that are `kept`.',
      tags,
      responses: { 200: answered('All of them.', dueSchema, due), ...problems(500) },
    },
  },
});
