import { Type } from '@sinclair/typebox';
import { byName, nobody, object, question, uuid } from '@waymark/core/questions';
import { imports } from '@waymark/modules/imports';
import { exampleIds } from '@waymark/modules/shared/examples';
import {
  importReport,
  importReportFields,
  importReports,
  registerReport,
  registersOf,
} from '../views/import-reports';
import { exampleReport, importReaders, seesImportOf } from './list-imports';
import { unknownImport } from './unknown-import';

/** Registers by file name, each with its corrections. */
export const registersByFile = byName(registerReport, {
  description: 'Registers by file name, each with its corrections.',
});

export const getImport = question({
  name: 'GetImport',
  path: 'imports/:id',
  parts: { id: imports },
  summary: 'The state and results of an import',
  description:
    '`registers` contains the registers by file name, each with its corrections. `interrupted` is true if every attempt of the import failed or the import was cancelled. Retry the job with the same id to continue it.',
  schema: object(
    {
      id: uuid(),
      ...importReportFields,
      registers: registersByFile,
      interrupted: Type.Optional(
        Type.Literal(true, {
          description: 'Every attempt of the job failed, or it was cancelled. Retry the job to continue.',
        }),
      ),
    },
    { $id: 'Import' },
  ),
  example: { id: exampleIds.import, ...exampleReport, registers: registersOf(exampleReport) },
  by: importReaders,
  views: [importReports],
  shown: nobody,
  answer: async ({ id }, { rows, jobs, reach }) => {
    const report = await importReport(rows, id);
    if (!report || !seesImportOf(reach, report.startedBy)) throw unknownImport();
    const job = report.state === 'running' ? await jobs.get(id) : undefined;
    const interrupted = job?.state === 'failed' || job?.state === 'cancelled';
    return { id, ...report, registers: registersOf(report), ...(interrupted && { interrupted }) };
  },
});
