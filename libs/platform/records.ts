import { type Scope } from '@waymark/core/kernel';
import type { Reach } from '@waymark/core/access';
import { Streams, type Things } from '@waymark/core/commands';
import type { EventStore, Module } from '@waymark/core/kernel';

/** Sources of an answer: things and the log, both with or both without personal data. */
export interface Records {
  readonly things: Things;
  readonly events: EventStore;
}

/** Records read from a log. Things are folded from it and cached in memory. */
export function recordsFrom(events: EventStore, modules: readonly Module[]): Records {
  const streams = new Streams(events);
  const known = new Map(modules.map((module) => [module.name, module]));
  const module = (name: string): Module => {
    const found = known.get(name);
    if (!found) throw new Error(`there is no module ${name}`);
    return found;
  };
  return {
    events,
    things: {
      load: (name, id) => streams.load(module(name), id),
      replay: (name, id, select) => streams.replay(module(name), id, select),
    },
  };
}

/** Choose the records for a journey, with or without personal data. Throws `NOT_ALLOWED` if it is out of reach. */
export async function recordsFor(
  sources: { scopesOf(module: string, id: string): Promise<readonly Scope[]> } & {
    readonly fullRecords: Records;
    readonly redactedRecords: Records;
  },
  reach: Reach,
  journey: string,
): Promise<Records> {
  const scopes = await sources.scopesOf('journey', journey);
  reach.demand(scopes);
  return scopes.some(reach.showsNames) ? sources.fullRecords : sources.redactedRecords;
}
