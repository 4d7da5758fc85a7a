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
import { exampleReport, importReaders } from './list-imports';
import { unknownImport } from './unknown-import';

/** Registers by their file's name, each with its corrections. */
export const registersByFile = byName(registerReport, {
  description: "Registers by their file's name, each with its corrections.",
});

export const getImport = question({
  name: 'GetImport',
  path: 'imports/:id',
  parts: { id: imports },
  summary: 'What became of an import',
  description:
    '`registers` has the registers by their file’s name, each with its corrections. `interrupted` is there and true where the import failed again and again or was cancelled: it goes on when the job of the same id is tried again.',
  schema: object(
    {
      id: uuid(),
      ...importReportFields,
      registers: registersByFile,
      interrupted: Type.Optional(
        Type.Literal(true, { description: 'The job failed for good or was cancelled. Retry it to go on.' }),
      ),
    },
    { $id: 'Import' },
  ),
  example: { id: exampleIds.import, ...exampleReport, registers: registersOf(exampleReport) },
  by: importReaders,
  views: [importReports],
  shown: nobody,
  answer: async ({ id }, { rows, jobs }) => {
    const report = await importReport(rows, id);
    if (!report) throw unknownImport();
    const job = report.state === 'running' ? await jobs.get(id) : undefined;
    const interrupted = job?.state === 'failed' || job?.state === 'cancelled';
    return { id, ...report, registers: registersOf(report), ...(interrupted && { interrupted }) };
  },
});
