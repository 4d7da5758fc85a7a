import type { Claim, Context, Decided, Handler } from './decider';
import type { Module } from './module';
import { type FieldError, Refusal } from './refusal';
import { undecidable, Undecidable } from './undecidable';

/** A command and its target with the current state of the target. */
export interface Received {
  readonly module: Module;
  readonly id: string;
  readonly state: never;
  readonly command: object;
}

/** Another thing whose facts a command needs. */
export interface Needed {
  /** The key of its facts in {@link Context.facts}. */
  readonly name: string;
  readonly module: string;
  readonly id: string;
}

/** The input of a decision besides the command and the state. A decision has no other input, so it can be repeated. */
export interface Circumstances extends Pick<Context, 'now' | 'actor' | 'newId' | 'claimIdOf'> {
  /** The facts of the things that {@link needsOf} names; undefined for a thing that does not exist. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** The result of a decision. The caller records the events and makes the claims. */
export interface Decision {
  /** The events to record, in order. Empty if the command changes nothing. */
  readonly events: readonly Decided<Record<string, object>>[];
  /** The values that the thing must own before the events are recorded. */
  readonly claims: readonly Claim[];
  /** The state after the events. */
  readonly state: never;
  /** The data subject of the thing after the events. */
  readonly subject: string | undefined;
}

/** The other things whose facts a command needs. Throws a {@link Refusal} if the target does not accept the command. */
export function needsOf(received: Received): readonly Needed[] {
  const { id, state, command } = received;
  const needs = Object.entries(handlerOf(received).needs);
  return undecidable(command.constructor.name, () =>
    needs.flatMap(([name, [module, idOf]]) => {
      const needed = idOf(command as never, state, id);
      return needed === undefined ? [] : [{ name, module, id: needed }];
    }),
  );
}

/**
 * Decides a command. Pure: the same input gives the same decision. Throws a {@link Refusal} if a rule refuses the
 * command, and {@link Undecidable} if the code of the module throws anything else.
 */
export function decide(received: Received, { facts, ...circumstances }: Circumstances): Decision {
  const { module, id, state, command } = received;
  const handler = handlerOf(received);
  const unknown = unknownThings(needsOf(received), facts);
  if (unknown.length > 0) throw namesUnknown(unknown, command);

  const today = circumstances.now.slice(0, 10);
  const context: Context<never> = { id, today, facts: facts as never, ...circumstances };
  return undecidable(command.constructor.name, () => {
    const decided = handler.decide(command as never, state, context) as Decision['events'];
    const events = decided.map((each) => ({ ...each, type: module.qualified(each.type) }));
    const claims = events.length > 0 ? handler.claims(command as never, state) : [];
    const after = evolve(module, state, events);
    return { events, claims, state: after, subject: module.subject?.(after, id) };
  });
}

/** Applies decided events to a state. */
export function evolve(module: Module, state: never, events: Decision['events']): never {
  return events.reduce<never>((before, { type, data, on }) => {
    const fold = module.folds.get(type);
    if (!fold) throw new Undecidable(module.name, `decided ${type}, which it has no fold for`);
    return undecidable(type, () => fold(before, data as never, on) as never);
  }, state);
}

/** True if the target exists or the command creates it. */
export const isThere = (received: Received): boolean =>
  handlerFor(received).creates || received.module.facts(received.state) !== undefined;

/** An error for each needed thing that does not exist. */
export const unknownThings = (needs: readonly Needed[], facts: Circumstances['facts']): FieldError[] =>
  needs
    .filter(({ name }) => facts[name] === undefined)
    .map(({ name, module }) => ({ field: name, code: unknownCode(module), message: unknownMessage(module) }));

/** The handler of the command. Throws a {@link Refusal} if the target does not exist or has no such command. */
function handlerOf(received: Received): Handler {
  const { name } = received.module;
  if (!isThere(received)) throw new Refusal(unknownCode(name), unknownMessage(name), 'missing');
  return handlerFor(received);
}

function handlerFor({ module, command }: Received): Handler {
  const { name } = command.constructor;
  const handler = module.handlers.get(name);
  if (handler) return handler;
  throw new Refusal('UNKNOWN_COMMAND', `There is no command ${name} for ${module.plural}.`, 'missing');
}

/** Refuse a command because its field names a thing that the sender need not know of, as if it did not exist. */
export function refuseUnknown(module: string, field: string): never {
  const message = unknownMessage(module);
  throw new Refusal(unknownCode(module), message, 'invalid', [{ field, code: unknownCode(module), message }]);
}

/** The refusal is `invalid` if a field of the command names the unknown thing, and `missing` otherwise. */
function namesUnknown(unknown: readonly FieldError[], command: object): Refusal {
  const named = unknown.some(({ field }) => field in command);
  const message = unknown.map((error) => error.message).join(' ');
  return new Refusal(unknown[0]!.code, message, named ? 'invalid' : 'missing', named ? unknown : []);
}

const unknownCode = (module: string): string => `UNKNOWN_${module.toUpperCase()}`;
const unknownMessage = (module: string): string => `There is no ${module} with this id.`;
