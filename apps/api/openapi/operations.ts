import { type CommandClass } from '@waymark/core/kernel';
import { POLICIES } from '@waymark/core/reactions';
import { views } from '@waymark/modules';
import { listOf } from '@waymark/core/questions';
import {
  type RebuildAction,
  type RebuildState,
  rebuildStateSchema,
  type ViewStates,
  type ViewState,
  viewStateSchema,
  type ParkedRowReport,
  parkedRowSchema,
  viewStatesSchema,
} from '@waymark/operations';
import { SkipParked, StartRebuild } from '../operations/operations.controller';
import { answered } from './answers';
import type { ProblemCodes } from './problems';
import { exampleOf, ref, type Schema, schemasOf, named } from './schemas';

/** Former names of views are accepted too. */
const names = [...views.map(({ name }) => name), ...views.flatMap(({ formerly = [] }) => formerly)];

const state: Required<ViewState> = {
  view: 'caseload',
  version: 1,
  generation: 2,
  state: 'live',
  reason: 'event SessionHeld at position 1042 is not known to this version',
  position: 31_204,
  lag: { events: 0, seconds: 0 },
  owner: 'worker-1/7',
  parked: 0,
  rows: 300,
  bytes: 340_287,
};

const { reason: _stopped, ...live } = state;

const states: ViewStates = {
  head: 31_204,
  views: [live],
  policies: { position: 31_204, lag: { events: 0, seconds: 0 }, owner: 'worker-1/7', parked: 0 },
};

const rebuild: RebuildState = {
  view: 'caseload',
  version: 1,
  generation: 3,
  state: 'building',
  hold: false,
  since: '2026-02-16T08:30:00.000Z',
  position: 18_000,
  head: 31_204,
  percent: 57.7,
  rate: 90_000,
  secondsLeft: 1,
};

const waiting: ParkedRowReport = {
  view: 'caseload',
  version: 1,
  generation: 2,
  key: '3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11',
  event: '7d444840-9dc0-51d1-b245-5ffdce74fad2',
  type: 'PupilReferred',
  position: 1042,
  error: "Cannot read properties of undefined (reading 'phases')",
  since: '2026-02-16T08:30:00.000Z',
  waiting: 2,
};

const waitingRows = listOf(parkedRowSchema, { $id: 'WaitingRows' });
const rebuilds = listOf(rebuildStateSchema, { $id: 'Rebuilds' });

const inPath = (name: string, description: string, example: string, values?: readonly string[]) => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string', ...(values && { enum: values }) },
  example,
});

const body = (type: CommandClass) => ({
  required: true,
  content: { 'application/json': { schema: ref(type.name), example: exampleOf(type) } },
});

const tags = ['operations'];

/** Schemas of the request bodies, by class name. */
export const operationSchemas = (): Readonly<Record<string, Schema>> =>
  schemasOf([StartRebuild, SkipParked].map(named));

const acts: Readonly<Record<RebuildAction, readonly [summary: string, description: string]>> = {
  pause: [
    'Pause a rebuild',
    'The process that builds the new generation first finishes the events that it has already read.',
  ],
  resume: ['Resume a rebuild', 'A paused or failed rebuild continues from its checkpoint.'],
  cancel: [
    'Cancel a rebuild',
    'The rows of the new generation are deleted. The live generation keeps serving.',
  ],
  switch: [
    'Switch to the new generation',
    'For a generation that was built with `hold`. Queries that start afterwards use it. The previous generation is kept up to date.',
  ],
  'switch-back': [
    'Switch back to the previous generation',
    'Queries that start afterwards use the previous generation.',
  ],
  retire: [
    'Retire the previous generation',
    'Its rows are deleted, and switching back is no longer possible.',
  ],
};

/** The codes of the conflicts that each action can meet. */
const conflicts: Readonly<Record<RebuildAction, readonly string[]>> = {
  pause: ['NO_REBUILD'],
  resume: ['NO_REBUILD'],
  cancel: ['NO_REBUILD'],
  switch: ['NOT_VERIFIED'],
  'switch-back': ['NOTHING_TO_SWITCH_BACK'],
  retire: [],
};

