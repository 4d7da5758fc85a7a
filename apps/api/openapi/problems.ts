import { damageCodes } from '@waymark/core/kernel';
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

/** The meaning of each status. */
const meanings: Readonly<Record<number, string>> = {
  400: 'The request is malformed.',
  401: 'The access token is missing, invalid or expired. Why it is invalid is in the log of the service only.',
  403: 'Your roles do not allow the request, or not for this record. Or no person is registered for your token: then `subject` is the subject of the token, which an access administrator needs to register you.',
  404: 'Something that the path names does not exist.',
  409: 'The request conflicts with what is already recorded, or with what is in progress.',
  410: 'The file is no longer kept. Or the data of a person were erased: only principals whose roles reach the record learn this, all others get the answer for unknown records.',
  412: 'The record has changed since the revision that you sent.',
  413: 'The request is too large.',
  415: 'The body has an unsupported media type, character set or encoding.',
  422: 'Values are invalid. `errors` names every invalid field; unknown fields are only counted.',
  429: 'You have sent too many requests. `Retry-After` says when to send the next one.',
  500: 'An unexpected error occurred on our side.',
  503: 'A service that the request needs does not respond, such as the issuer of access tokens, or a view cannot answer now. Send the request again later, after the seconds in `Retry-After` if it is there.',
  504: 'A view that the query reads has not reached the requested position, `position` says which one it has reached.',
};

/** Codes of problems, by status. */
export type ProblemCodes = Readonly<Record<number, readonly string[]>>;

/** Stands for the codes with which the domain refuses a command. They say why, and are not listed. */
export const DECISION = 'or a code of the decision, which says why it was refused';

/** An operation before the problems that it has in common with others are added. */
export interface Operation {
  readonly parameters?: readonly object[];
  readonly requestBody?: { readonly content: object };
  readonly responses: object;
  /** The codes of this operation only. */
  readonly problems?: ProblemCodes;
}

/** Every operation that needs an access token can give these. */
const common: ProblemCodes = {
  401: ['TOKEN_MISSING', 'TOKEN_INVALID', 'TOKEN_EXPIRED'],
  403: ['NOT_ALLOWED', 'UNKNOWN_PERSON'],
  422: ['INVALID_FIELDS'],
  429: ['TOO_MANY_REQUESTS'],
  500: ['INTERNAL'],
  503: ['STORE_UNAVAILABLE', 'ISSUER_UNAVAILABLE', ...damageCodes],
};
const ofPath: ProblemCodes = { 400: ['MALFORMED_PATH'] };
const ofHeaders: ProblemCodes = { 400: ['MALFORMED_HEADER'] };
/** A body in JSON is parsed on every POST route, even if the route has no body. */
const ofPost: ProblemCodes = {
  400: ['MALFORMED_JSON', 'MALFORMED_BODY', 'REQUEST_ABORTED'],
  413: ['BODY_TOO_LARGE'],
  415: ['UNSUPPORTED_CHARSET', 'UNSUPPORTED_ENCODING'],
};
const ofBody: ProblemCodes = { 415: ['UNSUPPORTED_MEDIA_TYPE'] };
const ofJson: ProblemCodes = { 400: ['JSON_TOO_DEEP'] };

/** Several tables of codes as one. */
export function mergedCodes(tables: readonly ProblemCodes[]): ProblemCodes {
  const merged: Record<number, readonly string[]> = {};
  for (const table of tables) {
    for (const [status, codes] of Object.entries(table))
      merged[Number(status)] = [...new Set([...(merged[Number(status)] ?? []), ...codes])];
  }
  return merged;
}

/** An operation with all problems that it can give as responses. */
export function withProblems(
  path: string,
  method: string,
  { problems = {}, ...operation }: Operation,
): object {
  const { parameters = [], requestBody, responses } = operation;
  const codes = mergedCodes([
    ...[common, problems],
    ...(path.includes('{') ? [ofPath] : []),
    ...(parameters.some((parameter) => '$ref' in parameter) ? [ofHeaders] : []),
    ...(method === 'post' ? [ofPost] : []),
    ...(requestBody ? [ofBody] : []),
    ...(requestBody && 'application/json' in requestBody.content ? [ofJson] : []),
  ]);
  const answers: Record<string, object> = { ...responses };
  for (const [status, listed] of Object.entries(codes))
    answers[status] = {
      $ref: `#/components/responses/${status}`,
      description: described(Number(status), listed),
    };
  return { ...operation, responses: answers };
}

const described = (status: number, codes: readonly string[]): string => {
  const listed = codes.map((code) => (code === DECISION ? DECISION : `\`${code}\``));
  return `${statusTitle(status)}. ${meanings[status]!} ${listed.join(', ')}.`;
};

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
