import 'reflect-metadata';
import type { CommandClass } from '@waymark/core/kernel';

const REASON = 'waymark:not-personal';

/**
 * Says why the text of a field is not personal data. Text without this is personal: each event that records it must list
 * it among its personal fields, so that it is encrypted.
 */
export const NotPersonal =
  (because: string): PropertyDecorator =>
  (target, field) =>
    Reflect.defineMetadata(REASON, because, target, field);

/** Why the text of a field is not personal data; undefined if it is. */
export const notPersonalBecause = (type: CommandClass, field: string): string | undefined =>
  Reflect.getMetadata(REASON, type.prototype as object, field) as string | undefined;
