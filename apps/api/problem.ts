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
  StoreUnavailable,
  TooManyRequests,
} from '@waymark/core/kernel';
import { type Answer, object, position, text } from '@waymark/core/questions';

/** The body of every problem: RFC 9457, with a stable code, and every field that is wrong. */
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
    position: Type.Optional(position('Of `VIEW_BEHIND`: where the views are.')),
    instance: text('A URN of the request, which logs know it by.'),
  },
  { $id: 'Problem' },
);

export type ProblemAnswer = Answer<typeof problemSchema>;

interface More {
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the answer. */
  readonly members?: Pick<ProblemAnswer, 'position'>;
}

/** Why a request cannot be answered, for a reason of HTTP's own; what the domain refuses is a {@link Refusal}. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    /** Stable, and part of the interface. */
    readonly code: string,
    /** What was wrong and what to do. Never carries what was sent. */
    message: string,
    readonly more: More = {},
  ) {
    super(message);
  }
}

/** How each kind of refusal is answered: the one place where the domain's words become HTTP's. */
const statusOf: Readonly<Record<RefusalKind, number>> = {
  invalid: HttpStatus.UNPROCESSABLE_ENTITY,
  unauthenticated: HttpStatus.UNAUTHORIZED,
  forbidden: HttpStatus.FORBIDDEN,
  limited: HttpStatus.TOO_MANY_REQUESTS,
  missing: HttpStatus.NOT_FOUND,
  conflict: HttpStatus.CONFLICT,
  stale: HttpStatus.PRECONDITION_FAILED,
  unavailable: HttpStatus.SERVICE_UNAVAILABLE,
};

/** What the reader of bodies found, by the type of its error. */
const bodyProblems: Readonly<Record<string, readonly [code: string, message: string]>> = {
  'entity.parse.failed': ['MALFORMED_JSON', 'The body is not JSON.'],
  'entity.too.large': ['BODY_TOO_LARGE', 'The body is larger than 1 MiB.'],
  'encoding.unsupported': ['UNSUPPORTED_ENCODING', 'Send the body plain, or with gzip, deflate or br.'],
  'charset.unsupported': ['UNSUPPORTED_CHARSET', 'Send JSON in UTF-8.'],
  'request.aborted': ['REQUEST_ABORTED', 'The request ended before its body did.'],
};

const pathProblem = new Problem(400, 'MALFORMED_PATH', 'The path holds a percent sign that encodes nothing.');
const unknownPath = new Problem(404, 'UNKNOWN_PATH', 'There is nothing at this path. See /docs.');

const unavailable = new Problem(
  503,
  'STORE_UNAVAILABLE',
  'What this needs does not answer. A command may have been carried out or not: send it again with its Idempotency-Key.',
  { headers: { 'Retry-After': '5' } },
);
const tooLarge = new Problem(
  413,
  'COMMAND_TOO_LARGE',
  'What this command would record is more than the event store takes at once. Send it in parts.',
);

/** Answers where the path, or what it names, does not exist; unless it does for another method. */
const pathless: ReadonlySet<string> = new Set(['UNKNOWN_PATH', 'UNKNOWN_MODULE', 'UNKNOWN_COMMAND']);

/** Everything thrown becomes `application/problem+json` (RFC 9457), and nothing of it gives away what was sent. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: Logger,
    /** Methods that a path may be asked by. */
    private readonly methodsAt: (path: string) => readonly string[],
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const id = String(response.locals['request']);
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
    return new Problem(405, 'WRONG_METHOD', 'The path is asked by another method. See Allow.', { headers });
  }

  private unexpected(thrown: unknown, request: string): Problem {
    const error = thrown instanceof Error ? redactUpns(thrown.stack ?? thrown.message) : typeof thrown;
    this.log.error({ request, error }, 'unexpected');
    return new Problem(
      500,
      'INTERNAL',
      'Something went wrong on our side. Quote the instance when you ask about it.',
    );
  }
}

/** The problem that something thrown stands for; undefined where nobody foresaw it. */
function known(thrown: unknown): Problem | undefined {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof Refusal) {
    const headers = headersOf(thrown);
    return new Problem(statusOf[thrown.kind], thrown.code, thrown.message, {
      errors: thrown.errors,
      ...headers,
    });
  }
  if (thrown instanceof StoreUnavailable) return unavailable;
  if (thrown instanceof AppendTooLarge) return tooLarge;
  if (!(thrown instanceof HttpException) || thrown.getStatus() >= 500) return undefined;
  const cause = thrown.cause;
  if (cause instanceof URIError) return pathProblem;
  if (thrown.getStatus() === 404) return unknownPath;
  const [code, message] = bodyProblems[(cause as { type?: string } | undefined)?.type ?? ''] ?? [
    'MALFORMED_BODY',
    'The body cannot be read as its headers say.',
  ];
  return new Problem(thrown.getStatus(), code, message);
}

/** What HTTP wants to be said besides, where a token is lacking (RFC 6750) or there were too many requests. */
function headersOf(refusal: Refusal): Pick<More, 'headers'> {
  if (refusal instanceof TooManyRequests) return { headers: { 'Retry-After': String(refusal.seconds) } };
  if (refusal.kind !== 'unauthenticated') return {};
  const error = refusal.code === 'TOKEN_MISSING' ? '' : ' error="invalid_token"';
  return { headers: { 'WWW-Authenticate': `Bearer${error}` } };
}

/** `UNKNOWN_SCHOOL` is `Unknown school`. */
const titleOf = (code: string): string => code.charAt(0) + code.slice(1).toLowerCase().replaceAll('_', ' ');

/** Title of a status, for the OpenAPI document. */
export const statusTitle = (status: number): string => STATUS_CODES[status] ?? String(status);
