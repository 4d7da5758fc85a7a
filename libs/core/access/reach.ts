import { type ActingRole, Refusal, type Rights, type Scope, scopeKinds } from '@waymark/core/kernel';

/** A role that a principal holds now, over its scope; without a scope it is over everything. */
export interface Grant extends Scope {
  readonly role: ActingRole;
}

/** The person or process that sends a request, with the roles held now. */
export interface Principal {
  /** The person's id, or the name of a process. It becomes the actor of the events that the principal records. */
  readonly id: string;
  readonly grants: readonly Grant[];
}

/** Whether something may be shown for a scope. */
export type Covers = (scope: Scope) => boolean;

/** Whether a record may be shown, by its scope and by the id of its pupil or journey. */
export type Sees = (scope: Scope, record?: string) => boolean;

/** For callers that may read everything. */
export const everywhere: Covers = () => true;

/** The rights that decide one request: to carry it out, and what its answer may show. */
export interface Rules {
  readonly action: Rights;
  readonly names: Rights;
  readonly upns: Rights;
  /** Who recorded an event, and at what time. */
  readonly recording: Rights;
  /** Pupils who are left out of research. */
  readonly leftOut: Rights;
  /** Small numbers in figures. */
  readonly smallNumbers: Rights;
}

const nobody: ReadonlySet<string> = new Set();

/** The scopes in which a principal's roles allow one action. */
export class Reach {
  private readonly grants: readonly Grant[];

  /** Throws `NOT_ALLOWED` if no role of the principal allows the action anywhere. */
  constructor(
    readonly principal: Principal,
    private readonly rules: Rules,
    private readonly leftOut: ReadonlySet<string> = nobody,
  ) {
    this.grants = allowed(principal.grants, rules.action);
    if (this.grants.length === 0) throw notAllowed();
  }

  /** Whether the action is allowed everywhere, including records that lie in no scope. */
  get everything(): boolean {
    return this.grants.some(isOverEverything);
  }

  /**
   * The same reach without the records of pupils who are left out, given by the ids of the pupils and of their
   * journeys. Only roles with the right `mayStill` see these.
   */
  without(records: ReadonlySet<string>, mayStill: Rights = this.rules.leftOut): Reach {
    return new Reach(this.principal, { ...this.rules, leftOut: mayStill }, records);
  }

  /** Whether the records of a scope are within reach; with an id, whether that record is. */
  readonly covers: Sees = (scope, record) => covers(this.grantsFor(record), scope);

  /** Whether personal data other than the UPN (names, birth dates, free text) may be shown for a scope. */
  readonly showsNames: Covers = (scope) => covers(allowed(this.grants, this.rules.names), scope);

  /** Whether UPNs of a scope may be shown to a principal who gives a reason. */
  readonly showsUpns: Covers = (scope) => covers(allowed(this.grants, this.rules.upns), scope);

  /** Whether it may be shown for a scope who recorded an event, at what time and in what order. */
  readonly showsRecording: Covers = (scope) => covers(allowed(this.grants, this.rules.recording), scope);

  /** Whether times of recording may be shown for any scope. */
  get seesTimes(): boolean {
    return allowed(this.grants, this.rules.recording).length > 0;
  }

  /** Whether small numbers may be shown in figures of a scope. */
  readonly showsSmallNumbers: Covers = (scope) =>
    covers(allowed(this.grants, this.rules.smallNumbers), scope);

  /** Part of the cache key of answers: principals with the same grants see the same figures. */
  toJSON(): unknown {
    const { grants, leftOut } = this;
    return allowed(grants, this.rules.leftOut).length === grants.length
      ? { grants }
      : { grants, leftOut: [...leftOut] };
  }

  /** Whether at least one of a record's scopes is within reach. */
  reaches(scopes: readonly Scope[], record?: string): boolean {
    const grants = this.grantsFor(record);
    return grants.some(isOverEverything) || scopes.some((scope) => covers(grants, scope));
  }

  /** Throws `NOT_ALLOWED` if none of a record's scopes is within reach. */
  demand(scopes: readonly Scope[], record?: string): void {
    if (!this.reaches(scopes, record)) throw notAllowed();
  }

  /** The grants that reach a record, if its scope is theirs. */
  private grantsFor(record: string | undefined): readonly Grant[] {
    const { grants, leftOut } = this;
    return record !== undefined && leftOut.has(record) ? allowed(grants, this.rules.leftOut) : grants;
  }
}

const isOverEverything = (grant: Grant): boolean => scopeKinds.every((kind) => grant[kind] === undefined);

/** The same refusal whether the action is not allowed or the record does not exist, so that it discloses neither. */
const notAllowed = (): Refusal =>
  new Refusal('NOT_ALLOWED', 'Your roles do not allow this here. Ask an access administrator.', 'forbidden');

/** The grants whose roles allow an action, each with the scope in which it is allowed. */
function allowed(grants: readonly Grant[], rights: Rights): Grant[] {
  return grants.flatMap((grant) => {
    const right = rights[grant.role];
    if (right === undefined) return [];
    return [right === 'all' ? { role: grant.role } : grant];
  });
}

const covers = (grants: readonly Grant[], scope: Scope): boolean =>
  grants.some((grant) =>
    scopeKinds.every((kind) => grant[kind] === undefined || grant[kind] === scope[kind]),
  );
