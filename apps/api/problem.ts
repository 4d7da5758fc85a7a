import { STATUS_CODES } from 'node:http';
import { Type } from '@sinclair/typebox';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, HttpStatus } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { redactUpns } from '@waymark/core/fields';
import {
  AppendTooLarge,
  type FieldError,
  Refusal,
  type RefusalKind,
  RetryableRefusal,
  StoreUnavailable,
  StreamDamaged,
} from '@waymark/core/kernel';
import { UnknownPerson } from '@waymark/governance/access';
import { type Answer, object, position, text } from '@waymark/core/questions';

/** The body of every error response (RFC 9457), with a stable code and every invalid field. */
export const problemSchema = object(
  {
    type: text('A URN of the code.'),
    title: text(),
    status: Type.Integer(),
    detail: text('What was wrong and what to do.'),
    code: text('Stable: part of the interface.'),
    errors: Type.Optional(
      Type.Array(
        object({
          field: text('The path of the field; empty for the body itself.'),
          code: text('Stable: part of the interface.'),
          message: text(),
        }),
      ),
    ),
    position: Type.Optional(position('For `VIEW_BEHIND`: the position that the views have reached.')),
    subject: Type.Optional(
      text(
        'For `UNKNOWN_PERSON`: the subject of your token, which an access administrator needs to register you.',
      ),
    ),
    instance: text('A URN with the id of the request. The logs contain the same id.'),
  },
  { $id: 'Problem' },
);

export type ProblemAnswer = Answer<typeof problemSchema>;

interface More {
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Additional members of the body. */
  readonly members?: Pick<ProblemAnswer, 'position' | 'subject'>;
}

/** An error that concerns HTTP, such as a malformed header. The domain refuses with a {@link Refusal} instead. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    /** Stable, and part of the interface. */
    readonly code: string,
    /** What was wrong and what to do. Never contains values from the request. */
    message: string,
    readonly more: More = {},
  ) {
    super(message);
  }
}

/** The HTTP status of each kind of refusal. */
const statusOf: Readonly<Record<RefusalKind, number>> = {
  invalid: HttpStatus.UNPROCESSABLE_ENTITY,
  unauthenticated: HttpStatus.UNAUTHORIZED,
  forbidden: HttpStatus.FORBIDDEN,
  limited: HttpStatus.TOO_MANY_REQUESTS,
  missing: HttpStatus.NOT_FOUND,
  gone: HttpStatus.GONE,
  conflict: HttpStatus.CONFLICT,
  stale: HttpStatus.PRECONDITION_FAILED,
  unavailable: HttpStatus.SERVICE_UNAVAILABLE,
};

/** Problems found by the body parser, by the type of its error. */
const bodyProblems: Readonly<Record<string, readonly [code: string, message: string]>> = {
  'entity.parse.failed': ['MALFORMED_JSON', 'The body is not valid JSON. Correct it and send it again.'],
  'entity.too.large': ['BODY_TOO_LARGE', 'The body is larger than 1 MiB. Send a smaller one.'],
  'encoding.unsupported': [
    'UNSUPPORTED_ENCODING',
    'The content encoding is not supported. Send the body uncompressed, or with gzip, deflate or br.',
  ],
  'charset.unsupported': [
    'UNSUPPORTED_CHARSET',
    'The character set is not supported. Send the body in UTF-8.',
  ],
  'request.aborted': [
    'REQUEST_ABORTED',
    'The request ended before its body was complete. Send the request again.',
  ],
};

const pathProblem = new Problem(
  400,
  'MALFORMED_PATH',
  'The path contains an invalid percent-encoding. Percent-encode it as UTF-8.',
);
const unknownPath = new Problem(404, 'UNKNOWN_PATH', 'This path does not exist. See /docs for the paths.');

const unavailable = new Problem(
  503,
  'STORE_UNAVAILABLE',
  'A service that this request needs does not respond. Send the request again later. A command may or may not have been carried out: send it again with the same Idempotency-Key.',
  { headers: { 'Retry-After': '5' } },
);
const tooLarge = new Problem(
  413,
  'COMMAND_TOO_LARGE',
  'The command would record more than the event store accepts in one append. Send it in parts.',
);

/** The client went away: nobody reads this answer, but the log says what happened. */
export const aborted = (): Problem =>
  new Problem(HttpStatus.BAD_REQUEST, ...bodyProblems['request.aborted']!);

