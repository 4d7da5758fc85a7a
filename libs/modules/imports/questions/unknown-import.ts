import { Refusal } from '@waymark/core/kernel';

/** The same refusal for an import that does not exist and for one that the reader may not see. */
export const unknownImport = (): Refusal =>
  new Refusal('UNKNOWN_IMPORT', 'There is no import with this id. Check the id.', 'missing');
