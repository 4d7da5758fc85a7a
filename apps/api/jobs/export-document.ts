import { Type } from '@sinclair/typebox';
import type { Job } from '@waymark/core/kernel';
import { type Answer, count, jsonObject, moment, object, oneOf, text } from '@waymark/core/questions';
import {
  exportKindNames,
  EXPORTS_KEPT,
  type ExportProgress,
  type ExportRequest,
  type ExportResult,
} from '@waymark/modules/exports';
import { jobState } from './job';

/** What was asked for, and how far it is. */
export const exportSchema = object(
  {
    id: text(),
    kind: oneOf(exportKindNames),
    parameters: jsonObject('What was asked for: the parameters of the request.'),
    state: jobState,
    requestedBy: text(),
    addedAt: moment(),
    progress: Type.Optional(object({ rows: count('Rows written.') })),
    finishedAt: Type.Optional(moment()),
    file: Type.Optional(
      object(
        { name: text(), rows: count(), until: moment('Until when it can be fetched: UTC.') },
        { description: 'There once the export is done.' },
      ),
    ),
  },
  { $id: 'Export' },
);

export type ExportDocument = Answer<typeof exportSchema>;

/** An export, by the job that makes it. */
export function exportDocument({
  id,
  state,
  data,
  progress,
  result,
  addedAt,
  finishedAt,
}: Job): ExportDocument {
  const { kind, parameters, actor } = data as ExportRequest;
  const { file: name, rows } = (result ?? {}) as Partial<ExportResult>;
  return {
    id,
    kind,
    parameters,
    state,
    requestedBy: actor,
    addedAt,
    ...(progress && { progress: progress as ExportProgress }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(name !== undefined &&
      rows !== undefined &&
      finishedAt !== undefined && { file: { name, rows, until: until(finishedAt) } }),
  };
}

const until = (finishedAt: string): string => new Date(Date.parse(finishedAt) + EXPORTS_KEPT).toISOString();
