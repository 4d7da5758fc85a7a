import { Controller, Get, Param, Post, Req, Res, UseInterceptors } from '@nestjs/common';
import type { Request, Response } from 'express';
import { invalid, periodOf, valid } from '@waymark/core/fields';
import type { Job } from '@waymark/core/kernel';
import {
  EXPORT,
  type ExportKind,
  type ExportKindName,
  exportKinds,
  type ExportRequest,
  type ExportResult,
} from '@waymark/modules/exports';
import { Platform } from '@waymark/platform';
import { Action, principalOf } from '../../shared/access.guard';
import { NoParameters } from '../no-parameters';
import { jsonBody } from '../commands/json-body';
import { Problem } from '../problem';
import { exportDocument, type ExportDocument } from './export-document';

const types: Readonly<Record<string, string>> = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/jsonl; charset=utf-8',
};

/** Figures, timelines and reminders as files. */
@Controller('v1/exports')
@UseInterceptors(NoParameters)
export class ExportsController {
  constructor(private readonly platform: Platform) {}

  @Post()
  @Action('RequestExport')
  async ask(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { id: actor } = principalOf(response);
    const data: ExportRequest = { ...wanted(jsonBody(request)), actor };
    const id = await this.platform.jobs.add({ kind: EXPORT, data });
    response.setHeader('Location', `/v1/exports/${id}`);
    response.status(202).json(exportDocument(await this.job(id, actor)));
  }

  @Get(':id')
  @Action('GetExport')
  async get(
    @Param('id') id: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ExportDocument> {
    return exportDocument(await this.job(id, principalOf(response).id));
  }

  @Get(':id/file')
  @Action('GetExportFile')
  async file(@Param('id') id: string, @Res() response: Response): Promise<void> {
    const { state, result } = await this.job(id, principalOf(response).id);
    if (state !== 'done') {
      throw new Problem(409, 'EXPORT_NOT_DONE', `The export is ${state}. Get its file once it is done.`);
    }
    const { file } = result as ExportResult;
    const root = this.platform.exports.folderOf(id);
    response.attachment(file);
    response.setHeader('Content-Type', types[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream');
    await new Promise<void>((resolve, reject) => {
      response.sendFile(file, { root, cacheControl: false }, (error?: Error) => {
        if (error && !response.headersSent) reject(isMissing(error) ? expired() : error);
        else resolve();
      });
    });
  }

  /** The job of an export that this reader requested. Other readers are not told that it exists. */
  private async job(id: string, reader: string): Promise<Job> {
    const job = await this.platform.jobs.get(id);
    if (job?.kind !== EXPORT || (job.data as ExportRequest).actor !== reader)
      throw new Problem(
        404,
        'UNKNOWN_EXPORT',
        'There is no export with this id, or it is no longer kept. Request a new export.',
      );
    return job;
  }
}

const isKind = (kind: unknown): kind is ExportKindName =>
  typeof kind === 'string' && Object.hasOwn(exportKinds, kind);

/** The export that a body requests. Throws a refusal that names every invalid field. */
function wanted(body: unknown): Omit<ExportRequest, 'actor'> {
  const { kind } = (body ?? {}) as { readonly kind?: unknown };
  if (!isKind(kind)) {
    const message = `must be one of ${Object.keys(exportKinds).join(', ')}`;
    throw invalid([{ field: 'kind', code: kind === undefined ? 'REQUIRED' : 'NOT_ONE_OF', message }]);
  }
  const { request }: ExportKind = exportKinds[kind];
  const { parameters = {} } = valid(request, body);
  periodOf(parameters, 'parameters.');
  return { kind, parameters };
}

const isMissing = (error: Error): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

const expired = (): Problem =>
  new Problem(410, 'EXPORT_EXPIRED', 'The file is no longer kept. Request the export again.');
