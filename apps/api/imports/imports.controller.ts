import { randomUUID } from 'node:crypto';
import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { check, invalid, IsOneOf, Optional } from '@waymark/core/fields';
import type { SourceFile } from '@waymark/core/imports';
import { type ImportRequest, requestImport } from '@waymark/modules/imports/import-job';
import { Importer } from '@waymark/modules/imports/importer';
import { importReport, importReports, registersOf } from '@waymark/modules/imports/views/import-reports';
import { type Limits, Platform, tryOut } from '@waymark/platform';
import { Action, LIMITS, principalOf } from '../../shared/access.guard';
import { aborted } from '../problem';
import type { BegunImport, DryRun } from './answers';
import { receive } from './receive';

const flags = ['true', 'false'] as const;

/** Query parameters of an import. */
export class ImportParameters {
  /** Report the outcome of every row, without importing anything. */
  @Optional() @IsOneOf(flags, 'false') dryRun?: (typeof flags)[number];
  /** The registers write two-character codes as one character, as the systems of some suppliers do. */
  @Optional() @IsOneOf(flags, 'false') aliases?: (typeof flags)[number];
}

/** How long to wait until queries find a new import, in milliseconds. */
const PATIENCE = 2_000;

@Controller('v1/imports')
export class ImportsController {
  constructor(
    private readonly platform: Platform,
    @Inject(LIMITS) private readonly limits: Limits | undefined,
  ) {}

  @Post()
  @Action('SendFiles')
  async import(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { command: asked, errors } = check(ImportParameters, request.query, 'parameter');
    if (errors.length > 0) throw invalid(errors);
    const wanted = { actor: principalOf(response).id, aliases: asked.aliases === 'true' };
    const id = randomUUID();
    if (asked.dryRun === 'true') {
      // Before the upload: it would be in vain.
      await this.platform.dryRuns.refuseIfFull();
      await this.limits?.dryRun(wanted.actor);
    }
    const files = await receive(request, response, this.platform.uploads, id);
    if (asked.dryRun === 'true')
      response.status(200).json(await this.tryOut(id, files, wanted, goneSignal(response)));
    else await this.begin(id, files, wanted, response);
  }

  /** Leave the import to a worker, and wait until queries find it. */
  private async begin(
    id: string,
    files: readonly SourceFile[],
    wanted: ImportRequest,
    response: Response,
  ): Promise<void> {
    // Add the job first: from then on the import is carried out even if this process dies.
    await requestImport(this.platform.jobs, id, wanted);
    const { position } = await new Importer(this.platform, id, files, wanted).start();
    await this.platform.serving.reached([importReports.name], position, PATIENCE);
    response.setHeader('Location', `/v1/imports/${id}`);
    response.setHeader('Waymark-Position', String(position));
    const begun: BegunImport = {
      id,
      state: 'running',
      position,
      files: files.map(({ name, kind, bytes }) => ({ name, kind, bytes })),
    };
    response.status(202).json(begun);
  }

  /** Import into a temporary copy of the data, and return the report. Stops when the signal is aborted. */
  private async tryOut(
    id: string,
    files: readonly SourceFile[],
    wanted: ImportRequest,
    signal: AbortSignal,
  ): Promise<DryRun> {
    const importInto = async (copy: Platform, going: AbortSignal): Promise<DryRun> => {
      await new Importer(copy, id, files, { ...wanted, signal: going }).run();
      await copy.settle();
      const report = await importReport(copy.rows, id);
      if (!report) throw new Error('the import has no report');
      await this.platform.accessLog.recordDryRun(wanted.actor, id, report);
      return { dryRun: true, ...report, registers: registersOf(report) };
    };
    try {
      return await tryOut(this.platform, importInto, signal);
    } finally {
      await this.platform.uploads.discard(id);
    }
  }
}

/** A signal that is aborted when the client goes away before it has the whole answer. */
function goneSignal(response: Response): AbortSignal {
  const gone = new AbortController();
  const abort = (): void => gone.abort(aborted());
  if (response.destroyed) abort();
  else response.once('close', () => response.writableFinished || abort());
  return gone.signal;
}
