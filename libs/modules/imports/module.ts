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
  // An import is the whole service's: the right to see one is over everything.
  scopes: () => Promise.resolve([]),
  personalData: {
    holds: 'no personal data',
    because: 'outcomes are kept by row number and code, never with what the row said',
    retention: [
      {
        record: 'a file that was sent',
        kept: 'until its import is finished; a day where there was none; where it failed, until that is decided',
        by: 'the import, and the job `tidying`',
        source: CONTROLLER,
      },
    ],
  },
});
