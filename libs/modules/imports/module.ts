import { recordingModule } from '@waymark/core/context';
import { CONTROLLER } from '@waymark/core/privacy';
import { imports } from './import';
import { importReports } from './views/import-reports';
import { getImport } from './questions/get-import';
import { listImports } from './questions/list-imports';
import { listRows } from './questions/list-rows';

export const importsModule = recordingModule({
  domain: imports,
  views: [importReports],
  questions: [listImports, getImport, listRows],
  // An import belongs to the whole service: only rights over everything allow reading it.
  scopes: () => Promise.resolve([]),
  personalData: {
    holds: 'no personal data',
    because: 'outcomes are kept by row number and code, never with the content of a row',
    retention: [
      {
        record: 'an uploaded file',
        kept: 'until its import is finished; for a day if no import followed; if the import failed, until somebody decides about it',
        by: 'the import, and the job `tidying`',
        source: CONTROLLER,
      },
    ],
  },
});
