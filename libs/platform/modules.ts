import { claims, type Module, type RecordedEvent } from '@waymark/core/kernel';
import { personalFieldsOf, schemasOf, unknownReason } from '@waymark/core/log';
import { projections } from '@waymark/core/projections';
import { governed } from '@waymark/governance/governed';

/** Every module that has commands: those that governance covers, and what was decided about views. */
export const commandModules: readonly Module[] = [
  ...[...governed.values()].map(({ domain }) => domain),
  projections,
];

/** Every module with events, including the claims of unique values. */
export const modules: readonly Module[] = [...commandModules, claims as Module];

/** The current schema version of every event type. */
export const schemaVersions = schemasOf(modules);

/** The personal fields of every event type. They are stored encrypted. */
export const personalFields = personalFieldsOf(modules);

/** Why this release does not know an event; undefined if it does. */
export const unknownEventReason = (event: RecordedEvent): string | undefined =>
  unknownReason(event, schemaVersions);
