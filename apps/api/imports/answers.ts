import { Type } from '@sinclair/typebox';
import { type Answer, count, object, position, text, uuid } from '@waymark/core/questions';
import { registersByFile } from '@waymark/modules/imports/questions/get-import';
import { fileKind, importReportFields } from '@waymark/modules/imports/views/import-reports';

/** An import that was started and continues in the background. */
export const begunImport = object(
  {
    id: uuid(),
    state: Type.Literal('running'),
    position: position('Send this position with a query to read the report of the import.'),
    files: Type.Array(object({ name: text(), kind: fileKind, bytes: count() })),
  },
  { $id: 'BegunImport' },
);

/** The report that an import would have. */
export const dryRun = object(
  { dryRun: Type.Literal(true), ...importReportFields, registers: registersByFile },
  { $id: 'DryRun' },
);

export type BegunImport = Answer<typeof begunImport>;
export type DryRun = Answer<typeof dryRun>;
