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

/** Whether the records of a scope may be shown. */
export type Covers = (scope: Scope) => boolean;

/** For callers that may read everything. */
export const everywhere: Covers = () => true;

/** The rights that decide one request: to carry it out, and to show names and UPNs in the answer. */
export interface Rules {
  readonly action: Rights;
  readonly names: Rights;
  readonly upns: Rights;
}

/** The scopes in which a principal's roles allow one action. */
export class Reach {
  private readonly grants: readonly Grant[];

  /** Throws `NOT_ALLOWED` if no role of the principal allows the action anywhere. */
  constructor(
    readonly principal: Principal,
    private readonly rules: Rules,
  ) {
    this.grants = allowed(principal.grants, rules.action);
    if (this.grants.length === 0) throw notAllowed();
  }

  /** Whether the action is allowed everywhere, including records that lie in no scope. */
  get everything(): boolean {
    return this.grants.some((grant) => scopeKinds.every((kind) => grant[kind] === undefined));
  }

  /** Whether the records of a scope are within reach. */
  readonly covers: Covers = (scope) => covers(this.grants, scope);

  /** Whether personal data other than the UPN (names, birth dates, free text) may be shown for a scope. */
  readonly showsNames: Covers = (scope) => covers(allowed(this.grants, this.rules.names), scope);

  /** Whether UPNs of a scope may be shown to a principal who gives a reason. */
  readonly showsUpns: Covers = (scope) => covers(allowed(this.grants, this.rules.upns), scope);

  /** Part of the cache key of answers: principals with the same grants see the same figures. */
  toJSON(): unknown {
    return this.grants;
  }

  /** Whether at least one of a record's scopes is within reach. */
  reaches(scopes: readonly Scope[]): boolean {
    return this.everything || scopes.some(this.covers);
  }

  /** Throws `NOT_ALLOWED` if none of the scopes is within reach. */
  demand(scopes: readonly Scope[]): void {
    if (!this.reaches(scopes)) throw notAllowed();
  }
}

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
