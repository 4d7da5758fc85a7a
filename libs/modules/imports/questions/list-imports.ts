import type { Reach } from '@waymark/core/access';
import { all, own } from '@waymark/core/kernel';
import { nobody, object, pageFrom, pageOf, PageParameters, question, uuid } from '@waymark/core/questions';
import { exampleIds } from '@waymark/modules/shared/examples';
import { allImports, importReportFields, importReports, type ImportReport } from '../views/import-reports';

/** A report for the examples of the OpenAPI document. */
export const exampleReport: ImportReport = {
  state: 'finished',
  startedAt: '2026-02-16T08:30:00.000Z',
  finishedAt: '2026-02-16T08:30:21.418Z',
  startedBy: 'data-team',
  files: [
    {
      name: 'blackpool.csv',
      kind: 'registers',
      sha256: '2.b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c',
      bytes: 412_338,
      encoding: 'utf-8',
      rows: 10_312,
      accepted: 10_240,
      repeated: 48,
      rejected: 24,
      rejectedBy: { UNKNOWN_PUPIL: 14, UNKNOWN_CODE: 10 },
      warnings: 0,
      warningsBy: {},
      noMark: 31,
      done: true,
    },
  ],
  followUps: { assessed: 100, eligible: 76, allocated: 71, notAllocated: { CASELOAD_FULL: 5 } },
};

/** The roles that may ask about imports: people who send files about their own imports, the others about all. */
export const importReaders = {
  ...own('school-lead', 'area-manager', 'programme-administrator'),
  ...all('data-protection-officer', 'operations', 'local-operator'),
};

/** Whether the reader may see an import that this person has sent. */
export const seesImportOf = ({ everything, principal }: Reach, startedBy: string): boolean =>
  everything || principal.id === startedBy;

export const listImports = question({
  name: 'ListImports',
  path: 'imports',
  parameters: PageParameters,
  summary: 'The imports that you may see, the latest first',
  schema: pageOf(object({ id: uuid(), ...importReportFields }, { $id: 'ImportReport' })),
  example: { items: [{ id: exampleIds.import, ...exampleReport }], next: exampleIds.import },
  by: importReaders,
  views: [importReports],
  shown: nobody,
  answer: async (page, { rows, reach }) => {
    const seen = (await allImports(rows)).filter(({ startedBy }) => seesImportOf(reach, startedBy));
    const begin = (after: string): number => {
      const at = seen.findIndex(({ id }) => id === after);
      return at < 0 ? at : at + 1;
    };
    return pageFrom(seen, page, begin, ({ id }) => id);
  },
});
