import { randomUUID } from 'node:crypto';
import { asAppend, asCommand, recordedTrace } from '@waymark/core/instruments';
import {
  decide,
  type EventStore,
  type FieldError,
  isThere,
  type Module,
  type Needed,
  needsOf,
  type NewEvent,
  type Position,
  type Received,
  Refusal,
  START,
  streamName,
  unknownThings,
  WrongExpectedRevision,
} from '@waymark/core/kernel';
import { Claims, claims } from './claims';
import { type Clock, systemClock } from './clock';
import { bodyHash, derivedId, numberedId } from './hash';
import type { Restriction, ThingId } from './restriction';
import { type KnownCommand, type Loaded, type Select, Streams } from './streams';

/**
 * Throws a {@link Refusal} if the sender may not send the command to its target. The state is the one on which the command is
 * decided.
 */
export type Permit = (received: Received) => Promise<void>;

/** Permits every command: for the service's own commands. */
export const permitAll: Permit = () => Promise.resolve();

/** A command and the thing it is sent to. */
export interface Submission {
  readonly module: string;
  readonly id: string;
  readonly command: object;
  readonly actor: string;
  /** The client's key for this command and its retries; unique per actor and stream. */
  readonly idempotencyKey?: string;
  /** The command's id, for callers that derive it themselves (imports, policies). */
  readonly commandId?: string;
  /** Carry the command out only if the thing is at this revision. */
  readonly ifRevision?: number;
  readonly correlation?: string;
  readonly causation?: string;
  /** Checks the rights of the sender. Left out for commands of the service itself. */
  readonly permit?: Permit;
}

/** The outcome of a command that was not refused. */
export interface Answer {
  readonly stream: string;
  /** The stream's revision, or -1 if it has no events. */
  readonly revision: number;
  readonly position: Position;
  /** Types of the events that this command recorded; empty if nothing had to change. */
  readonly events: readonly string[];
  /** True if the command had been carried out before and this is the answer to a retry. */
  readonly repeated: boolean;
}

export interface SubmitterOptions {
  readonly events: EventStore;
  readonly modules: Iterable<Module>;
  /** Key of the keyed hashes of command bodies and claimed values. */
  readonly hashKey: Buffer;
  readonly clock?: Clock;
  /** Checks commands about persons; no check if left out. */
  readonly restriction?: Restriction;
}

/** A command with this id was carried out before with a different body. */
export const IDEMPOTENCY_KEY_REUSED = 'IDEMPOTENCY_KEY_REUSED';
/** Does not depend on the command's content: the command can be sent again unchanged. */
export const TOO_MUCH_CONTENTION = 'TOO_MUCH_CONTENTION';
/** How often a command is decided again because another process wrote first. */
const ATTEMPTS = 20;

/** Carries out commands: load, decide, append. A command takes effect once, however often it is sent. */
export class Submitter {
  readonly modules: ReadonlyMap<string, Module>;
  private readonly streams: Streams;
  private readonly events: EventStore;
  private readonly claims: Claims;
  private readonly clock: Clock;
  private readonly hashKey: Buffer;
  private readonly restriction: Restriction | undefined;
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor({ events, modules, hashKey, clock = systemClock, restriction }: SubmitterOptions) {
    this.events = events;
    this.claims = new Claims(this, { events, clock, key: hashKey });
    this.clock = clock;
    this.hashKey = hashKey;
    this.restriction = restriction;
    this.modules = new Map([...modules, claims as Module].map((module) => [module.name, module]));
    this.streams = new Streams(events);
  }

  /** Carry out a command. Throws a {@link Refusal} if it is not allowed; then nothing was recorded. */
  async submit(submission: Submission): Promise<Answer> {
    const module = this.module(submission.module);
    const stream = streamName(module.name, submission.id);
    return asCommand(module, submission.command, () =>
      this.inTurn(stream, () => this.attempt(module, stream, submission)),
    );
  }

  /** The published facts of a thing; undefined if it does not exist. */
  async facts<Facts = unknown>(module: string, id: string): Promise<Facts | undefined> {
    return this.module(module).facts((await this.load(module, id)).state) as Facts | undefined;
  }

  /** The current state of a thing. */
  async load(module: string, id: string): Promise<Loaded> {
    return this.streams.load(this.module(module), id);
  }

  /** The state of a thing after only the selected events. */
  async replay(module: string, id: string, select: Select): Promise<Loaded> {
    return this.streams.replay(this.module(module), id, select);
  }

  /** The state of a thing before the first event of a command. */
  async loadBefore(module: string, id: string, command: string): Promise<Loaded> {
    return this.streams.loadBefore(this.module(module), id, command);
  }

  /** The person whose record a thing is; undefined if there is none or it is not known yet. */
  private async subjectOf({ module: name, id }: ThingId): Promise<string | undefined> {
    const module = this.module(name);
    return module.subject?.((await this.load(name, id)).state, id);
  }

  /** Clear the cached states: they may hold personal data whose key has been destroyed. */
  forget(): void {
    this.streams.forget();
  }

  /** The stream that holds a claimed value. */
  holder(kind: string, value: string): Promise<string | undefined> {
    return this.claims.holder(kind, value);
  }

  /** Errors for the fields of a command that name an unknown thing. */
  async unknown(submission: Submission): Promise<FieldError[]> {
    const { id, command } = submission;
    const { state } = await this.load(submission.module, id);
    const received = { module: this.module(submission.module), id, state, command };
    if (!isThere(received)) return [];
    const needs = needsOf(received);
    return unknownThings(needs, await this.factsOf(needs)).filter(({ field }) => field in command);
  }

