import type { OpenAPIObject } from '@nestjs/swagger';
import { withComponents } from './answers';
import { commandPaths, commandSchemas } from './commands';
import { healthPaths, importPath } from './fixed';
import { exportPaths, exportSchemas, jobPaths } from './jobs';
import { operationPaths, operationSchemas } from './operations';
import { headerParameters } from './parameters';
import { privacyPaths, privacySchemas } from './privacy';
import { problemResponses, problems } from './problems';
import { questionPaths } from './questions';

const description = `
Attendance mentoring programmes: commands are sent to a programme, a school, a mentor, a pupil or a journey; what
follows from them is recorded for good, and views answer. Everything but the health asks for an access token, and
whose records you were shown is recorded.

A command says which revision it led to (\`ETag\`) and at which position it was recorded. To read your own writes, send
that position as \`Waymark-Position\` with a query, and how long it may wait as \`Prefer: wait=5\`. Whatever cannot be
done is answered as \`application/problem+json\` with a code that stays.
`;

type Path = Readonly<Record<string, { readonly responses: object }>>;

/** What everything is answered with besides that asks who asks: all but the health. */
const guarded = (paths: Readonly<Record<string, object>>): Readonly<Record<string, object>> =>
  Object.fromEntries(
    Object.entries(paths as Readonly<Record<string, Path>>).map(([path, operations]) => [
      path,
      Object.fromEntries(
        Object.entries(operations).map(([method, operation]) => [
          method,
          {
            ...operation,
            security: [{ token: [] }],
            responses: { ...operation.responses, ...problems(401, 403, 429) },
          },
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
  'An OpenID Connect access token. It says who you are; what you may do and see, the roles say that you have been given here.';

/** The whole interface, put together from what it is made of: commands, questions, and their rules. */
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

/** Methods that a path may be asked by; none where there is nothing at it. */
export function methodsAt(path: string): string[] {
  patterns ??= Object.entries(paths()).map(([template, operations]) => [
    new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
    Object.keys(operations),
  ]);
  const methods = patterns.filter(([pattern]) => pattern.test(path)).flatMap(([, found]) => found);
  return methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
}
