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

/** A requested export, with its state and progress. */
export const exportSchema = object(
  {
    id: text(),
    kind: oneOf(exportKindNames),
    parameters: jsonObject('The parameters of the request.'),
    state: jobState,
    requestedBy: text(),
    addedAt: moment(),
    progress: Type.Optional(object({ rows: count('Rows written.') })),
    finishedAt: Type.Optional(moment()),
    file: Type.Optional(
      object(
        { name: text(), rows: count(), until: moment('Until when it can be downloaded: UTC.') },
        { description: 'Present once the export is done.' },
      ),
    ),
  },
  { $id: 'Export' },
);

export type ExportDocument = Answer<typeof exportSchema>;

/** The export that a job makes. */
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
