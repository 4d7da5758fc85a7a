import { type Covers, type Over, type Place, scopes } from '@waymark/core/access';
import { Refusal } from '@waymark/core/kernel';
import { type ActingRole, rights } from './rights';

/** A role that somebody has at present, over what it is over; over everything where it names nothing. */
export interface Grant extends Over {
  readonly role: ActingRole;
}

/** Somebody who asks for something or sends a command, with the roles they have at present. */
export interface Reader {
  /** The person's id, or what stands for one: the actor of what they have recorded. */
  readonly id: string;
  readonly grants: readonly Grant[];
}

/** What nobody is told more about: it is not allowed, or there is no such thing. */
const notAllowed = (): Refusal =>
  new Refusal('NOT_ALLOWED', 'Your roles do not allow this here. Ask whoever gives out roles.', 'forbidden');

/** How far somebody's roles reach for one thing that is done: over everything, or over some places. */
export class Reach {
  private readonly grants: readonly Grant[];

  /** Refused as `NOT_ALLOWED` where none of the roles allows it anywhere. */
  constructor(
    readonly reader: Reader,
    action: string,
  ) {
    this.grants = allowed(reader.grants, action);
    if (this.grants.length === 0) throw notAllowed();
  }

  /** Whether it is over everything, that which belongs nowhere included. */
  get everything(): boolean {
    return this.grants.some(isWide);
  }

  /** Whether what belongs to a place is within reach. */
  readonly covers: Covers = (place) => this.grants.some((grant) => reaches(grant, place));

  /** Whether what is personal of somebody who belongs to a place may be shown: a name, a birth date, words on them. */
  readonly shows: Covers = (place) => allowed(this.grants, 'SeeNames').some((grant) => reaches(grant, place));

  /** Whether the number of a pupil who belongs to a place may be shown, to whoever gives a reason. */
  readonly tells: Covers = (place) => allowed(this.grants, 'SeeUpns').some((grant) => reaches(grant, place));

  /** What tells it from others: two readers with one reach are shown the same figures. */
  toJSON(): unknown {
    return this.grants;
  }

  /** Whether one of the places that something belongs to is within reach. */
  reaches(places: readonly Place[]): boolean {
    return this.everything || places.some(this.covers);
  }

  /** Refused as `NOT_ALLOWED` where none of them is. */
  demand(places: readonly Place[]): void {
    if (!this.reaches(places)) throw notAllowed();
  }
}

/** The grants whose roles allow an action, each over what it allows it over. */
function allowed(grants: readonly Grant[], action: string): Grant[] {
  const rule = rights.get(action);
  return grants.flatMap((grant) => {
    const right = rule?.get(grant.role);
    if (right === undefined) return [];
    return [right === 'all' ? { role: grant.role } : grant];
  });
}

const isWide = (grant: Grant): boolean => scopes.every((scope) => grant[scope] === undefined);

const reaches = (grant: Grant, place: Place): boolean =>
  scopes.every((scope) => grant[scope] === undefined || grant[scope] === place[scope]);
