import { Refusal } from '@waymark/core/kernel';

export const unknownImport = (): Refusal =>
  new Refusal('UNKNOWN_IMPORT', 'There is no import with this id. Check the id.', 'missing');
