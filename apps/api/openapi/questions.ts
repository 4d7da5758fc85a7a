import { questions, type Sources } from '../questions/questions';
import type { PathPart, Question } from '@waymark/core/questions';
import { answered } from './answers';
import { headers, pathId, queryParameters } from './parameters';
import { mergedCodes, type ProblemCodes } from './problems';

const template = ({ path }: Question<Sources>): string => `/v1/${path.replaceAll(/:(\w+)/g, '{$1}')}`;

function operation(question: Question<Sources>) {
  const {
    path,
    summary,
    description,
    parts,
    parameters,
    views,
    schema,
    example,
    problems: further = {},
  } = question;
  const waits = views.length > 0;
  return {
    operationId: `queries.${operationName(question)}`,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [path.split('/', 1)[0]!],
    parameters: [
      ...Object.entries(parts).map(([name, part]) => pathId(name, part)),
      ...queryParameters(parameters),
      ...headers('WaymarkReason', ...(waits ? (['WaymarkPosition', 'Prefer'] as const) : [])),
    ],
    responses: { 200: answered('The answer.', schema, example) },
    problems: mergedCodes([further, ...Object.values(parts).map(unknownPart), ...(waits ? [ofViews] : [])]),
  };
}

const unknownPart = ({ name }: PathPart): ProblemCodes => ({ 404: [`UNKNOWN_${name.toUpperCase()}`] });

/** For questions that are answered from views. */
const ofViews: ProblemCodes = {
  503: ['VIEW_STOPPED', 'VIEW_BUILDING', 'VIEW_REBUILT'],
  504: ['VIEW_BEHIND'],
};

/** `GetPhaseProgress` becomes `phaseProgress`. */
function operationName({ name }: Question<Sources>): string {
  const bare = name.replace(/^(Get|List)/, '');
  return bare.charAt(0).toLowerCase() + bare.slice(1);
}

/** One operation for each question. */
export const questionPaths = (): Readonly<Record<string, object>> =>
  Object.fromEntries(questions.map((question) => [template(question), { get: operation(question) }]));
