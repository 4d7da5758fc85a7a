import { randomUUID } from 'node:crypto';
import { asAppend, asCommand, recordedTrace } from '@waymark/core/instruments';
import {
  type Claim,
  claims,
  decide,
  type EventStore,
  type FieldError,
  isThere,
  type Module,
  type Needed,
  needsOf,
  type NewEvent,
  Refusal,
  START,
  streamName,
  unknownThings,
  WrongExpectedRevision,
} from '@waymark/core/kernel';
import { isSameHash, isSealedHash, type Keyring } from '@waymark/core/log';
import type { ClaimWatch } from './claim-watch';
import { Claims } from './claims';
import { type Clock, systemClock } from './clock';
import { bodyHash } from './hash';
import { earlierId, Ids, numberedId } from './ids';
import type { Restriction, ThingId } from './restriction';
import { type Answer, derivation, recordedId, type Submission } from './submission';
import { type KnownCommand, type Loaded, type Select, Streams } from './streams';

export interface SubmitterOptions {
  readonly events: EventStore;
  readonly modules: Iterable<Module>;
  /** Key of the keyed hashes of command bodies and claimed values, and of derived ids. */
  readonly hashKey: Buffer;
  /** Data keys, with which the log seals the hashes of commands about persons; left out if the log does not. */
  readonly keyring?: Pick<Keyring, 'forDecryption'>;
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
  readonly ids: Ids;
  private readonly streams: Streams;
  private readonly events: EventStore;
  private readonly claims: Claims;
  private readonly clock: Clock;
  private readonly hashKey: Buffer;
  private readonly keyring: SubmitterOptions['keyring'];
  private readonly restriction: Restriction | undefined;
  private watch: ClaimWatch | undefined;
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor({ events, modules, hashKey, keyring, clock = systemClock, restriction }: SubmitterOptions) {
    this.events = events;
    this.ids = new Ids(hashKey);
    this.keyring = keyring;
    this.claims = new Claims(this, { events, clock, key: hashKey });
    this.clock = clock;
    this.hashKey = hashKey;
    this.restriction = restriction;
    this.modules = new Map([...modules, claims as Module].map((module) => [module.name, module]));
    this.streams = new Streams(events);
  }

  /** Have the claims of persons watched. The watch records refused claims through this submitter. */
  watchClaims(watch: ClaimWatch): void {
    this.watch = watch;
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

  /** The state of a thing before the command whose id is derived from some parts; the current state without it. */
  async loadBefore(module: string, id: string, derivedFrom: readonly string[]): Promise<Loaded> {
    const now = await this.load(module, id);
    const command = recordedId(now, [this.ids.of(...derivedFrom), earlierId(...derivedFrom)]);
    return command === undefined ? now : this.streams.loadBefore(this.module(module), id, command);
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
    const derivedFrom = derivation(stream, submission);
    const commandId = derivedFrom ? this.ids.of(...derivedFrom) : randomUUID();
    const ids = derivedFrom ? [commandId, earlierId(...derivedFrom)] : [];
    const hash = bodyHash(this.hashKey, submission.command);
    for (let attempt = 1; ; attempt += 1) {
      const loaded = await this.streams.load(module, submission.id);
      const { id, command, permit } = submission;
      await permit?.({ module, id, state: loaded.state, command });
      const known = loaded.commands.get(recordedId(loaded, ids) ?? '');
      if (known) return firstAnswer(stream, known, await this.isSame(known, hash));
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

  /** Whether a recorded command has the same body. After an erasure, a command of the person counts as the same. */
  private async isSame({ hash: recorded, subject }: KnownCommand, hash: string): Promise<boolean> {
    if (!this.keyring || subject === undefined || !isSealedHash(recorded)) return recorded === hash;
    const keys = await this.keyring.forDecryption(new Set([subject]));
    return isSameHash(recorded, hash, keys.get(subject)!);
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
    const newId = (label: string): string => this.ids.of(commandId, label);
    const claimIdOf = (kind: string, value: string): string => this.claims.idOf(kind, value);
    const decision = decide(received, { facts, now, actor, newId, claimIdOf });
    const correlation = submission.correlation ?? commandId;
    const claimant = { by: streamName(module.name, id), actor, correlation, causation: commandId };
    await this.claimAll(decision.claims, claimant, submission);
    const { subject } = decision;
    const { name } = command.constructor;
    // The first name: the ids of a command's events do not change when the command is renamed.
    const base = this.ids.of(commandId, module.handlers.get(name)?.formerly ?? name);
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

  /** Claim values for a stream. Throws the `taken` refusal of the first one that another stream holds. */
  private async claimAll(
    wanted: readonly Claim[],
    claimant: Parameters<Claims['claim']>[1],
    { module, command, actor, importId, permit }: Submission,
  ): Promise<void> {
    if (wanted.length === 0) return;
    const claim = async (): Promise<Claim | undefined> => {
      for (const each of wanted) if (!(await this.claims.claim(each, claimant))) return each;
      return undefined;
    };
    const name = this.module(module).qualified(command.constructor.name);
    const sender = { actor, command: name, ...(importId !== undefined && { importId }) };
    const refused = permit && this.watch ? await this.watch.watched(sender, claim) : await claim();
    if (refused) throw new Refusal(refused.taken.code, refused.taken.message);
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
    const { command, subject } = events[0]!.metadata;
    const types = events.map(({ type }) => type);
    this.streams.remember(stream, loaded, { state, revision, position }, command.id, {
      hash: command.hash,
      ...(subject !== undefined && { subject }),
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

const at = (stream: string, { revision, position }: Loaded) => ({
  stream,
  revision: revision === 'none' ? -1 : revision,
  position: revision === 'none' ? START : position,
});

function firstAnswer(stream: string, known: KnownCommand, isSame: boolean): Answer {
  if (!isSame) {
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
