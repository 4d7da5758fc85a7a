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

/** What each status says, and codes that come with it. */
const meanings: Readonly<Record<number, string>> = {
  400: 'The request is not well formed: `MALFORMED_JSON`, `JSON_TOO_DEEP`, `MALFORMED_HEADER`, `MALFORMED_PATH`, `MALFORMED_UPLOAD`.',
  401: 'There is no access token, or none that is accepted: `TOKEN_MISSING`, `TOKEN_INVALID`, `TOKEN_EXPIRED`.',
  403: 'Your roles do not allow it, or not here: `NOT_ALLOWED`, `UNKNOWN_PERSON`.',
  404: 'What the path names does not exist: `UNKNOWN_ID`, or `UNKNOWN_` and what it is.',
  409: 'It does not fit what was recorded before; the code says why.',
  410: 'It is no longer kept: `EXPORT_EXPIRED`.',
  412: 'The record has changed since: `STALE_REVISION`.',
  413: 'It is too large: `BODY_TOO_LARGE`, `FILE_TOO_LARGE`, `TOO_MANY_FILES`.',
  415: 'The body is in no form that is read here: `UNSUPPORTED_MEDIA_TYPE`, `UNSUPPORTED_CHARSET`, `UNSUPPORTED_ENCODING`.',
  422: 'Fields are wrong, every one is named in `errors`, but for those that nobody declared, which are counted there: `INVALID_FIELDS`, `IDEMPOTENCY_KEY_REUSED`, or what a decision found wrong.',
  429: 'More than one may ask within a minute: `TOO_MANY_REQUESTS`.',
  500: 'Something went wrong on our side: `INTERNAL`.',
  503: 'What the answer is read from has stopped: `VIEW_STOPPED`; is not built yet: `VIEW_BUILDING`; or was built anew meanwhile, so that one is to ask again: `VIEW_REBUILT`. Or it cannot be folded: `ROW_CANNOT_BE_FOLDED`.',
  504: 'What the answer is read from is not as far as asked: `VIEW_BEHIND`, with where it is in `position`.',
};

/** Answers that say why there is none, by status. */
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
