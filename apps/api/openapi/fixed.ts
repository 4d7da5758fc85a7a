import { getImport } from '@waymark/modules/imports/questions/get-import';
import { liveSchema, readySchema } from '../../shared/health.controller';
import { begunImport, type BegunImport, dryRun } from '../imports/answers';
import { ImportParameters } from '../imports/imports.controller';
import { FIELD, LARGEST_FILE, MOST_FILES } from '../imports/receive';
import { answered } from './answers';
import { queryParameters } from './parameters';

const begun: BegunImport = {
  id: 'c0a8b2f4-5d1e-4b7a-8f3c-2e9d6a1b7c50',
  state: 'running',
  position: 1042,
  files: [{ name: 'blackpool.csv', kind: 'registers', bytes: 412_338 }],
};

const { id: _id, ...report } = getImport.example;

/** The operation that uploads files. */
export const importPath = () => ({
  post: {
    operationId: 'imports.send-files',
    summary: 'Import files',
    description:
      'Send the files of a programme in any order: `programme.json`, schools, mentors, referrals, registers and their corrections, mentoring sessions. The kind of a file is recognised by its columns. Importing a file again changes nothing. The names of files stay in the log, so do not name a file after a person.',
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
                description: `At most ${String(MOST_FILES)} files, each of at most ${String(LARGEST_FILE)} bytes.`,
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
      200: answered('The outcome that each row would have, if `dryRun` is true.', dryRun, {
        dryRun: true,
        ...report,
      }),
      202: {
        ...answered(
          'The import continues in the background. Get its report at `Location`.',
          begunImport,
          begun,
        ),
        headers: {
          Location: { schema: { type: 'string' }, example: `/v1/imports/${begun.id}` },
          'Waymark-Position': { schema: { type: 'integer' }, example: begun.position },
        },
      },
    },
    problems: {
      400: ['MALFORMED_UPLOAD'],
      413: ['FILE_TOO_LARGE', 'TOO_MANY_FILES', 'COMMAND_TOO_LARGE'],
      422: ['NOTHING_TO_IMPORT', 'WHICH_PROGRAMME'],
      429: ['TOO_MANY_DRY_RUNS'],
      503: ['DRY_RUNS_BUSY'],
    },
  },
});

const view = { view: 'caseload', version: 1, generation: 1, position: 1042, stopped: false };
const up = { status: 'up', responseTime: 2 } as const;
const stores = { events: up, rows: up, jobs: up };
const stopped = { status: 'down', message: 'caseload has stopped' } as const;

/** Health checks, for monitoring. */
export const healthPaths = {
  '/health/live': {
    get: {
      operationId: 'health.live',
      summary: 'Check that the process responds',
      tags: ['health'],
      responses: { 200: answered('The process responds.', liveSchema, { status: 'live' }) },
    },
  },
  '/health/ready': {
    get: {
      operationId: 'health.ready',
      summary: 'Check that the process is ready, and get the position of each view',
      tags: ['health'],
      responses: {
        200: answered('The process is ready.', readySchema, {
          status: 'ok',
          info: { ...stores, views: { status: 'up' } },
          error: {},
          details: { ...stores, views: { status: 'up' } },
          views: [view],
        }),
        503: answered(
          'A store does not respond, a view has stopped or is not built yet, or no token can be checked because the issuer does not answer.',
          readySchema,
          {
            status: 'error',
            info: stores,
            error: { views: stopped },
            details: { ...stores, views: stopped },
            views: [{ ...view, stopped: true }],
          },
        ),
      },
    },
  },
};
