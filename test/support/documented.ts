import type { Server } from 'node:http';
import type { SuperAgentRequest } from 'superagent';
import type { Response, Test } from 'supertest';
import request from 'supertest';
import { openApi } from '../../apps/api/openapi/document';
import { DECISION } from '../../apps/api/openapi/problems';
import { schemasIn } from './schemas';

/*
 * Checks every answer in tests against the OpenAPI document. A body that does not match its schema, or has a field that the
 * schema does not have, fails the test.
 */

interface Documented {
  readonly $ref?: string;
  readonly description?: string;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Documented>> }>>>
  >;
  readonly components: { readonly responses: Readonly<Record<string, Documented>> };
}

/** The parts of an answer that the document describes. */
export interface Answered {
  readonly method: string;
  /** With or without a query. */
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

const PROBLEM = 'application/problem+json';

const document = openApi() as unknown as Document;

const errorsAt = schemasIn(document);

const patterns = Object.entries(document.paths).map(
  ([template, operations]) =>
    [template, new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`), operations] as const,
);

/** The operation of an answer, with the path of its responses in the document; undefined if there is none. */
function operationOf({ method, path }: Answered) {
  const bare = path.split('?')[0]!;
  // A path without parameters takes precedence over a path whose parameter would match it.
  const [found] = patterns
    .filter(([, pattern]) => pattern.test(bare))
    .sort(([a], [b]) => a.split('{').length - b.split('{').length);
  const operation = found?.[2][method.toLowerCase()];
  if (!found || !operation) return undefined;
  return { ...operation, at: ['paths', found[0], method.toLowerCase(), 'responses'] };
}

/** The response that the document declares for an answer. */
function responseOf(answered: Answered): string[] | undefined {
  const operation = operationOf(answered);
  if (!operation) return undefined;
  const response = operation.responses[String(answered.status)];
  if (!response) return [];
  return response.$ref === undefined
    ? [...operation.at, String(answered.status)]
    : response.$ref.slice(2).split('/');
}

/** Whether the document lists the code of a problem for its operation. Paths that it does not have are not checked. */
function listsCode(answered: Answered): boolean {
  const operation = operationOf(answered);
  if (!operation) return true;
  const { code } = JSON.parse(answered.text) as { readonly code?: unknown };
  const { description = '' } = operation.responses[String(answered.status)] ?? {};
  return description.includes(`\`${String(code)}\``) || description.includes(DECISION);
}

/**
 * Throws if an answer does not match the document. Problems are checked against the schema of problems for every request,
 * and the operation must list their code; other answers are checked only if the document has the operation.
 */
export function demandDocumented(answered: Answered): void {
  const { method, path, status, text } = answered;
  const type = answered.type.split(';')[0]!.trim();
  const wrong = (what: string): never => {
    throw new Error(`${method} ${path} ${String(status)} does not match the OpenAPI document: ${what}`);
  };
  // These responses have no body.
  if (method === 'HEAD' || status === 304) return;
  const pointer = responseOf(answered);
  const isProblem = type === PROBLEM;
  if (!isProblem && pointer === undefined) return;
  if (pointer?.length === 0) wrong('it does not have this status');
  if (isProblem && !listsCode(answered)) wrong('its code is not listed for this operation and status');
  const of = isProblem ? ['components', 'schemas', 'Problem'] : [...pointer!, 'content', type, 'schema'];
  if (!isProblem && contentAt(pointer!)?.[type] === undefined) wrong(`it does not have the type ${type}`);
  if (!isProblem && type !== 'application/json') return;
  const errors = errorsAt(of, JSON.parse(text));
  if (errors.length > 0) wrong(errors.slice(0, 5).join('; '));
}

function contentAt(pointer: readonly string[]): Documented['content'] {
  const response = pointer.reduce<unknown>(
    (value, part) => (value as Record<string, unknown> | undefined)?.[part],
    document,
  );
  return (response as Documented | undefined)?.content;
}

/** A client of a server that throws if an answer does not match the document. */
export const documentedClient = (served: string | Server): ReturnType<typeof request> =>
  request.agent(served).use((test: SuperAgentRequest) => {
    const asked = test as unknown as Test & { readonly method: string; readonly url: string };
    void asked.expect(({ status, headers, text }: Response) => {
      const { pathname } = new URL(asked.url);
      demandDocumented({
        ...{ method: asked.method, path: pathname, status, text },
        type: (headers as Record<string, string>)['content-type'] ?? '',
      });
    });
  }) as unknown as ReturnType<typeof request>;

/** The same for `fetch`. */
export async function documentedFetch(url: string, init: RequestInit = {}): Promise<globalThis.Response> {
  const answer = await fetch(url, init);
  demandDocumented({
    ...{ method: init.method ?? 'GET', path: new URL(url).pathname, status: answer.status },
    type: answer.headers.get('content-type') ?? '',
    text: await answer.clone().text(),
  });
  return answer;
}
