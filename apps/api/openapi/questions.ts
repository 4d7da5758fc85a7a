import { questions, type Sources } from '../questions/questions';
import type { Question } from '@waymark/core/questions';
import { answered } from './answers';
import { headers, pathId, queryParameters } from './parameters';
import { problems } from './problems';

const template = ({ path }: Question<Sources>): string => `/v1/${path.replaceAll(/:(\w+)/g, '{$1}')}`;

function operation(question: Question<Sources>) {
  const {
    summary,
    description,
    parts,
    parameters,
    views,
    schema,
    example,
    problems: further = [],
  } = question;
  const waits = views.length > 0;
  return {
    operationId: `queries.${operationName(question)}`,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: ['queries'],
    parameters: [
      ...Object.entries(parts).map(([name, part]) => pathId(name, part)),
      ...queryParameters(parameters),
      ...headers('WaymarkReason', ...(waits ? (['WaymarkPosition', 'Prefer'] as const) : [])),
    ],
    responses: {
      200: answered('The answer.', schema, example),
      ...problems(
        ...[400, ...(Object.keys(parts).length > 0 ? [404] : []), 422, 500],
        ...[...(waits ? [503, 504] : []), ...further],
      ),
    },
  };
}

/** `GetPhaseProgress` becomes `phaseProgress`. */
function operationName({ name }: Question<Sources>): string {
  const bare = name.replace(/^(Get|List)/, '');
  return bare.charAt(0).toLowerCase() + bare.slice(1);
}

/** One operation for each question. */
export const questionPaths = (): Readonly<Record<string, object>> =>
  Object.fromEntries(questions.map((question) => [template(question), { get: operation(question) }]));