/** Codes of problems that become `WRONG_METHOD` if the path exists for another method. */
const pathless: ReadonlySet<string> = new Set(['UNKNOWN_PATH', 'UNKNOWN_MODULE', 'UNKNOWN_COMMAND']);

/** Answers every thrown error as `application/problem+json` (RFC 9457), without any value from the request. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: Logger,
    /** Methods that a path accepts. */
    private readonly methodsAt: (path: string) => readonly string[],
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const id = String(response.locals['request']);
    if (thrown instanceof StreamDamaged) {
      const { code, stream, reason } = thrown;
      this.log.error({ request: id, event: 'stream.damaged', code, stream, reason }, 'damaged stream');
    }
    const problem = this.orWrongMethod(known(thrown) ?? this.unexpected(thrown, id), request);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { status, code, message, more } = problem;
    for (const [name, value] of Object.entries(more.headers ?? {})) response.setHeader(name, value);
    response.status(status).setHeader('Content-Type', 'application/problem+json');
    const answer: ProblemAnswer = {
      type: `urn:waymark:problem:${code}`,
      title: titleOf(code),
      status,
      detail: message,
      code,
      ...(more.errors?.length ? { errors: more.errors } : {}),
      ...more.members,
      instance: `urn:uuid:${id}`,
    };
    response.end(JSON.stringify(answer));
  }

  private orWrongMethod(problem: Problem, { path, method }: Request): Problem {
    if (problem.status !== 404 || !pathless.has(problem.code)) return problem;
    const methods = this.methodsAt(path);
    if (methods.length === 0 || methods.includes(method)) return problem;
    const headers = { Allow: methods.join(', ') };
    const message = 'This path does not accept this method. Use one of the methods in the header Allow.';
    return new Problem(405, 'WRONG_METHOD', message, { headers });
  }

  private unexpected(thrown: unknown, request: string): Problem {
    const error = thrown instanceof Error ? redactUpns(thrown.stack ?? thrown.message) : typeof thrown;
    this.log.error({ request, error }, 'unexpected');
    return new Problem(
      500,
      'INTERNAL',
      'An unexpected error occurred on our side. Quote the instance when you report it.',
    );
  }
}

/** The problem for a thrown error; undefined if the error is unexpected. */
function known(thrown: unknown): Problem | undefined {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof Refusal) {
    return new Problem(statusOf[thrown.kind], thrown.code, thrown.message, {
      errors: thrown.errors,
      ...headersOf(thrown),
      ...(thrown instanceof UnknownPerson && { members: { subject: thrown.subject } }),
    });
  }
  if (thrown instanceof StoreUnavailable) return unavailable;
  if (thrown instanceof StreamDamaged)
    return new Problem(HttpStatus.SERVICE_UNAVAILABLE, thrown.code, thrown.message);
  if (thrown instanceof AppendTooLarge) return tooLarge;
  if (!(thrown instanceof HttpException) || thrown.getStatus() >= 500) return undefined;
  const cause = thrown.cause;
  if (cause instanceof URIError) return pathProblem;
  if (thrown.getStatus() === 404) return unknownPath;
  const [code, message] = bodyProblems[(cause as { type?: string } | undefined)?.type ?? ''] ?? [
    'MALFORMED_BODY',
    'The body does not match its headers. Check Content-Type, Content-Encoding and Content-Length.',
  ];
  return new Problem(thrown.getStatus(), code, message);
}

/** Headers for a missing or invalid token (RFC 6750), and for a request that can be sent again later. */
function headersOf(refusal: Refusal): Pick<More, 'headers'> {
  if (refusal instanceof RetryableRefusal) return { headers: { 'Retry-After': String(refusal.seconds) } };
  if (refusal.kind !== 'unauthenticated') return {};
  const error = refusal.code === 'TOKEN_MISSING' ? '' : ' error="invalid_token"';
  return { headers: { 'WWW-Authenticate': `Bearer${error}` } };
}

/** `UNKNOWN_SCHOOL` becomes `Unknown school`. */
const titleOf = (code: string): string => code.charAt(0) + code.slice(1).toLowerCase().replaceAll('_', ' ');

/** The title of a status, for the OpenAPI document. */
export const statusTitle = (status: number): string => STATUS_CODES[status] ?? String(status);