  private module(name: string): Module {
    const module = this.modules.get(name);
    if (!module)
      throw new Refusal('UNKNOWN_MODULE', 'There is no module of this name. Check the name.', 'missing');
    return module;
  }

  /**
   * Runs commands on one stream one at a time within this process. Across processes, the expected revision protects
   * the stream.
   */
  private async inTurn<T>(stream: string, work: () => Promise<T>): Promise<T> {
    const before = this.turns.get(stream);
    const turn = before ? before.then(work, work) : work();
    this.turns.set(stream, turn);
    try {
      return await turn;
    } finally {
      if (this.turns.get(stream) === turn) this.turns.delete(stream);
    }
  }

  private async attempt(module: Module, stream: string, submission: Submission): Promise<Answer> {
    const commandId = submission.commandId ?? idOf(stream, submission);
    const hash = bodyHash(this.hashKey, submission.command);
    for (let attempt = 1; ; attempt += 1) {
      const loaded = await this.streams.load(module, submission.id);
      const { id, command, permit } = submission;
      await permit?.({ module, id, state: loaded.state, command });
      const known = loaded.commands.get(commandId);
      if (known) return firstAnswer(stream, known, hash);
      checkRevision(loaded, submission.ifRevision);
      const { events, state } = await this.decide(module, submission, loaded, commandId, hash);
      if (events.length === 0) return { ...at(stream, loaded), events: [], repeated: false };
      try {
        return await this.append(stream, loaded, events, state);
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
        if (attempt === ATTEMPTS) {
          throw new Refusal(
            TOO_MUCH_CONTENTION,
            'Other requests keep changing this record. Try again.',
            'conflict',
          );
        }
      }
    }
  }

  /** Read the facts that a command needs, decide it, and claim its unique values. */
  private async decide(
    module: Module,
    submission: Submission,
    { state }: Loaded,
    commandId: string,
    hash: string,
  ): Promise<{ events: NewEvent[]; state: never }> {
    const { command, actor, id } = submission;
    const received = { module, id, state, command };
    const needs = needsOf(received);
    const [facts, refusal] = await Promise.all([
      this.factsOf(needs),
      this.restriction?.(
        {
          target: { module: module.name, id },
          needed: needs,
          despite: module.handlers.get(command.constructor.name)?.despite,
        },
        { facts: (other, its) => this.facts(other, its), subjectOf: (thing) => this.subjectOf(thing) },
      ),
    ]);
    if (refusal) throw refusal;
    const now = this.clock.now();
    const newId = (label: string): string => derivedId(commandId, label);
    const decision = decide(received, { facts, now, actor, newId });
    const correlation = submission.correlation ?? commandId;
    const claimant = { by: streamName(module.name, id), actor, correlation, causation: commandId };
    for (const claim of decision.claims) await this.claims.claim(claim, claimant);
    const { subject } = decision;
    const { name } = command.constructor;
    // The first name: the ids of a command's events do not change when the command is renamed.
    const base = derivedId(commandId, module.handlers.get(name)?.formerly ?? name);
    const events = decision.events.map(({ type, data, on }, index) => ({
      id: numberedId(base, index),
      type,
      data,
      metadata: {
        on,
        recordedAt: now,
        schema: module.schema.get(type)!,
        actor,
        ...(subject === undefined ? {} : { subject }),
        correlation,
        causation: submission.causation ?? commandId,
        command: { id: commandId, hash },
        ...recordedTrace(),
      },
    }));
    return { events, state: decision.state };
  }

  private async append(
    stream: string,
    loaded: Loaded,
    events: readonly NewEvent[],
    state: never,
  ): Promise<Answer> {
    const { revision, position } = await asAppend(stream, events.length, () =>
      this.events.append(stream, loaded.revision, events),
    );
    const { id, hash } = events[0]!.metadata.command;
    const types = events.map(({ type }) => type);
    this.streams.remember(stream, loaded, { state, revision, position }, id, {
      hash,
      revision,
      position,
      events: types,
    });
    return { stream, revision, position, events: types, repeated: false };
  }

  private async factsOf(needs: readonly Needed[]): Promise<Record<string, unknown>> {
    const facts: Record<string, unknown> = {};
    for (const { name, module, id } of needs) facts[name] = await this.facts(module, id);
    return facts;
  }
}

const idOf = (stream: string, { actor, idempotencyKey }: Submission): string =>
  idempotencyKey === undefined ? randomUUID() : derivedId(actor, stream, idempotencyKey);

const at = (stream: string, { revision, position }: Loaded) => ({
  stream,
  revision: revision === 'none' ? -1 : revision,
  position: revision === 'none' ? START : position,
});

function firstAnswer(stream: string, known: KnownCommand, hash: string): Answer {
  if (known.hash !== hash) {
    throw new Refusal(
      IDEMPOTENCY_KEY_REUSED,
      'This Idempotency-Key was used with a different body. Use a new key for a new command.',
      'invalid',
    );
  }
  return { stream, revision: known.revision, position: known.position, events: known.events, repeated: true };
}

function checkRevision({ revision }: Loaded, expected: number | undefined): void {
  if (expected !== undefined && expected !== (revision === 'none' ? -1 : revision)) throw stale();
}

const stale = (): Refusal =>
  new Refusal(
    'STALE_REVISION',
    'The record has changed since you read it. Read it again and send the command with the new revision.',
    'stale',
  );
