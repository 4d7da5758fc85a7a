import { type QueryRoute, queryRoutes } from '../queries/routes';
import { type Answered, answers } from './answers';
import { headers, pathId, queryParameters } from './parameters';
import { problems } from './problems';
import { inferred } from './schemas';

type Name = keyof typeof queryRoutes;

const template = ({ path }: QueryRoute): string => `/v1/${path.replaceAll(/:(\w+)/g, '{$1}')}`;

function operation(name: Name, route: QueryRoute) {
  const { summary, description, example }: Answered = answers[name];
  const parts = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => String(name));
  const { of = [], views, problems: further = [] } = route;
  const waits = views.length > 0;
  return {
    operationId: `queries.${name}`,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: ['queries'],
    parameters: [
      ...of.map((part, index) => pathId(parts[index]!, part)),
      ...queryParameters(route.question),
      ...headers('WaymarkReason', ...(waits ? (['WaymarkPosition', 'Prefer'] as const) : [])),
    ],
    responses: {
      200: {
        description: 'The answer.',
        content: { 'application/json': { schema: inferred(example), example } },
      },
      ...problems(400, ...(of.length > 0 ? [404] : []), 422, 500, ...(waits ? [503, 504] : []), ...further),
    },
  };
}

/** Every question, an operation of its own. */
export const queryPaths = (): Readonly<Record<string, object>> =>
  Object.fromEntries(
    Object.entries(queryRoutes).map(([name, route]) => [
      template(route),
      { get: operation(name as Name, route) },
    ]),
  );
