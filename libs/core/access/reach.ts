import { type ActingRole, Refusal, type Rights, type Scope, scopeKinds } from '@waymark/core/kernel';

/** A role that a principal has at present, over its scope; over everything where it names none. */
export interface Grant extends Scope {
  readonly role: ActingRole;
}

/** The person or process that sends a request, with the roles that it has at present. */
export interface Principal {
  /** The person's id, or what stands for one. It is the actor of the events that the principal records. */
  readonly id: string;
  readonly grants: readonly Grant[];
}

/** Whether records that lie in a scope may be seen. */
export type Covers = (scope: Scope) => boolean;

/** For callers that may see everything. */
export const everywhere: Covers = () => true;

/** The rights that decide one request: to do it, and to see names and UPNs in the answer. */
export interface Rules {
  readonly action: Rights;
  readonly names: Rights;
  readonly upns: Rights;
}

/** How far the roles of a principal reach for one action: everywhere, or over some scopes. */
export class Reach {
  private readonly grants: readonly Grant[];

  /** Refused as `NOT_ALLOWED` where no role of the principal allows the action anywhere. */
  constructor(
    readonly principal: Principal,
    private readonly rules: Rules,
  ) {
    this.grants = allowed(principal.grants, rules.action);
    if (this.grants.length === 0) throw notAllowed();
  }

  /** Whether the action is allowed everywhere, also for records that lie in no scope. */
  get everything(): boolean {
    return this.grants.some((grant) => scopeKinds.every((kind) => grant[kind] === undefined));
  }

  /** Whether records in a scope are within reach. */
  readonly covers: Covers = (scope) => covers(this.grants, scope);

  /** Whether personal data other than the UPN may be shown of people in a scope: names, birth dates, free text. */
  readonly showsNames: Covers = (scope) => covers(allowed(this.grants, this.rules.names), scope);

  /** Whether the UPN of a pupil in a scope may be shown to a principal who gives a reason. */
  readonly showsUpns: Covers = (scope) => covers(allowed(this.grants, this.rules.upns), scope);

  /** The key of kept answers: principals of equal reach are shown the same figures. */
  toJSON(): unknown {
    return this.grants;
  }

  /** Whether one of the scopes that a record lies in is within reach. */
  reaches(scopes: readonly Scope[]): boolean {
    return this.everything || scopes.some(this.covers);
  }

  /** Refused as `NOT_ALLOWED` where none of the scopes is within reach. */
  demand(scopes: readonly Scope[]): void {
    if (!this.reaches(scopes)) throw notAllowed();
  }
}

/** The same refusal whether the action is not allowed or the record does not exist: it tells nothing more. */
const notAllowed = (): Refusal =>
  new Refusal('NOT_ALLOWED', 'Your roles do not allow this here. Ask an access administrator.', 'forbidden');

/** The grants whose roles allow an action, each over the scope that it is allowed for. */
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
