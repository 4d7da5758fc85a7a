import { type ProblemAnswer, problemSchema, statusTitle } from '../problem';

const example: ProblemAnswer = {
  type: 'urn:waymark:problem:INVALID_FIELDS',
  title: 'Invalid fields',
  status: 422,
  detail: 'Some fields are invalid. Correct the fields listed in errors and send the request again.',
  code: 'INVALID_FIELDS',
  errors: [
    { field: 'on', code: 'INVALID_DAY', message: 'must be an existing day in the form YYYY-MM-DD' },
    { field: 'school', code: 'UNKNOWN_SCHOOL', message: 'There is no school with this id.' },
  ],
  instance: 'urn:uuid:5a1f7f8e-0d3c-4b1e-9a57-6c2f4d8e1b22',
};

/** The meaning of each status, and codes that come with it. */
const meanings: Readonly<Record<number, string>> = {
  400: 'The request is malformed: `MALFORMED_JSON`, `JSON_TOO_DEEP`, `MALFORMED_HEADER`, `MALFORMED_PATH`, `MALFORMED_UPLOAD`.',
  401: 'The access token is missing, invalid or expired: `TOKEN_MISSING`, `TOKEN_INVALID`, `TOKEN_EXPIRED`. Why a token is invalid is in the log of the service only.',
  403: 'Your roles do not allow the request, or not for this record: `NOT_ALLOWED`. Or no person is registered for your token: `UNKNOWN_PERSON`, with the `subject` of the token, which an access administrator needs to register you.',
  404: 'Something that the path names does not exist: `UNKNOWN_ID`, or `UNKNOWN_` with its kind.',
  409: 'The request conflicts with what is already recorded. The code says why.',
  410: 'The file is no longer kept: `EXPORT_EXPIRED`. Or the data of a person were erased: `PUPIL_ERASED`, `MENTOR_ERASED`, `PERSON_ERASED`. Only principals whose roles reach the record learn this; all others get the answer for unknown records.',
  412: 'The record has changed since the revision that you sent: `STALE_REVISION`.',
  413: 'The request is too large: `BODY_TOO_LARGE`, `FILE_TOO_LARGE`, `TOO_MANY_FILES`.',
  415: 'The body has an unsupported media type, character set or encoding: `UNSUPPORTED_MEDIA_TYPE`, `UNSUPPORTED_CHARSET`, `UNSUPPORTED_ENCODING`.',
  422: 'Fields are invalid: `INVALID_FIELDS`. `errors` names every invalid field; unknown fields are only counted. Or the key was used for another command: `IDEMPOTENCY_KEY_REUSED`. Or a decision refused the values, with its own code.',
  429: 'You have sent too many requests within a minute: `TOO_MANY_REQUESTS`.',
  500: 'An unexpected error occurred on our side: `INTERNAL`.',
  503: 'The issuer of access tokens does not answer, so the token cannot be checked: `ISSUER_UNAVAILABLE`. Or a service that the request needs does not respond: `STORE_UNAVAILABLE`. For both, send the request again after the seconds in `Retry-After`. Or a view that the query reads has stopped (`VIEW_STOPPED`), is not built yet (`VIEW_BUILDING`), or was rebuilt during the query (`VIEW_REBUILT`: send the query again). Or the row cannot be folded: `ROW_CANNOT_BE_FOLDED`.',
  504: 'A view that the query reads has not reached the requested position: `VIEW_BEHIND`, with the position reached in `position`.',
};

/** References to the problem responses of these statuses. */
export const problems = (...statuses: readonly number[]): Record<string, object> =>
  Object.fromEntries(
    statuses.map((status) => [String(status), { $ref: `#/components/responses/${String(status)}` }]),
  );

export const problemResponses = Object.fromEntries(
  Object.entries(meanings).map(([status, meaning]) => [
    status,
    {
      description: `${statusTitle(Number(status))}. ${meaning}`,
      content: {
        'application/problem+json': { schema: problemSchema, ...(status === '422' && { example }) },
      },
    },
  ]),
);
