import {
  decide,
  type Decided,
  type Decision,
  evolve,
  type Module,
  type Needed,
  needsOf,
  Refusal,
} from '@waymark/core/kernel';
import type { DomainEvents } from '@waymark/modules/domain';

/** An event of the domain, about a day. An unknown type or wrong data does not compile. */
export const event = <Type extends keyof DomainEvents>(
  type: Type,
  on: string,
  data: DomainEvents[Type],
): { readonly type: Type; readonly data: DomainEvents[Type]; readonly on: string } => ({ type, data, on });

/** A command with its fields. */
export const command = <Command extends object>(type: new () => Command, fields: NoInfer<Command>): Command =>
  Object.assign(new type(), fields);

/** The facts that a command may use about another thing, or a function from its id; undefined if it does not exist. */
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

/** Given events, when a command is decided, then events or a refusal result. Nothing is stored or claimed. */
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

  /** Add previous events. */
  given(...events: readonly Decided<Events>[]): Spec<Events, State, Facts> {
    const state = evolve(this.module, this.state, events as Decision['events']);
    return new Spec(this.module, state, this.known, this.circumstances);
  }

  /** Set the facts about other things, by the names that commands use. Things that are left out do not exist. */
  with(known: Readonly<Record<string, Known>>): Spec<Events, State, Facts> {
    return new Spec(this.module, this.state, { ...this.known, ...known }, this.circumstances);
  }

  /** Set the actor of the following commands. */
  by(actor: string): Spec<Events, State, Facts> {
    return new Spec(this.module, this.state, this.known, { ...this.circumstances, actor });
  }

  /** Carry out previous commands. Each of them must change something. */
  after(...commands: readonly object[]): Spec<Events, State, Facts> {
    return commands.reduce<Spec<Events, State, Facts>>((before, each) => {
      const events = before.when(each).events();
      expect([each.constructor.name, events]).not.toEqual([each.constructor.name, []]);
      return before.given(...events);
    }, this);
  }

  when(sent: object): Outcome<Events> {
    return new Outcome(() => this.decide(sent));
  }

  /** The facts that other modules may use. */
  facts(): Facts | undefined {
    return this.module.facts(this.state);
  }

  /** The current state. */
  now(): State {
    return this.state;
  }

  private decide(command: object): Decision {
    const { id, now, actor } = this.circumstances;
    const received = { module: this.module as Module, id, state: this.state, command };
    const facts = Object.fromEntries(needsOf(received).map((needed) => [needed.name, this.factsOf(needed)]));
    return decide(received, { facts, now, actor, newId: (label) => `id of ${label}`, claimIdOf });
  }

  private factsOf({ name, id }: Needed): object | undefined {
    const known = this.known[name];
    return typeof known === 'function' ? known(id) : known;
  }
}

/** The id of a claimed value in specs. */
export const claimIdOf = (kind: string, value: string): string => `${kind}.${value.toLowerCase()}`;

/** A message is a full sentence. */
const SENTENCE = /^\S.* .*\.$/;

class Outcome<Events> {
  constructor(private readonly decide: () => Decision) {}

  /** The decided events. */
  events(): readonly Decided<Events>[] {
    return this.decide().events as readonly Decided<Events>[];
  }

  /** Expect exactly these events, in this order. */
  then(...events: readonly [Decided<Events>, ...Decided<Events>[]]): void {
    expect(this.events()).toStrictEqual(events);
  }

  thenNothing(): void {
    expect(this.events()).toEqual([]);
  }

  /** Expect a refusal with this code and a readable message. */
  thenRefused(code: string, kind: Refusal['kind'] = 'conflict'): void {
    expect(this.refusal()).toMatchObject({
      code,
      kind,
      message: expect.stringMatching(SENTENCE) as string,
    });
  }

  /** Expect that these values are claimed, each with a code and a message for the refusal. */
  thenClaimed(...values: readonly (readonly [kind: string, value: string])[]): void {
    const { claims } = this.decide();
    expect(claims.map(({ kind, value }) => [kind, value])).toEqual(values);
    for (const { taken } of claims) {
      expect(taken.code).toMatch(/^[A-Z_]+$/);
      expect(taken.message).toMatch(SENTENCE);
    }
  }

  private refusal(): unknown {
    try {
      return { decided: this.events() };
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  }
}
