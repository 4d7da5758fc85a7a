import { exportKinds } from '@waymark/modules/exports';
import { type ExportDocument, exportSchema } from '../jobs/export-document';
import { type JobAnswer, jobSchema, jobsSchema } from '../jobs/job';
import { JobsParameters } from '../jobs/jobs.controller';
import { answered } from './answers';
import { queryParameters } from './parameters';
import { exampleOf, ref, type Schema, schemasOf, named } from './schemas';

const EXPORT = '9b2f4c1e-6d3a-4e8b-a1c7-5f0e2d9b8a64';

const begunExport: ExportDocument = {
  id: EXPORT,
  kind: 'kpis',
  parameters: { by: 'region' },
  state: 'waiting',
  requestedBy: 'evaluator:1',
  addedAt: '2026-02-16T08:30:00.000Z',
};

const finishedExport: ExportDocument = {
  ...begunExport,
  state: 'done',
  progress: { rows: 3 },
  finishedAt: '2026-02-16T08:30:04.211Z',
  file: { name: 'kpis.csv', rows: 3, until: '2026-02-23T08:30:04.211Z' },
};

const job: JobAnswer = {
  id: 'reminders@2026-02-16T06:00:00.000Z',
  kind: 'reminders',
  data: {},
  state: 'failed',
  attempts: 8,
  progress: {},
  result: {},
  error: 'the event store does not answer',
  addedAt: '2026-02-16T06:00:00.000Z',
  finishedAt: '2026-02-16T06:10:35.120Z',
};

const id = (of: string, example: string) => ({
  name: 'id',
  in: 'path',
  required: true,
  description: `The ${of}'s id, percent-encoded.`,
  schema: { type: 'string' },
  example,
});

const requests = Object.values(exportKinds).map(({ request }) => request);

/** Schemas of the export requests, by class name. */
export const exportSchemas = (): Readonly<Record<string, Schema>> => schemasOf(requests.map(named));

const step = (name: string, summary: string, description: string, conflict: string) => ({
  post: {
    operationId: `jobs.${name}`,
    summary,
    description,
    tags: ['jobs'],
    parameters: [id('job', job.id)],
    responses: {
      202: answered('The current state of the job.', jobSchema, job),
    },
    problems: { 404: ['UNKNOWN_JOB'], 409: [conflict] },
  },
});

/** Operations on background jobs, for operations staff. */
export const jobPaths = () => ({
  '/v1/jobs': {
    get: {
      operationId: 'jobs.list',
      summary: 'List jobs',
      description:
        'Jobs are background work, such as imports, exports, reminders and rebuilds. The most recently added comes first. All dead letters (`state=failed`) are kept, and about the last thousand jobs that are done.',
      tags: ['jobs'],
      parameters: queryParameters(JobsParameters),
      responses: { 200: answered('The jobs.', jobsSchema, { items: [job] }) },
    },
  },
  '/v1/jobs/{id}': {
    get: {
      operationId: 'jobs.get',
      summary: 'Get a job',
      tags: ['jobs'],
      parameters: [id('job', job.id)],
      responses: { 200: answered('The job.', jobSchema, job) },
      problems: { 404: ['UNKNOWN_JOB'] },
    },
  },
  '/v1/jobs/{id}/cancel': step(
    'cancel',
    'Cancel a job',
    'A waiting job never runs. A running job is interrupted within about a second, and ends as soon as it can.',
    'JOB_NOT_GOING_ON',
  ),
  '/v1/jobs/{id}/retry': step(
    'retry',
    'Retry a failed or cancelled job',
    'The job starts again with its first attempt. An import continues after the last rows that it recorded.',
    'JOB_NOT_ENDED',
  ),
});

/** Operations on exports: figures, timelines and reminders as files. */
export const exportPaths = () => ({
  '/v1/exports': {
    post: {
      operationId: 'exports.request',
      summary: 'Request an export',
      description: 'An export writes figures, timelines or reminders to a file.',
      tags: ['exports'],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: { oneOf: requests.map(({ name }) => ref(name)) },
            example: exampleOf(exportKinds.kpis.request),
          },
        },
      },
      responses: {
        202: {
          ...answered(
            'The export is made in the background. Get its state and progress at `Location`.',
            exportSchema,
            begunExport,
          ),
          headers: { Location: { schema: { type: 'string' }, example: `/v1/exports/${EXPORT}` } },
        },
      },
    },
  },
  '/v1/exports/{id}': {
    get: {
      operationId: 'exports.get',
      summary: 'Get an export',
      description: 'Its state, its progress and, when it is done, its file name.',
      tags: ['exports'],
      parameters: [id('export', EXPORT)],
      responses: { 200: answered('The export.', exportSchema, finishedExport) },
      problems: { 404: ['UNKNOWN_EXPORT'] },
    },
  },
  '/v1/exports/{id}/file': {
    get: {
      operationId: 'exports.file',
      summary: 'Download the file of an export',
      description: 'The file is kept for seven days.',
      tags: ['exports'],
      parameters: [id('export', EXPORT)],
      responses: {
        200: {
          description:
            'Figures are CSV with a header row; text that a spreadsheet would read as a formula starts with an apostrophe. Timelines and reminders have one JSON value per line.',
          content: {
            'text/csv': { schema: { type: 'string' } },
            'application/jsonl': { schema: { type: 'string' } },
          },
        },
      },
      problems: { 404: ['UNKNOWN_EXPORT'], 409: ['EXPORT_NOT_DONE'], 410: ['EXPORT_EXPIRED'] },
    },
  },
});
