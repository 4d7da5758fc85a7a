import { getImport } from '@waymark/modules/imports/questions/get-import';
import { liveSchema, readySchema } from '../../shared/health.controller';
import { begunImport, type BegunImport, dryRun } from '../imports/answers';
import { ImportParameters } from '../imports/imports.controller';
import { FIELD, LARGEST_FILE, MOST_FILES } from '../imports/receive';
import { answered } from './answers';
import { queryParameters } from './parameters';
import { problems } from './problems';

const begun: BegunImport = {
  id: 'c0a8b2f4-5d1e-4b7a-8f3c-2e9d6a1b7c50',
  state: 'running',
  position: 1042,
  files: [{ name: 'blackpool.csv', kind: 'registers', bytes: 412_338 }],
};

const { id: _id, ...report } = getImport.example;

/** Files are sent, not commands. */
export const importPath = () => ({
  post: {
    operationId: 'imports.send-files',
    summary: 'Import files',
    description:
      'The files of a programme, in any order: `programme.json`, schools, mentors, referrals, registers and their corrections, mentoring sessions. What each is, is known by its columns. Importing a file again changes nothing.',
    tags: ['imports'],
    parameters: queryParameters(ImportParameters),
    requestBody: {
      required: true,
      content: {
        'multipart/form-data': {
          schema: {
            type: 'object',
            required: [FIELD],
            properties: {
              [FIELD]: {
                type: 'array',
                description: `${String(MOST_FILES)} files at most, each of ${String(LARGEST_FILE)} bytes at most.`,
                minItems: 1,
                maxItems: MOST_FILES,
                items: { type: 'string', format: 'binary' },
              },
            },
          },
        },
      },
    },
    responses: {
      200: answered('A dry run: what would become of the rows.', dryRun, { dryRun: true, ...report }),
      202: {
        ...answered('The import goes on by itself; ask what became of it at `Location`.', begunImport, begun),
        headers: {
          Location: { schema: { type: 'string' }, example: `/v1/imports/${begun.id}` },
          'Waymark-Position': { schema: { type: 'integer' }, example: begun.position },
        },
      },
      ...problems(400, 413, 415, 422, 500),
    },
  },
});

const view = { view: 'caseload', version: 1, generation: 1, position: 1042, stopped: false };
const up = { status: 'up', responseTime: 2 } as const;
const stores = { events: up, rows: up, jobs: up };
const stopped = { status: 'down', message: 'caseload has stopped' } as const;

/** For whoever keeps the server running. */
export const healthPaths = {
  '/health/live': {
    get: {
      operationId: 'health.live',
      summary: 'Whether the process answers',
      tags: ['health'],
      responses: { 200: answered('It does.', liveSchema, { status: 'live' }) },
    },
  },
  '/health/ready': {
    get: {
      operationId: 'health.ready',
      summary: 'Whether it can do its work, and where each view is',
      tags: ['health'],
      responses: {
        200: answered('It can.', readySchema, {
          status: 'ok',
          info: { ...stores, views: { status: 'up' } },
          error: {},
          details: { ...stores, views: { status: 'up' } },
          views: [view],
        }),
        503: answered('A store does not answer, or a view has stopped or is not built yet.', readySchema, {
          status: 'error',
          info: stores,
          error: { views: stopped },
          details: { ...stores, views: stopped },
          views: [{ ...view, stopped: true }],
        }),
      },
    },
  },
};
