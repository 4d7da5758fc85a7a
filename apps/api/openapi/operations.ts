import { CommandClass } from '@waymark/core/kernel';
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
import { problems } from './problems';
import { exampleOf, ref, type Schema, schemasOf, named } from './schemas';

const names = views.map(({ name }) => name);

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

/** What these operations take, by name. */
export const operationSchemas = (): Readonly<Record<string, Schema>> =>
  schemasOf([StartRebuild, SkipParked].map(named));

const acts: Readonly<Record<RebuildAction, readonly [summary: string, description: string]>> = {
  pause: [
    'Let a new generation rest where it is',
    'Whoever builds it comes to the end of what is at hand first.',
  ],
  resume: ['Let a new generation go on that rests or has failed', 'It goes on where it was.'],
  cancel: ['Give a new generation up', 'What was built of it is forgotten; what serves goes on.'],
  switch: [
    'Let a new generation serve that was held',
    'From one question to the next. What served before is kept up.',
  ],
  'switch-back': ['Let what served before serve again', 'From one question to the next.'],
  retire: ['Forget what served before', 'It can be switched back to no longer.'],
};

const actPaths = (): Readonly<Record<string, object>> =>
  Object.fromEntries(
    Object.entries(acts).map(([act, [summary, description]]) => [
      `/v1/operations/rebuilds/{view}/${act}`,
      {
        post: {
          operationId: `operations.${act}`,
          ...{ summary, description, tags },
          parameters: [inPath('view', 'the name of a view', 'caseload', names)],
          responses: {
            200: answered('How the view stands now.', listOf(viewStateSchema), { items: [live] }),
            ...problems(400, 404, 409, 500),
          },
        },
      },
    ]),
  );

const parkedPath = (summary: string, description: string, more: object, wrong: readonly number[] = []) => ({
  ...{ summary, description, tags },
  responses: {
    200: answered('What still waits, at this event or the next.', waitingRows, {
      items: [waiting],
    }),
    ...problems(400, 404, ...wrong, 500),
  },
  ...more,
});

const parkedRow = [
  inPath('view', 'the name of a view, or policies', 'caseload', [...names, POLICIES.name]),
  inPath('key', 'the key of the row, or the name of the stream, percent-encoded', waiting.key),
];

/** How views stand, building them anew, and rows that wait at an event: for operations staff. */
export const operationPaths = (): Readonly<Record<string, object>> => ({
  '/v1/operations/views': {
    get: {
      operationId: 'operations.views',
      summary: 'How each generation of each view stands, and the policies',
      description:
        '`state` is one of live, previous, stopped, planned, building, catching up, verified, paused, failed; where it is stopped or failed, `reason` says why.',
      tags,
      responses: { 200: answered('All of them.', viewStatesSchema, states), ...problems(500) },
    },
  },
  '/v1/operations/rebuilds': {
    get: {
      operationId: 'operations.rebuilds',
      summary: 'New generations that are being built, or rest',
      description:
        '`error` says why one failed, or why the last attempt at it did; `verified` what it was held against.',
      tags,
      responses: {
        200: answered('All of them.', rebuilds, { items: [rebuild] }),
        ...problems(500),
      },
    },
    post: {
      operationId: 'operations.start-rebuild',
      summary: 'Build views anew, beside those that serve',
      description: 'From one reading of the log. Asked again while they are being built, it changes nothing.',
      tags,
      requestBody: body(StartRebuild),
      responses: {
        202: {
          ...answered('They are built by themselves; ask how far they are at `Location`.', rebuilds, {
            items: [rebuild],
          }),
          headers: { Location: { schema: { type: 'string' }, example: '/v1/operations/rebuilds' } },
        },
        ...problems(400, 409, 413, 415, 422, 500),
      },
    },
  },
  ...actPaths(),
  '/v1/operations/parked': {
    get: {
      operationId: 'operations.parked',
      summary: 'Rows that wait at an event which could not be folded, and streams of policies',
      tags,
      responses: {
        200: answered('All of them.', waitingRows, { items: [waiting] }),
        ...problems(500),
      },
    },
  },
  '/v1/operations/parked/{view}/{key}/retry': {
    post: parkedPath('Take what waits', 'Now that the code, or what it depends on, has been mended.', {
      operationId: 'operations.retry-parked',
      parameters: parkedRow,
    }),
  },
  '/v1/operations/parked/{view}/{key}/skip': {
    post: parkedPath(
      'Leave out the event that a row waits at, and take what waits behind it',
      'For good: the reason is recorded in the log with who gave it, and a rebuild of this version leaves out the same.',
      {
        operationId: 'operations.skip-parked',
        parameters: parkedRow,
        requestBody: body(SkipParked),
      },
      [413, 415, 422],
    ),
  },
});
