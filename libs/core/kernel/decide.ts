import type { Claim, Context, Decided, Handler } from './decider';
import type { Module } from './module';
import { type FieldError, Refusal } from './refusal';
import { undecidable, Undecidable } from './undecidable';

/** A command, and the thing it is sent to as its events leave it. */
export interface Received {
  readonly module: Module;
  readonly id: string;
  readonly state: never;
  readonly command: object;
}

/** Another thing that a command needs to know of. */
export interface Needed {
  /** Under which the handler finds its facts. */
  readonly name: string;
  readonly module: string;
  readonly id: string;
}

/** What a decision depends on besides the command and the state: all of it is given, so that it can be replayed. */
export interface Circumstances extends Pick<Context, 'now' | 'actor' | 'newId'> {
  /** What was found out about the things that {@link needsOf} names; undefined where there is no such thing. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What was decided. Nothing has been recorded or claimed yet: that is left to the caller. */
export interface Decision {
  /** Events to record, in their order; none where there is nothing to change. */
  readonly events: readonly Decided<Record<string, object>>[];
  /** Values that must be the thing's own before the events are recorded. */
  readonly claims: readonly Claim[];
  /** The state after the events. */
  readonly state: never;
  /** Whose record the thing is after the events. */
  readonly subject: string | undefined;
}

/** The other things that a command needs to know of. Throws a {@link Refusal} where it cannot be sent to this thing. */
export function needsOf(received: Received): readonly Needed[] {
  const { id, state, command } = received;
  const needs = Object.entries(handlerOf(received).needs);
  return undecidable(command.constructor.name, () =>
    needs.map(([name, [module, idOf]]) => ({ name, module, id: idOf(command as never, state, id) })),
  );
}

/**
 * Decide a command: the events that it leads to, and what follows from them. Pure: the same input leads to the same
 * decision. Throws a {@link Refusal} where the command may not be carried out, and {@link Undecidable} where the
 * module's code is at fault.
 */
export function decide(received: Received, { facts, now, actor, newId }: Circumstances): Decision {
  const { module, id, state, command } = received;
  const handler = handlerOf(received);
  const unknown = unknownThings(needsOf(received), facts);
  if (unknown.length > 0) throw namesUnknown(unknown, command);

  const context: Context<never> = { id, now, today: now.slice(0, 10), actor, newId, facts: facts as never };
  return undecidable(command.constructor.name, () => {
    const decided = handler.decide(command as never, state, context) as Decision['events'];
    const events = decided.map((each) => ({ ...each, type: module.qualified(each.type) }));
    const claims = events.length > 0 ? handler.claims(command as never, state) : [];
    const after = evolve(module, state, events);
    return { events, claims, state: after, subject: module.subject?.(after, id) };
  });
}

/** The state after some decided events. */
export function evolve(module: Module, state: never, events: Decision['events']): never {
  return events.reduce<never>((before, { type, data, on }) => {
    const fold = module.folds.get(type);
    if (!fold) throw new Undecidable(module.name, `decided ${type}, which it has no fold for`);
    return undecidable(type, () => fold(before, data as never, on) as never);
  }, state);
}

/** Whether there is the thing that a command is sent to, or the command creates it. */
export const isThere = (received: Received): boolean =>
  handlerFor(received).creates || received.module.facts(received.state) !== undefined;

/** An error for each needed thing that does not exist. */
export const unknownThings = (needs: readonly Needed[], facts: Circumstances['facts']): FieldError[] =>
  needs
    .filter(({ name }) => facts[name] === undefined)
    .map(({ name, module }) => ({ field: name, code: unknownCode(module), message: unknownMessage(module) }));

/** How the command is decided, if it can be sent to this thing. */
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

/** The command is invalid where it names the unknown thing itself; otherwise something the thing refers to is missing. */
function namesUnknown(unknown: readonly FieldError[], command: object): Refusal {
  const named = unknown.some(({ field }) => field in command);
  const message = unknown.map((error) => error.message).join(' ');
  return new Refusal(unknown[0]!.code, message, named ? 'invalid' : 'missing', named ? unknown : []);
}

const unknownCode = (module: string): string => `UNKNOWN_${module.toUpperCase()}`;
const unknownMessage = (module: string): string => `There is no ${module} with this id.`;
