import { claims } from '@waymark/core/commands';
import type { Module, RecordedEvent } from '@waymark/core/kernel';
import { personalFieldsOf, schemasOf, unknownReason } from '@waymark/core/log';
import { projections } from '@waymark/core/projections';
import { governed } from '@waymark/governance/governed';

/** Every module that has commands: those that governance covers, and what was decided about views. */
export const submitted: readonly Module[] = [
  ...[...governed.values()].map(({ domain }) => domain),
  projections,
];

/** Every module that has events, the runtime's own included. */
export const modules: readonly Module[] = [...submitted, claims as Module];

/** The current schema version of every event. */
export const schemas = schemasOf(modules);

/** Which fields of events are personal, and so sealed. */
export const personal = personalFieldsOf(modules);

/** Why this version does not know an event; undefined where it does. */
export const unknown = (event: RecordedEvent): string | undefined => unknownReason(event, schemas);
