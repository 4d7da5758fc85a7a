import { Streams } from '@waymark/core/commands';
import type { EventStore, Module } from '@waymark/core/kernel';
import type { Records } from '@waymark/core/questions';

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
