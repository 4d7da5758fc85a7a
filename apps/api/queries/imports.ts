import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { Refusal } from '@waymark/core/kernel';
import type { Page } from '@waymark/core/projections';
import {
  allImports,
  importReport,
  registersOf,
  rowOutcomes,
  type RowsOutcome,
} from '@waymark/modules/imports/views/import-reports';
import { Platform } from '@waymark/platform';
import type { ImportDocument, ImportItem } from './documents';
import { numeral, pageFrom } from './pages';
import { GetImport, ListImports, ListRows } from './questions';

const unknown = (): Refusal => new Refusal('UNKNOWN_IMPORT', 'There is no import with this id.', 'missing');

@QueryHandler(ListImports)
export class ListImportsHandler implements IQueryHandler<ListImports> {
  constructor(private readonly platform: Platform) {}

  async execute(page: ListImports): Promise<Page<ImportItem>> {
    const all = await allImports(this.platform.rows);
    const begin = (after: string): number => {
      const seen = all.findIndex(({ id }) => id === after);
      return seen < 0 ? seen : seen + 1;
    };
    return pageFrom(all, page, begin, ({ id }) => id);
  }
}

@QueryHandler(GetImport)
export class GetImportHandler implements IQueryHandler<GetImport> {
  constructor(private readonly platform: Platform) {}

  async execute({ id }: GetImport): Promise<ImportDocument> {
    const report = await importReport(this.platform.rows, id);
    if (!report) throw unknown();
    const interrupted = report.state === 'running' && (await this.isInterrupted(id));
    return { id, ...report, registers: registersOf(report), ...(interrupted && { interrupted }) };
  }

  private async isInterrupted(id: string): Promise<boolean> {
    const state = (await this.platform.jobs.get(id))?.state;
    return state === 'failed' || state === 'cancelled';
  }
}

@QueryHandler(ListRows)
export class ListRowsHandler implements IQueryHandler<ListRows> {
  constructor(private readonly platform: Platform) {}

  async execute({ id, outcome, ...page }: ListRows): Promise<Page<RowsOutcome>> {
    if (!(await this.platform.submitter.facts('import', id))) throw unknown();
    const all = await rowOutcomes(this.platform.events, id);
    const rows = outcome === undefined ? all : all.filter((row) => row.outcome === outcome);
    return pageFrom(rows, page, numeral, (_last, end) => String(end));
  }
}
