import { IsText, Optional } from '@waymark/core/fields';
import { streamName } from '@waymark/core/kernel';
import { nobody, numeral, pageFrom, pageOf, PageParameters, question } from '@waymark/core/questions';
import { imports } from '@waymark/modules/imports';
import { outcomesIn, rowsOutcome } from '../views/import-reports';
import { importReaders, seesImportOf } from './list-imports';
import { unknownImport } from './unknown-import';

/** Filters of an import's rows. */
export class RowsParameters extends PageParameters {
  /** Only rows with this outcome: `accepted`, `repeated`, or a reason such as `UNKNOWN_PUPIL`. */
  @Optional() @IsText('UNKNOWN_PUPIL', 60) outcome?: string;
}

export const listRows = question({
  name: 'ListRows',
  path: 'imports/:id/rows',
  parts: { id: imports },
  parameters: RowsParameters,
  summary: 'The outcome of every row of an import',
  description: 'Consecutive rows with the same outcome form one item. A warning is an item of its own.',
  schema: pageOf(rowsOutcome),
  example: { items: [{ file: 'blackpool.csv', from: 1, to: 211, outcome: 'accepted' }], next: '1' },
  by: importReaders,
  views: [],
  shown: nobody,
  answer: async ({ id, outcome, ...page }, { events, reach }) => {
    const history = await events.readStream(streamName(imports.name, id));
    const [begun] = history;
    if (!begun || !seesImportOf(reach, begun.metadata.actor)) throw unknownImport();
    const all = outcomesIn(history);
    const rows = outcome === undefined ? all : all.filter((row) => row.outcome === outcome);
    return pageFrom(rows, page, numeral, (_last, end) => String(end));
  },
});
