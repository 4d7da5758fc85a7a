import { type CommandAnswer, commandAnswer } from '../commands/command-answer';
import { type CommandRoute, commandRoutes } from '../commands/routes';
import { answered } from './answers';
import { headers, pathId } from './parameters';
import { DECISION } from './problems';
import { exampleOf, ref, type Schema, schemasOf } from './schemas';

const routes: readonly CommandRoute[] = [...commandRoutes.values()].flatMap((commands) => [
  ...commands.values(),
]);

const answer: CommandAnswer = {
  stream: 'journey-3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11',
  revision: 3,
  position: 1042,
  events: ['ConsentGiven'],
  repeated: false,
};

/** Schemas of the command bodies, by class name. */
export const commandSchemas = (): Readonly<Record<string, Schema>> =>
  schemasOf(routes.map(({ type, action }) => ({ type, name: action })));

const carriedOut = {
  ...answered(
    'The command has been carried out. `events` lists the types of the recorded events, and is empty if nothing had to change. `repeated` is true if the command had been carried out before.',
    commandAnswer,
    answer,
  ),
  headers: {
    ETag: {
      description: 'The revision of the record, to be sent as `If-Match`.',
      schema: { type: 'string' },
      example: '"3"',
    },
    'Waymark-Position': {
      description:
        'Send this position with a query to read the recorded events and the events that followed from them.',
      schema: { type: 'integer' },
      example: 1042,
    },
  },
};

const operation = ({ module, name, action, type, replacedBy }: CommandRoute) => ({
  operationId: `${module.plural}.${name}`,
  summary: summaryOf(name),
  ...(replacedBy !== undefined && {
    deprecated: true,
    description: `The former name of \`${replacedBy}\`, which does the same. Use that one.`,
  }),
  tags: [module.plural],
  parameters: [pathId('id', module), ...headers('IfMatch', 'IdempotencyKey')],
  requestBody: {
    required: true,
    content: { 'application/json': { schema: ref(action), example: exampleOf(type) } },
  },
  responses: { 200: carriedOut },
  problems: {
    404: ['UNKNOWN_ID', DECISION],
    409: ['TOO_MUCH_CONTENTION', DECISION],
    410: ['PUPIL_ERASED', 'MENTOR_ERASED', 'PERSON_ERASED'],
    412: ['STALE_REVISION'],
    413: ['COMMAND_TOO_LARGE'],
    422: ['IDEMPOTENCY_KEY_REUSED', DECISION],
    429: ['TOO_MANY_REFUSED_CLAIMS'],
  },
});

/** `give-consent` becomes `Give consent`. */
const summaryOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');

/** One operation for each command. */
export const commandPaths = (): Readonly<Record<string, object>> =>
  Object.fromEntries(routes.map((route) => [route.template, { post: operation(route) }]));
