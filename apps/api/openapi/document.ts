import type { OpenAPIObject } from '@nestjs/swagger';
import { commandPaths, commandSchemas } from './commands';
import { healthPaths, importPath } from './fixed';
import { exportPaths, exportSchemas, jobPaths } from './jobs';
import { operationPaths, operationSchemas } from './operations';
import { headerParameters } from './parameters';
import { problemResponses, problemSchema } from './problems';
import { queryPaths } from './queries';

const description = `
Attendance mentoring programmes: commands are sent to a programme, a school, a mentor, a pupil or a journey; what
follows from them is recorded for good, and views answer.

A command says which revision it led to (\`ETag\`) and at which position it was recorded. To read your own writes, send
that position as \`Waymark-Position\` with a query, and how long it may wait as \`Prefer: wait=5\`. Whatever cannot be
done is answered as \`application/problem+json\` with a code that stays.
`;

function paths(): Readonly<Record<string, object>> {
  const queries = queryPaths();
  return {
    ...commandPaths(),
    ...queries,
    ...healthPaths,
    ...jobPaths(),
    ...exportPaths(),
    ...operationPaths(),
    '/v1/imports': { ...queries['/v1/imports'], ...importPath() },
  };
}

/** The whole interface, put together from what it is made of: commands, questions, and their rules. */
export const openApi = (): OpenAPIObject =>
  ({
    openapi: '3.1.0',
    info: { title: 'Waymark', version: '1', description },
    paths: paths(),
    components: {
      schemas: { ...commandSchemas(), ...exportSchemas(), ...operationSchemas(), Problem: problemSchema },
      parameters: headerParameters,
      responses: problemResponses,
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
