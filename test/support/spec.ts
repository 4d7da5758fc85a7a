import { type Context, type Decided, type Handler, type Module, Refusal } from '@waymark/core/kernel';
import type { DomainEvents } from '@waymark/modules/domain';

/** An event of the domain, about a day: one that is misspelt, or says what it cannot say, does not compile. */
export const event = <Type extends keyof DomainEvents>(
  type: Type,
  on: string,
  data: DomainEvents[Type],
): { readonly type: Type; readonly data: DomainEvents[Type]; readonly on: string } => ({ type, data, on });

/** A command with its fields. */
export const command = <Command extends object>(type: new () => Command, fields: NoInfer<Command>): Command =>
  Object.assign(new type(), fields);

/** What a command may know of another thing; or that by the thing's id, undefined where there is none. */
export type Known = object | ((id: string) => object | undefined);

interface Circumstances {
  readonly id: string;
  readonly now: string;
  readonly actor: string;
}

const usual: Circumstances = {
  id: '3f0c5f0e-8f0d-4c57-9c36-4f1d2a9f5b11',
  now: '2026-02-15T09:00:00.000Z',
  actor: 'tester',
};

/**
 * Given what happened, when a command comes, then this is decided: as libs/runtime/submit.ts would have it, with
 * neither a store nor claims.
 */
export const spec = <Events, State, Facts>(
  module: Module<Events, State, Facts>,
  circumstances: Partial<Circumstances> = {},
): Spec<Events, State, Facts> => new Spec(module, module.initial, {}, { ...usual, ...circumstances });

class Spec<Events, State, Facts> {
  constructor(
    private readonly module: Module<Events, State, Facts>,
    private readonly state: never,
    private readonly known: Readonly<Record<string, Known>>,
    private readonly circumstances: Circumstances,
  ) {}

  /** What happened before. */
  given(...events: readonly Decided<Events>[]): Spec<Events, State, Facts> {
    const state = events.reduce<never>((before, event) => this.folded(before, event), this.state);
    return new Spec(this.module, state, this.known, this.circumstances);
  }

  /** What is known of other things, by the names that commands have for them; what is left out does not exist. */
  with(known: Readonly<Record<string, Known>>): Spec<Events, State, Facts> {
    return new Spec(this.module, this.state, { ...this.known, ...known }, this.circumstances);
  }

  /** Commands that were carried out before, each of which changed something. */
  after(...commands: readonly object[]): Spec<Events, State, Facts> {
    return commands.reduce<Spec<Events, State, Facts>>((before, each) => {
      const events = before.when(each).events();
      expect([each.constructor.name, events]).not.toEqual([each.constructor.name, []]);
      return before.given(...events);
    }, this);
  }

  when(sent: object): Outcome<Events> {
    return new Outcome(
      () => this.decide(sent),
      () => this.handler(sent).claims(sent as never, this.state),
    );
  }

  /** What other modules may know of the thing. */
  facts(): Facts | undefined {
    return this.module.facts(this.state);
  }

  /** How the thing stands. */
  now(): State {
    return this.state;
  }

  private handler(sent: object): Handler {
    const handler = this.module.handlers.get(sent.constructor.name);
    if (!handler) throw new Error(`${this.module.name} has no command ${sent.constructor.name}`);
    return handler;
  }

  private decide(sent: object): readonly Decided<Events>[] {
    const handler = this.handler(sent);
    if (!handler.creates && this.module.facts(this.state) === undefined)
      throw unknown(this.module.name, 'missing');
    const { id, now, actor } = this.circumstances;
    const facts = Object.entries(handler.needs).map(([name, [module, idOf]]) => {
      const known = this.known[name];
      const fact = typeof known === 'function' ? known(idOf(sent as never, this.state, id)) : known;
      if (fact === undefined) throw unknown(module, 'invalid');
      return [name, fact];
    });
    const context: Context<never> = {
      id,
      now,
      today: now.slice(0, 10),
      actor,
      newId: (label) => `id of ${label}`,
      facts: Object.fromEntries(facts) as never,
    };
    const decided = handler.decide(sent as never, this.state, context) as readonly Decided<Events>[];
    decided.reduce<never>((before, event) => this.folded(before, event), this.state);
    return decided;
  }

  private folded(state: never, { type, data, on }: Decided<Events>): never {
    const fold = this.module.folds.get(type);
    if (!fold) throw new Error(`${this.module.name} has no fold for ${type}`);
    return fold(state, data as never, on) as never;
  }
}

class Outcome<Events> {
  constructor(
    private readonly decide: () => readonly Decided<Events>[],
    private readonly claims: () => readonly { readonly kind: string; readonly value: string }[],
  ) {}

  /** What is decided. */
  events(): readonly Decided<Events>[] {
    return this.decide();
  }

  /** These events are recorded, in this order, and no other. */
  then(...events: readonly [Decided<Events>, ...Decided<Events>[]]): void {
    expect(this.decide()).toStrictEqual(events);
  }

  thenNothing(): void {
    expect(this.decide()).toEqual([]);
  }

  /** It is refused with this code, and with words for a person. */
  thenRefused(code: string, kind: Refusal['kind'] = 'conflict'): void {
    expect(this.refusal()).toMatchObject({
      code,
      kind,
      message: expect.stringMatching(/^\S.* .*\.$/) as string,
    });
  }

  /** These values must be its own from now on. */
  thenClaimed(...values: readonly (readonly [kind: string, value: string])[]): void {
    expect(this.claims().map(({ kind, value }) => [kind, value])).toEqual(values);
  }

  private refusal(): unknown {
    try {
      return { decided: this.decide() };
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  }
}

const unknown = (module: string, kind: Refusal['kind']): Refusal =>
  new Refusal(`UNKNOWN_${module.toUpperCase()}`, `There is no ${module} with this id.`, kind);
