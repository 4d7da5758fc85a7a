import { type Scope } from '@waymark/core/kernel';
import type { Reach } from '@waymark/core/access';
import { Streams, type Things } from '@waymark/core/commands';
import type { EventStore, Module } from '@waymark/core/kernel';

/** What somebody is told from: things and the log, with what is personal in them or without. */
export interface Records {
  readonly things: Things;
  readonly events: EventStore;
}

/** Tell from a log. Things are kept in memory as it has them. */
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

/** What may be told of a journey: with what is personal in it, or without. Refused as `NOT_ALLOWED` where it is out of reach. */
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
