import { domain } from '@waymark/domain';
import type { Module, RecordedEvent } from '@waymark/kernel';
import { claims, projections, schemasOf, unknownReason } from '@waymark/runtime';

/** Every module that has events, the runtime's own included. */
export const modules: readonly Module[] = [...domain, claims as Module, projections];

/** The current schema version of every event. */
export const schemas = schemasOf(modules);

/** Why this version does not know an event; undefined where it does. */
export const unknown = (event: RecordedEvent): string | undefined => unknownReason(event, schemas);
