import type { OpenAPIObject } from '@nestjs/swagger';
import { withComponents } from './answers';
import { commandPaths, commandSchemas } from './commands';
import { healthPaths, importPath } from './fixed';
import { exportPaths, exportSchemas, jobPaths } from './jobs';
import { operationPaths, operationSchemas } from './operations';
import { headerParameters } from './parameters';
import { privacyPaths, privacySchemas } from './privacy';
import { type Operation, problemResponses, withProblems } from './problems';
import { questionPaths } from './questions';

const description = `
Waymark manages attendance mentoring programmes. Commands are sent to a programme, a school, a mentor, a pupil or a
journey. They lead to events, which are recorded permanently; queries are answered from views of these events. Every
operation except the health checks requires an access token. The service records whose records it has shown you.

The answer to a command contains the revision of the record (\`ETag\`) and the position at which the events were recorded.
To read your own writes, send that position as \`Waymark-Position\` with a query, and the seconds that the query may wait
as \`Prefer: wait=5\`. Errors are answered as \`application/problem+json\` with a stable code.
`;

type Path = Readonly<Record<string, Operation>>;

/** Add the access token and the problems to operations that require a token: all except the health checks. */
const guarded = (paths: Readonly<Record<string, object>>): Readonly<Record<string, object>> =>
  Object.fromEntries(
    Object.entries(paths as Readonly<Record<string, Path>>).map(([path, operations]) => [
      path,
      Object.fromEntries(
        Object.entries(operations).map(([method, operation]) => [
          method,
          { ...withProblems(path, method, operation), security: [{ token: [] }] },
        ]),
      ),
    ]),
  );

const paths = (): Readonly<Record<string, object>> => ({ ...guarded(guardedPaths()), ...healthPaths });

function guardedPaths(): Readonly<Record<string, object>> {
  const queries = questionPaths();
  return {
    ...commandPaths(),
    ...queries,
    ...jobPaths(),
    ...exportPaths(),
    ...operationPaths(),
    ...privacyPaths(),
    '/v1/imports': { ...queries['/v1/imports'], ...importPath() },
  };
}

const TOKENS =
  'An OpenID Connect access token. It says who you are. The roles that you have been given in this service decide what you may do and see.';

/** The OpenAPI document, built from the declared commands and questions and their validation rules. */
export const openApi = (): OpenAPIObject =>
  withComponents({
    openapi: '3.1.0',
    info: { title: 'Waymark', version: '1', description },
    paths: paths(),
    components: {
      schemas: {
        ...commandSchemas(),
        ...exportSchemas(),
        ...operationSchemas(),
        ...privacySchemas(),
      },
      parameters: headerParameters,
      responses: problemResponses,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: TOKENS },
      },
    },
  }) as unknown as OpenAPIObject;

let patterns: (readonly [path: RegExp, methods: readonly string[]])[] | undefined;

/** HTTP methods that a path accepts; empty if the path does not exist. */
export function methodsAt(path: string): string[] {
  patterns ??= Object.entries(paths()).map(([template, operations]) => [
    new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
    Object.keys(operations),
  ]);
  const methods = patterns.filter(([pattern]) => pattern.test(path)).flatMap(([, found]) => found);
  return methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
}