const actPaths = (): Readonly<Record<string, object>> =>
  Object.fromEntries(
    Object.entries(acts).map(([act, [summary, description]]) => [
      `/v1/operations/rebuilds/{view}/${act}`,
      {
        post: {
          operationId: `operations.${act}`,
          ...{ summary, description, tags },
          parameters: [
            inPath('view', 'The name of a view; its former name is accepted too.', 'caseload', names),
          ],
          responses: {
            200: answered('The current state of each generation of the view.', listOf(viewStateSchema), {
              items: [live],
            }),
          },
          problems: { 404: ['UNKNOWN_VIEW'], 409: conflicts[act as RebuildAction] },
        },
      },
    ]),
  );

const parkedPath = (summary: string, description: string, more: object, codes: ProblemCodes = {}) => ({
  ...{ summary, description, tags },
  responses: {
    200: answered('The rows that are still parked, at this event or at the next.', waitingRows, {
      items: [waiting],
    }),
  },
  problems: { 404: ['NOT_PARKED', 'UNKNOWN_VIEW'], ...codes },
  ...more,
});

const parkedRow = [
  inPath('view', 'The name of a view (its former name is accepted), or `policies`.', 'caseload', [
    ...names,
    POLICIES.name,
  ]),
  inPath('key', 'The key of the row, or the name of the stream, percent-encoded.', waiting.key),
];

/** Operations on views, rebuilds and parked rows, for operations staff. */
export const operationPaths = (): Readonly<Record<string, object>> => ({
  '/v1/operations/views': {
    get: {
      operationId: 'operations.views',
      summary: 'List views and policies',
      description:
        'Lists each generation of each view, and the policies. `state` is one of live, previous, stopped, planned, building, catching up, verified, paused, failed. For a stopped or failed generation, `reason` says why.',
      tags,
      responses: {
        200: answered('All generations of all views, and the policies.', viewStatesSchema, states),
      },
    },
  },
  '/v1/operations/rebuilds': {
    get: {
      operationId: 'operations.rebuilds',
      summary: 'List rebuilds',
      description:
        'Lists new generations that are being built, held, paused or failed. `error` says why a rebuild failed, or why its last attempt failed. `verified` is the result of comparing the new generation with the live one.',
      tags,
      responses: {
        200: answered('All rebuilds.', rebuilds, { items: [rebuild] }),
      },
    },
    post: {
      operationId: 'operations.start-rebuild',
      summary: 'Start a rebuild',
      description:
        'Builds new generations of the views in one pass over the log, while the live generations serve. Repeating the request while they are being built changes nothing.',
      tags,
      requestBody: body(StartRebuild),
      responses: {
        202: {
          ...answered(
            'The generations are built in the background. Get their state and progress at `Location`.',
            rebuilds,
            { items: [rebuild] },
          ),
          headers: { Location: { schema: { type: 'string' }, example: '/v1/operations/rebuilds' } },
        },
      },
      problems: { 409: ['REBUILD_RESTS', 'REBUILD_GOES_ON'] },
    },
  },
  ...actPaths(),
  '/v1/operations/parked': {
    get: {
      operationId: 'operations.parked',
      summary: 'List parked rows',
      description:
        'A parked row stopped at an event that could not be folded. Parked streams of policies are listed too, with the view `policies`.',
      tags,
      responses: {
        200: answered('All parked rows and streams.', waitingRows, { items: [waiting] }),
      },
    },
  },
  '/v1/operations/parked/{view}/{key}/retry': {
    post: parkedPath(
      'Retry a parked row',
      'Folds the waiting events again. Use it once the code, or what it depends on, has been fixed.',
      { operationId: 'operations.retry-parked', parameters: parkedRow },
    ),
  },
  '/v1/operations/parked/{view}/{key}/skip': {
    post: parkedPath(
      'Skip the event that a row is parked at',
      'Leaves the event out permanently, and folds the events that wait behind it. The reason is recorded in the log with the actor, in clear: name no person in it. Rebuilds of the same view version leave the event out too.',
      {
        operationId: 'operations.skip-parked',
        parameters: parkedRow,
        requestBody: body(SkipParked),
      },
      { 409: ['TOO_MUCH_CONTENTION'], 413: ['COMMAND_TOO_LARGE'] },
    ),
  },
});
