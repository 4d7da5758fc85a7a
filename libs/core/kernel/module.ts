import type { AnySlice, Handler, Upcaster } from './decider';

type Fold = (state: never, data: never, on: string) => unknown;

interface Shape<State, Facts, Namespace extends string | undefined = string | undefined> {
  /** The category of the streams and the name of the module in the code: `journey`. */
  readonly name: string;
  /**
   * Prefix of the names of the module's events and commands, followed by a dot: in the log, in rights and in the OpenAPI
   * document. It keeps the names of modules apart. Modules that are older than namespaces have none.
   */
  readonly namespace?: Namespace;
  /** The module's name in routes: `journeys`. */
  readonly plural: string;
  /** The form of an id, with an example. */
  readonly id: { readonly pattern: RegExp; readonly description: string; readonly example: string };
  readonly initial: State;
  /** The person whose record a thing is. It is the subject of the events' personal fields. */
  readonly subject?: (state: State, id: string) => string | undefined;
  /** The facts that the module publishes about a thing; undefined if the thing does not exist. */
  readonly facts: (state: State) => Facts | undefined;
}

/** A kind of thing with a history: its slices combined, without the types of its state. */
export interface Module<Events = unknown, State = unknown, Facts = unknown> extends Shape<never, Facts> {
  readonly initial: never;
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly folds: ReadonlyMap<string, Fold>;
  readonly personal: ReadonlyMap<string, readonly string[]>;
  /** Upcasters of the events that have had older schemas. */
  readonly upcasters: ReadonlyMap<string, readonly Upcaster[]>;
  /** The current schema version of every event. */
  readonly schema: ReadonlyMap<string, number>;
  /** Commands that only the service sends: they have no route. */
  readonly internal: ReadonlySet<string>;
  /** The name of an event or a command of the module, with the namespace if there is one. */
  readonly qualified: (name: string) => string;
  /** Never present at run time: the types of the module's events and state. */
  readonly types?: { readonly events: Events; readonly state: State };
}

export type EventsOf<M> = M extends Module<infer Events> ? Events : never;
export type StateOf<M> = M extends Module<unknown, infer State> ? State : never;

type EventsOfSlices<S> = S extends readonly [AnySlice<unknown, infer Head>, ...infer Rest]
  ? Head & EventsOfSlices<Rest>
  : unknown;

/** A table of events with the names that they are recorded under. */
type Qualified<Namespace extends string | undefined, Events> = [Namespace] extends [string]
  ? { [Type in keyof Events & string as `${Namespace}.${Type}`]: Events[Type] }
  : Events;

const NAMESPACE = /^[a-z][a-z-]*$/;

/** Combine slices into a module. Throws if two slices declare the same name. */
export function defineModule<
  State,
  Facts,
  const Slices extends readonly AnySlice<State>[],
  const Namespace extends string | undefined = undefined,
>(
  shape: Shape<State, Facts, Namespace>,
  slices: Slices,
): Module<Qualified<Namespace, EventsOfSlices<Slices>>, State, Facts> {
  const { namespace } = shape;
  if (namespace !== undefined && !NAMESPACE.test(namespace))
    throw new Error(`the namespace of ${shape.name} must be lower-case letters and dashes`);
  const qualified = (name: string): string => (namespace === undefined ? name : `${namespace}.${name}`);
  const ofEvents = <T>(table: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map([...table].map(([type, value]) => [qualified(type), value]));
  const folds = ofEvents(merged(slices, (slice) => slice.evolve));
  const upcasters = ofEvents(merged(slices, (slice) => slice.upcast ?? {}));
  return {
    ...(shape as unknown as Shape<never, Facts>),
    initial: shape.initial as never,
    handlers: merged(slices, (slice) => slice.decide),
    folds,
    personal: ofEvents(merged(slices, (slice) => slice.personal ?? {})),
    qualified,
    upcasters,
    schema: new Map([...folds.keys()].map((type) => [type, 1 + (upcasters.get(type)?.length ?? 0)])),
    internal: new Set(
      slices.flatMap(({ decide }) => Object.keys(decide).filter((name) => decide[name]!.by === 'service')),
    ),
  };
}

function merged<T>(
  slices: readonly AnySlice[],
  pick: (slice: AnySlice) => Readonly<Record<string, T>>,
): ReadonlyMap<string, T> {
  const entries = slices.flatMap((slice) => Object.entries(pick(slice)));
  const names = new Map(entries);
  if (names.size < entries.length) {
    const twice = entries.map(([name]) => name).filter((name, at, all) => all.indexOf(name) !== at);
    throw new Error(`declared by two slices: ${twice.join(', ')}`);
  }
  return names;
}
